"""Whether an environment is half applied, by which deployment, and how to go on.

Pure. What counts as half applied is what `Applied` says; a try that ran nothing takes none of it back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from snowlane.plan.facts import Applied
from snowlane.plan.model import StageKind
from snowlane.plan.refreshing import REFRESH_STAGE
from snowlane.plan.unfinished import Attempt, Event, Started, Unfinished, attempts_of, read_row
from snowlane.status.model import Deployment, HalfWay

_NOTHING_RAN = "failed"


def half_way_of(
    environment: str,
    version: str | None,
    deployments: Sequence[Deployment],
    journal: Iterable[Mapping[str, Any]],
) -> HalfWay | None:
    """What is half applied of an environment that is at `version`; None where nothing is.

    `deployments` are those since the last that was done, `journal` the rows of JOURNAL about them.
    """
    ordered = sorted(deployments, key=lambda each: each.number)
    started = tuple(Started(each.id, each.outcome, "", each.by) for each in ordered)
    unfinished = Unfinished(started, attempts_of(map(read_row, journal), started))
    if not Applied(version, unfinished=unfinished).is_half_applied:
        return None
    by_id = {each.id: each for each in ordered if each.outcome != _NOTHING_RAN}
    reached = [
        each
        for each in unfinished.attempts
        if each.entry.deployment in by_id
        and (each.is_in_doubt or (each.event is Event.DONE and each.entry.index > 0))
    ]
    last = reached[-1] if reached else None
    return HalfWay(
        by=by_id[last.entry.deployment] if last else [*ordered, *by_id.values()][-1],
        stage=f"{last.entry.stage} {last.entry.name}" if last else "",
        statement=last.entry.index if last else 0,
        of=last.entry.count if last else 0,
        in_doubt=last is not None and last.is_in_doubt,
        next=_way_on(environment, unfinished, last, by_id),
    )


def _way_on(
    environment: str, unfinished: Unfinished, last: Attempt | None, by: Collection[str]
) -> str:
    """`by` are the deployments that left something: one that was undone asks for nothing."""
    stages = {
        each.entry.stage
        for each in unfinished.attempts
        if each.event is not Event.FAILED and each.entry.deployment in by
    }
    if REFRESH_STAGE in stages:
        return f"finish it: `snowlane env refresh {environment}`"
    if StageKind.RESTORE.value in stages:
        return f"finish it: `snowlane rollback {environment}`"
    if last is not None and last.entry.stage not in {kind.value for kind in StageKind}:
        return f"finish its clone: `snowlane env show {environment}` says of what"
    if unfinished.in_doubt or unfinished.running:
        return (
            f"`snowlane migrate {environment}` finds out what became of it and goes on; where it "
            f"cannot, `snowlane resolve {environment}` settles it"
        )
    return f"correct what stopped it, and `snowlane migrate {environment}` goes on behind it"
