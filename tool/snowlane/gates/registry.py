"""The gates of a deployment that a reason passes, `--override GATE=WHY`, listed in this one place.

A gate says no before anything ran. What a gate looks at is known where it is asked. Pure.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from snowlane.errors import ConfigurationError

BRANCH = "branch"
CLEAN_TREE = "clean-tree"
EDITED_REVISION = "edited-revision"
LINT = "lint"
OBJECTS = "objects"
REHEARSAL = "rehearsal"
SAME_BUNDLE = "same-bundle"
WINDOW = "window"

# What stops at each gate, as help and errors say it.
GATES: Mapping[str, str] = {
    BRANCH: "a commit that is not on the environment's branch, not pushed, or takes something back",
    CLEAN_TREE: "files that are not those of the commit",
    EDITED_REVISION: "a revision whose file was edited since it was applied, or since a part of it ran",
    LINT: "an error that lints find in what would be deployed",
    OBJECTS: "objects that a downgrade leaves behind and that would fail",
    REHEARSAL: "statements that were not tried on a clone of the environment as it is now",
    SAME_BUNDLE: "migrations that were not deployed where they are promoted from",
    WINDOW: "a maintenance window that is shut",
}


def read_overrides(written: Iterable[str]) -> dict[str, str]:
    """Gates and the reasons for which they are passed, from texts `GATE=WHY`.

    Raises ConfigurationError for a gate that there is not and where a reason is missing.
    """
    overrides: dict[str, str] = {}
    for each in written:
        gate, _, why = (part.strip() for part in each.partition("="))
        if gate not in GATES:
            near = get_close_matches(gate, GATES, n=1, cutoff=0)
            raise ConfigurationError(
                f"--override {each!r} names no gate",
                why=f"gates: {', '.join(sorted(GATES))}",
                next=f"write --override {near[0]}=WHY",
            )
        if not why:
            raise ConfigurationError(
                f"--override {each!r} gives no reason",
                why="the reason is kept in history",
                next=f"write --override {gate}=WHY",
            )
        if gate in overrides:
            raise ConfigurationError(
                f"--override {gate} is given twice", next="give it once, with its whole reason"
            )
        overrides[gate] = why
    return overrides
