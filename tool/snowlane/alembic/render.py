"""Renders revisions into their exact statements.

What a revision renders to is kept: it is a matter of its source and of the versions of what renders it.
"""

import ast
import contextlib
import io
import warnings
from pathlib import Path

from snowlane.alembic.history import History, Script
from snowlane.cache import Cache, key_of
from snowlane.plan.facts import Revision

_ROOM = "rendered"
_STEADY = "steady"
# What a revision may import and use and still be told by its own source: nothing that reads other
# files, variables or clocks but by what comes with a version.
_IMPORTED = frozenset(
    """alembic sqlalchemy snowflake collections dataclasses datetime decimal enum functools itertools
    json math re string textwrap typing""".split()  # noqa: SIM905
)
_NOT_USED = frozenset("__import__ compile eval exec hash open".split())  # noqa: SIM905
_SETS = frozenset(("frozenset", "set"))
_CLOCKS = frozenset(("now", "today", "utcnow"))


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


def rendered_otherwise(
    root: Path, script: Script, rendered: Revision, cache: Cache | None = None
) -> tuple[str, ...] | None:
    """Other statements that the same revision renders to, None where it always renders to these.

    It is rendered at other times and with sets in another order, each time loaded anew.
    """
    key = _key(script, rendered.is_downgrade)
    if cache and cache.get(_STEADY, key):
        return None
    stands_alone = _stands_alone(script.source)
    found = None
    if not stands_alone or _has_sets(script.source):
        found = _other_statements(root, script, rendered)
    if cache and stands_alone and found is None:
        cache.put(_STEADY, key, True)
    return found


def _other_statements(root: Path, script: Script, rendered: Revision) -> tuple[str, ...] | None:
    from snowlane.alembic.offline import run_offline
    from snowlane.alembic.otherwise import OTHERWISE, loaded_otherwise

    for otherwise in OTHERWISE:
        try:
            # What it prints or warns of it has told already.
            with (
                warnings.catch_warnings(action="ignore"),
                contextlib.redirect_stderr(io.StringIO()),
                loaded_otherwise(script.path, root, otherwise) as module,
            ):
                found, _ = run_offline(script, is_downgrade=rendered.is_downgrade, module=module)
        except KeyboardInterrupt:
            raise
        except BaseException:
            # A clock that stands still may be what it cannot do with: that tells nothing.
            continue
        if found != rendered.statements:
            return found
    return None


def _revision(script: Script, cache: Cache | None, is_downgrade: bool) -> Revision:
    key = _key(script, is_downgrade)
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


def _key(script: Script, is_downgrade: bool) -> str:
    return key_of(script.source, "downgrade" if is_downgrade else "upgrade")


def _stands_alone(source: str) -> bool:
    """Whether a revision does nothing whose outcome could change without it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else [""]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif _reads_what_changes(node):
            return False
        else:
            continue
        if any(name.partition(".")[0] not in _IMPORTED for name in names):
            return False
    return True


def _reads_what_changes(node: ast.AST) -> bool:
    """Whether an expression reads what is outside, or asks a clock."""
    if isinstance(node, ast.Name):
        return node.id in _NOT_USED
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _CLOCKS
        and not _is_sql_function(node.value)
    )


def _is_sql_function(node: ast.expr) -> bool:
    """Whether a name is `func` or ends so, as in `sa.func.now()`, which Snowflake's clock answers."""
    return (isinstance(node, ast.Name) and node.id == "func") or (
        isinstance(node, ast.Attribute) and node.attr == "func"
    )


def _has_sets(source: str) -> bool:
    """Whether a revision makes sets, which have another order in each process."""
    return any(
        isinstance(node, ast.Set | ast.SetComp) or (isinstance(node, ast.Name) and node.id in _SETS)
        for node in ast.walk(ast.parse(source))
    )
