"""Nobody else is deploying; no reason passes this, since the lock itself would refuse."""

from snowlane.gates.verdict import Verdict, failed, passed, warned
from snowlane.status.model import Lock

GATE = "lock"


def judge(environment: str, lock: Lock | None, unknown: str = "") -> Verdict:
    """Whether the environment's lock is free, or its lease past; `unknown` is why it cannot be told."""
    if unknown:
        return warned(GATE, f"not known: {unknown}", "the deployment itself takes the lock")
    if lock is None:
        return passed(GATE, f"nobody deploys to {environment}")
    if lock.is_past:
        return passed(GATE, f"{lock.owner} stopped without an end; the next deployment takes over")
    since = f" since {lock.since:%Y-%m-%d %H:%M:%S} UTC" if lock.since else ""
    address = f"\n  its run: {lock.address}" if lock.address else ""
    return failed(
        GATE,
        f"{lock.owner} deploys to {environment}{since}{address}",
        "wait for it, and run this again",
    )
