"""What a pause means for restore points: a point keeps what ran before it, a rollback leaves parked what is parked.

Pure.
"""

from collections.abc import Iterable
from dataclasses import replace

from snowlane.plan.parked import Parked
from snowlane.restore.facts import Account
from snowlane.restore.point import Content


def before_the_pause(account: Account, parked: Iterable[Parked]) -> Account:
    """The account as it would be without the pause: what is remembered runs."""
    names = {each.name for each in parked}
    return replace(
        account,
        tasks={
            name: replace(state, is_started=state.is_started or name in names)
            for name, state in account.tasks.items()
        },
        pipes={name: runs or name in names for name, runs in account.pipes.items()},
        alerts={name: runs or name in names for name, runs in account.alerts.items()},
    )


def left_parked(content: Content, parked: Iterable[Parked]) -> Content:
    """What a point holds, but for what is parked now: `pipeline resume` starts that, not a rollback.

    The tasks below a root keep the state that the point has: they stand still with their root.
    """
    names = {each.name for each in parked}
    return replace(
        content,
        tasks={
            name: replace(
                state,
                is_started=state.is_started and (bool(state.predecessors) or name not in names),
            )
            for name, state in content.tasks.items()
        },
        pipes={name: ran and name not in names for name, ran in content.pipes.items()},
        alerts={name: ran and name not in names for name, ran in content.alerts.items()},
    )
