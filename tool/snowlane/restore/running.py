"""What a rollback suspends at its beginning, and what runs at its end: just what ran at the point.

Pure. Rules: docs.snowflake.com/en/user-guide/tasks-graphs (the root is suspended before a child
changes, children are resumed before it) and sql-reference/sql/create-pipe.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from snowlane.plan.facts import TaskState
from snowlane.restore.facts import Account
from snowlane.restore.objects import Changes
from snowlane.restore.point import Content


@dataclass(frozen=True)
class States:
    """Statements before and after, and what cannot be put back."""

    suspend: tuple[str, ...]
    resume: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def states(content: Content, account: Account, changes: Changes, *, anything_else: bool) -> States:
    """Suspend what the point knows or the rollback drops; end with the states of the point.

    Only started roots are suspended: their children do not start without them. Without
    `anything_else` to do nothing is suspended, and states alone are put right.
    """
    dropped = frozenset(changes.dropped)
    mine = {name for name in account.tasks if name in content.tasks or f"task {name}" in dropped}
    roots = [
        name
        for name in sorted(mine)
        if account.tasks[name].is_started and not account.tasks[name].predecessors
    ]
    wrong = _wrong_tasks(content, account, changes)
    suspended = roots if anything_else else [name for name in roots if _changes_below(name, wrong)]
    pipes = [
        name
        for name, runs in sorted(account.pipes.items())
        if runs and anything_else and (name in content.pipes or f"pipe {name}" in dropped)
    ]
    suspend = [f"ALTER TASK {name} SUSPEND" for name in suspended]
    suspend += [f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = TRUE" for name in pipes]
    resume, warnings = _tasks(content, account, changes, frozenset(suspended))
    resume += _pipes(content, account, changes, frozenset(pipes))
    resume += _alerts(content, account, changes)
    return States(tuple(suspend), tuple(resume), tuple(warnings))


def _wrong_tasks(content: Content, account: Account, changes: Changes) -> frozenset[str]:
    return frozenset(
        name
        for name, state in content.tasks.items()
        if name in account.tasks and account.tasks[name].is_started != state.is_started
    ) | changes.applied.get("TASK", frozenset())


def _changes_below(root: str, wrong: frozenset[str]) -> bool:
    """A started root must stand still while any task changes; which graph it is in does not count."""
    return bool(wrong - {root})


def _tasks(
    content: Content, account: Account, changes: Changes, suspended: frozenset[str]
) -> tuple[list[str], list[str]]:
    applied = changes.applied.get("TASK", frozenset())
    stop, start, warnings = [], [], []
    for name in sorted(content.tasks, key=lambda each: (-_depth(each, content.tasks), each)):
        if name not in account.tasks and name not in applied:
            warnings.append(f"task {name} was there at the restore point and is gone")
            continue
        runs = (
            name in account.tasks
            and account.tasks[name].is_started
            and name not in suspended
            and name not in applied
        )
        if content.tasks[name].is_started and not runs:
            start.append(f"ALTER TASK {name} RESUME")
        elif runs and not content.tasks[name].is_started:
            stop.append(f"ALTER TASK {name} SUSPEND")
    return [*stop, *start], warnings


def _depth(name: str, tasks: Mapping[str, TaskState], seen: frozenset[str] = frozenset()) -> int:
    state = tasks.get(name)
    if state is None or name in seen:
        return 0
    depths = (_depth(each, tasks, seen | {name}) + 1 for each in state.predecessors)
    return max(depths, default=0)


def _pipes(
    content: Content, account: Account, changes: Changes, paused: frozenset[str]
) -> list[str]:
    applied = changes.applied.get("PIPE", frozenset())
    found = []
    for name, ran in sorted(content.pipes.items()):
        if name not in account.pipes and name not in applied:
            continue
        runs = account.pipes.get(name, False) and name not in paused and name not in applied
        if ran != runs:
            found.append(f"ALTER PIPE {name} SET PIPE_EXECUTION_PAUSED = {str(not ran).upper()}")
    return found


def _alerts(content: Content, account: Account, changes: Changes) -> list[str]:
    applied = changes.applied.get("ALERT", frozenset())
    found = []
    for name, ran in sorted(content.alerts.items()):
        if name not in account.alerts and name not in applied:
            continue
        runs = account.alerts.get(name, False) and name not in applied
        if ran != runs:
            found.append(f"ALTER ALERT {name} {'RESUME' if ran else 'SUSPEND'}")
    return found
