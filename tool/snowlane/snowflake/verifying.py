"""Looks at an environment before and after a deployment, in requests that do not grow with its tables.

What must hold between the two looks `snowlane.pipeline.verification` says. A view is tried by a query
that reads no row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from snowlane.config.environment import Environment
from snowlane.drift.things import made_by
from snowlane.pipeline.graphs import Graphs
from snowlane.pipeline.model import Path, Pipeline
from snowlane.pipeline.requests import AT_ONCE, fenced, read_answers
from snowlane.pipeline.touching import References
from snowlane.pipeline.verification import TOLD_KINDS, Look
from snowlane.plan.parked import Parked
from snowlane.snowflake.definitions import read_ddl
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.pipeline_state import read_pipeline
from snowlane.snowflake.restore_facts import read_relations
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import parse_path, qualified
from snowlane.sql.tokens import UnreadableSqlError, tokenize

_TABLE = "TABLE"
_VIEW = "VIEW"
_PARTS = 3


def look(session: Session, lock: Lock, tables: Collection[Path], changed: Collection[Path]) -> Look:
    """The version, the objects, the rows of some tables, and the views that something changed breaks.

    Raises SnowflakeError.
    """
    definitions = read_texts(session, lock.environment)
    views = references_of(definitions).touching(changed, views_of(definitions))
    return look_at(session, lock, definitions, tables, views)


def look_at(
    session: Session,
    lock: Lock,
    definitions: Mapping[tuple[str, Path], str],
    tables: Collection[Path],
    views: Collection[Path],
) -> Look:
    """The version, the objects that are defined, the rows of some tables, and which views are broken.

    Raises SnowflakeError.
    """
    environment = lock.environment
    pipeline = read_pipeline(session, environment)
    return Look(
        version=read_applied(session, environment).version,
        objects=frozenset(key for key in definitions if key[0] in TOLD_KINDS)
        | frozenset(_running(pipeline)),
        broken=_broken(session, lock, sorted(views)),
        rows=_rows(session, tables),
        pipeline=pipeline,
    )


def views_of(definitions: Iterable[tuple[str, Path]]) -> list[Path]:
    """The plain views among what is defined."""
    return [path for kind, path in definitions if kind == _VIEW]


def tables_of(definitions: Iterable[tuple[str, Path]]) -> list[Path]:
    """The plain tables among what is defined."""
    return [path for kind, path in definitions if kind == _TABLE]


def read_texts(session: Session, environment: Environment) -> dict[tuple[str, Path], str]:
    """The definitions of everything in the environment's databases, by kind and path; tables too.

    Overloads share a path, and their texts are one. Raises SnowflakeError.
    """
    found: dict[tuple[str, Path], str] = {}
    for database in environment.databases.values():
        for text in read_ddl(session, database):
            if (key := _made(text)) is not None:
                found[key] = f"{found[key]};\n{text}" if key in found else text
    return found


def _made(text: str) -> tuple[str, Path] | None:
    """What a CREATE statement makes: its kind and its full path."""
    try:
        cursor = Cursor(text, tokenize(text))
    except UnreadableSqlError:
        return None
    kind = made_by(cursor) or _TABLE
    words = kind.split()
    while not cursor.ended and not cursor.at_word(words[-1]):
        cursor.skip()
    if cursor.ended:
        return None
    cursor.skip()
    cursor.take_if_exists()
    path = cursor.path()
    return (kind, path) if path is not None and len(path) == _PARTS else None


def references_of(definitions: Mapping[tuple[str, Path], str]) -> References:
    """What names what, by path alone: of two kinds that share one, both texts count."""
    texts: dict[Path, str] = {}
    for (kind, path), text in definitions.items():
        if kind != _TABLE:
            texts[path] = f"{texts[path]};\n{text}" if path in texts else text
    return References(texts, {path for _, path in definitions})


def _running(pipeline: Pipeline) -> Iterable[tuple[str, Path]]:
    yield from (("TASK", each.path) for each in pipeline.tasks)
    yield from (("STREAM", each.path) for each in pipeline.streams)
    yield from (("PIPE", each.path) for each in pipeline.pipes)
    yield from (("ALERT", each.path) for each in pipeline.alerts)


def _broken(session: Session, lock: Lock, views: Sequence[Path]) -> dict[Path, str]:
    """The views that do not compile, and why."""
    found: dict[Path, str] = {}
    for start in range(0, len(views), AT_ONCE):
        some = views[start : start + AT_ONCE]
        tried = [f"SELECT * FROM {qualified(*path)} LIMIT 0" for path in some]  # noqa: S608
        block = fenced(lock.environment, lock.token, tried)
        answers = read_answers(str(session.execute(block, shown=tried[0]).rows[0][0]))
        for path, answer in zip(some, answers, strict=True):
            if not answer.is_done:
                found[path] = f"{answer.number:06d}: {answer.message}"
    return found


def _rows(session: Session, tables: Collection[Path]) -> dict[Path, int]:
    relations = read_relations(session, {path[:2] for path in tables})
    return {
        path: relations[path].rows or 0
        for path in tables
        if path in relations and relations[path].rows is not None
    }


def parked_that_touch(
    session: Session,
    environment: Environment,
    parked: Sequence[Parked],
    changed: Collection[Path],
    kept: Collection[tuple[str, str]],
) -> list[Parked]:
    """What is parked and touches a changed path, whole task graphs; and what is `kept` anyway.

    Raises SnowflakeError.
    """
    if not changed and not kept:
        return []
    paths = {each.key: path for each in parked if (path := parse_path(each.name))}
    references = references_of(read_texts(session, environment) if changed else {})
    touching = references.touching(changed, set(paths.values()))
    keys = {key for key, path in paths.items() if path in touching} | set(kept)
    graphs = Graphs(read_pipeline(session, environment).tasks)
    roots = {
        root
        for kind, name in keys
        if kind == "TASK" and name in graphs.tasks
        for root in graphs.roots_of(name)
    }
    members = {name for root in roots for name in graphs.members(root)}
    return [
        each
        for each in parked
        if each.key in keys or (each.kind == "TASK" and each.name in members)
    ]
