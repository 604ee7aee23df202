"""The revisions form one line with one end; no reason passes this, since nothing could be planned."""

from snowlane.errors import SnowlaneError
from snowlane.gates.verdict import Verdict, failed, passed

GATE = "single-head"


def judge(head: str | None, problem: SnowlaneError | None) -> Verdict:
    """Whether the history could be read as one line; `problem` is why not."""
    if problem is None:
        return passed(GATE, f"one line of revisions, its head {head or 'the base'}")
    return failed(
        GATE, "\n".join(part for part in (problem.what, problem.why) if part), problem.next
    )
