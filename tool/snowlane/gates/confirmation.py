"""A protected environment is changed only with a person's word: its name typed, or --yes."""

from snowlane.gates.verdict import Verdict, failed, passed

GATE = "confirmation"


def judge(environment: str, *, is_protected: bool, is_given: bool, can_ask: bool) -> Verdict:
    """Whether a person has agreed, or can be asked; `is_given` by --yes, `can_ask` on a terminal."""
    if not is_protected:
        return passed(GATE, f"{environment} is not protected")
    if is_given:
        return passed(GATE, f"{environment} is protected; confirmed by --yes")
    if can_ask:
        return passed(GATE, f"{environment} is protected; its name is asked for next")
    return failed(
        GATE,
        f"{environment} is protected, and there is no terminal to ask on",
        "give --yes where a person has approved it",
    )
