"""What a gate says, and what an override makes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from snowlane.errors import RefusedError
from snowlane.gates.registry import GATES


class Outcome(Enum):
    """How a gate stands."""

    PASSED = "passed"
    WARNED = "warning"
    FAILED = "failed"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True)
class Verdict:
    """One gate's word: what was found and, where it does not hold, how to go on.

    `reason` is that of an override. Each text may have several lines.
    """

    gate: str
    outcome: Outcome
    found: str
    way_out: str = ""
    reason: str = ""

    @property
    def stops(self) -> bool:
        """Whether it keeps a deployment from beginning."""
        return self.outcome is Outcome.FAILED


def passed(gate: str, found: str) -> Verdict:
    """The gate holds."""
    return Verdict(gate, Outcome.PASSED, found)


def warned(gate: str, found: str, way_out: str = "") -> Verdict:
    """The gate does not hold, or cannot be told, and that stops nothing here."""
    return Verdict(gate, Outcome.WARNED, found, way_out)


def failed(gate: str, found: str, way_out: str) -> Verdict:
    """The gate does not hold."""
    return Verdict(gate, Outcome.FAILED, found, way_out)


def only_warned(verdict: Verdict) -> Verdict:
    """The same, where the environment's file says `branch_check = "warn"`."""
    return replace(verdict, outcome=Outcome.WARNED) if verdict.stops else verdict


def with_overrides(
    verdicts: Iterable[Verdict], overrides: Mapping[str, str]
) -> tuple[Verdict, ...]:
    """The verdicts when those that fail are passed for the reasons that were given."""
    return tuple(
        replace(each, outcome=Outcome.OVERRIDDEN, reason=overrides[each.gate])
        if each.stops and each.gate in overrides
        else each
        for each in verdicts
    )


def refuse_failed(verdicts: Sequence[Verdict], what: str) -> None:
    """Raise RefusedError when one of them stops; `what` is refused, such as `a deployment to qa`."""
    stopping = [each for each in verdicts if each.stops]
    if not stopping:
        return
    count = "a gate" if len(stopping) == 1 else f"{len(stopping)} gates"
    ways = [each.way_out for each in stopping if each.way_out]
    options = " ".join(f"--override {each.gate}=WHY" for each in stopping if each.gate in GATES)
    reasoned = [f"what cannot wait passes for a reason, which history keeps: {options}"]
    raise RefusedError(
        f"{count} refused {what}",
        why="\n".join(_told(each) for each in stopping),
        next="\n".join(ways + reasoned * bool(options)),
    )


def _told(verdict: Verdict) -> str:
    first, *rest = verdict.found.splitlines()
    return "\n".join([f"{verdict.gate}: {first}", *(f"  {line}" for line in rest)])
