"""Renders revisions into their exact statements.

What a revision renders to is kept: it is a matter of its source and of the versions of what renders it.
"""

import ast

from snowlane.alembic.history import History, Script
from snowlane.cache import Cache, key_of
from snowlane.plan.facts import Revision

_ROOM = "rendered"
# What a revision may import and call and still be told by its own source: nothing that reads other
# files, variables or clocks but by what comes with a version.
_IMPORTED = frozenset(
    """alembic sqlalchemy snowflake collections dataclasses datetime decimal enum functools itertools
    json math re string textwrap typing""".split()  # noqa: SIM905
)
_NOT_CALLED = frozenset(("__import__", "compile", "eval", "exec", "open"))


def render(
    history: History, current: str | None, target: str | None, cache: Cache | None = None
) -> tuple[Revision, ...]:
    """The revisions from `current` to `target`, in the order they run, None being the base.

    Raises RefusedError naming the file when a revision does something that cannot be rendered.
    """
    start, end = history.position(current), history.position(target)
    if end >= start:
        return tuple(_revision(script, cache, False) for script in history.line[start:end])
    return tuple(_revision(script, cache, True) for script in reversed(history.line[end:start]))


def _revision(script: Script, cache: Cache | None, is_downgrade: bool) -> Revision:
    direction = "downgrade" if is_downgrade else "upgrade"
    key = key_of(script.source, direction)
    known = cache.get(_ROOM, key) if cache else None
    if known is None:
        # Alembic and the dialect cost a second to import: only what renders pays for them.
        from snowlane.alembic.offline import run_offline

        statements, lines = run_offline(script, is_downgrade=is_downgrade)
        if cache and _stands_alone(script.source):
            cache.put(_ROOM, key, [statements, lines])
    else:
        statements, lines = map(tuple, known)
    before = script.down_revision
    return Revision(
        id=script.revision,
        message=script.doc,
        file=script.file,
        leaves=script.revision if is_downgrade else before,
        reaches=before if is_downgrade else script.revision,
        statements=statements,
        is_downgrade=is_downgrade,
        lines=lines,
    )


def _stands_alone(source: str) -> bool:
    """Whether a revision does nothing whose outcome could change without it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else [""]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.Name) and node.id in _NOT_CALLED:
            return False
        else:
            continue
        if any(name.partition(".")[0] not in _IMPORTED for name in names):
            return False
    return True
