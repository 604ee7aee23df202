"""Tells from the journal that an environment's databases are being exchanged for a copy. Pure."""

from snowlane.config.environment import Environment
from snowlane.errors import RefusedError
from snowlane.plan.unfinished import Unfinished

REFRESH_STAGE = "refresh"
_UNDONE = "failed"


def refreshes_of(unfinished: Unfinished) -> frozenset[str]:
    """The ids of the deployments that are refreshes, those that were undone, too."""
    return frozenset(
        each.entry.deployment for each in unfinished.attempts if each.entry.stage == REFRESH_STAGE
    )


def refuse_refreshing(environment: Environment, unfinished: Unfinished) -> None:
    """Raise RefusedError while a refresh that stopped half way is not finished."""
    refreshes = refreshes_of(unfinished)
    if any(each.id in refreshes and each.outcome != _UNDONE for each in unfinished.deployments):
        raise RefusedError(
            f"{environment.name} is not ready",
            why="it is being made anew from its source, or that stopped half way",
            next=f"finish it: `snowlane env refresh {environment.name}`",
        )
