"""The rules of task graphs: what precedes what, and when a graph may be changed. Reads the catalog and changes nothing.

Rules: docs.snowflake.com/en/user-guide/tasks-graphs.
"""

from __future__ import annotations

from snowlocal.access import Access, inherited
from snowlocal.catalog import Catalog, Entry
from snowlocal.errors import SnowflakeError

STARTED = "started"
SUSPENDED = "suspended"


def predecessors(catalog: Catalog, task: Entry) -> list[Entry]:
    """The tasks that `task` runs AFTER, in the order they were named."""
    found = [catalog.maybe(i) for i in task.details["after"]]
    return [entry for entry in found if entry is not None]


def children(catalog: Catalog, task: Entry) -> list[Entry]:
    """The tasks that run AFTER `task`."""
    return [e for e in catalog.children(task.parent, "TASK") if task.id in e.details["after"]]


def descendants(catalog: Catalog, task: Entry) -> list[Entry]:
    """Every task below `task`, each after all of its predecessors among them."""
    found: dict[int, Entry] = {}
    waiting = children(catalog, task)
    while waiting:
        entry = waiting.pop(0)
        found.pop(entry.id, None)
        found[entry.id] = entry
        waiting.extend(children(catalog, entry))
    return list(found.values())


def roots(catalog: Catalog, task: Entry) -> list[Entry]:
    """The tasks at the top of the graphs that `task` is in; the task itself where nothing precedes it."""
    above = predecessors(catalog, task)
    if not above:
        return [task]
    return [root for entry in above for root in roots(catalog, entry)]


def in_graph(catalog: Catalog, task: Entry) -> bool:
    """Whether the task has predecessors or children."""
    return bool(task.details["after"]) or bool(children(catalog, task))


def require_suspended(catalog: Catalog, task: Entry) -> None:
    """Raise 091421 where a root of the task's graph is started: then no task of it can be changed."""
    for root in roots(catalog, task):
        if root.details["state"] == STARTED:
            raise SnowflakeError(
                91421,
                "22000",
                f"Unable to update graph with root task {catalog.text_of(root)} "
                "since that root task is not suspended.",
            )


def require_runnable(catalog: Catalog, task: Entry) -> None:
    """Raise 091089 where the task's owner lacks EXECUTE TASK, or EXECUTE MANAGED TASK for one without a warehouse."""
    owner = Access(catalog, inherited(catalog, {task.owner}))
    needed = "EXECUTE TASK" if task.details["options"].get("WAREHOUSE") else "EXECUTE MANAGED TASK"
    if not owner.global_privilege(needed):
        raise SnowflakeError(
            91089,
            "23001",
            f"Cannot execute task, {needed} privilege must be granted to owner role",
        )
