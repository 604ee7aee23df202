"""What must hold of a copy after the plan ran on it: two looks in, checks out.

What was wrong before is not the plan's doing. Which rows a procedure takes away no text tells: after a
plan that calls one only the tables that its other statements name are counted.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from snowlane.pipeline.changed import named_paths, pending_texts
from snowlane.pipeline.model import Path
from snowlane.pipeline.touching import References
from snowlane.pipeline.verification import (
    MAY_REMOVE,
    Finding,
    Look,
    fewer_rows,
    newly_broken,
    newly_stuck,
    not_applied,
    watched_tables,
)
from snowlane.plan.model import Plan
from snowlane.rehearsal.model import Check
from snowlane.sql.names import qualified

_RUNS_CODE = re.compile(r"\b(?:CALL(?!\s+SYSTEM\$)|EXECUTE\s+TASK)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Survey:
    """What the copy holds at one moment: `definitions` by kind and path, all else in `look`."""

    definitions: Mapping[tuple[str, Path], str] = field(default_factory=dict)
    look: Look = field(default_factory=Look)


def counted_tables(
    plan: Plan, databases: Collection[str], tables: Iterable[Path]
) -> frozenset[Path]:
    """The tables from which the plan does not mean to take rows."""
    texts = pending_texts(plan.stages)
    if any(_RUNS_CODE.search(text) for text in texts):
        return watched_tables(plan, databases)
    shrinking = [text for text in texts if MAY_REMOVE.search(text)]
    return frozenset(tables) - named_paths(shrinking, databases)


def checks(
    plan: Plan,
    databases: Mapping[str, str],
    before: Survey,
    after: Survey,
    leaks: Iterable[str],
) -> tuple[Check, ...]:
    """Every check of a plan that ran to its end; `leaks` is what refers to another environment."""
    first, last = before.look, after.look
    counted = len(first.rows)
    return (
        _check("version and objects are the plan's", not_applied(plan, databases, last)),
        _check("every view can be read that could be before", newly_broken(first, last)),
        _check(f"no table of {counted} lost rows", fewer_rows(first, last)),
        _check(
            "no stream is stale, every pipe can load", newly_stuck(first.pipeline, last.pipeline)
        ),
        _check("nothing names what is gone", dangling(before, after)),
        Check("nothing refers to another environment", tuple(leaks)),
    )


def dangling(before: Survey, after: Survey) -> Iterable[Finding]:
    """Procedures, tasks, pipes and the like that name by its full path what the plan took away.

    A view that does so cannot be read, which is told by itself.
    """
    there = {path for _, path in after.definitions}
    gone = {path for _, path in before.definitions} - there
    for kind, path in sorted(after.definitions):
        if gone and kind not in ("VIEW", "TABLE"):
            text = after.definitions[kind, path]
            named = References({path: text}, gone).naming(gone, [path])
            for missing in sorted(named.get(path, ())):
                yield Finding(path, f"names {qualified(*missing)}, which is gone")


def changed_rows(before: Look, after: Look) -> dict[str, tuple[int, int]]:
    """The counted tables that have more or fewer rows than before."""
    return {
        qualified(*path): (count, after.rows[path])
        for path, count in sorted(before.rows.items())
        if path in after.rows and after.rows[path] != count
    }


def _check(what: str, found: Iterable[Finding]) -> Check:
    return Check(what, tuple(map(str, found)))
