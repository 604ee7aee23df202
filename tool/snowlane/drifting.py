"""Measures drift: what files and history say meets what the account holds.

Decides nothing about the findings; that is `snowlane.drift`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from snowlane.alembic.render import render
from snowlane.config.environment import Environment
from snowlane.drift.compare import compare
from snowlane.drift.finding import Drift
from snowlane.drift.fold import Step, fold
from snowlane.drift.inventory import Inventory, Key, Thing
from snowlane.drift.naming import Naming
from snowlane.drift.objects import KnownObjects, Recorded
from snowlane.drift.things import read_thing
from snowlane.objects.source import SqlObject
from snowlane.plan.physical import physical
from snowlane.repository import Repository
from snowlane.snowflake.catalog import AppliedText, read_inventory, read_record
from snowlane.snowflake.session import Session


def measure_drift(session: Session, environment: Environment, repository: Repository) -> Drift:
    """Where the environment differs from its revisions up to its version and its applied objects.

    Raises NotBootstrappedError, RefusedError for a version that the checkout does not have, and
    SnowflakeError.
    """
    version, applied = read_record(session, environment)
    steps = _steps(environment, repository, version)
    expected = fold(steps)
    things = _applied_things(environment, applied)
    files = _files(environment, repository.objects)
    recorded = {key: _recorded(row, files.get(key)) for key, (row, _) in things.items() if row.hash}
    known = KnownObjects(
        recorded, {key: each.file for key, each in files.items() if key not in things}
    )
    found = read_inventory(session, sorted(environment.databases.values()))
    # What waits for another application may be there, or be another one: it is not judged.
    waiting = {key for key, (row, _) in things.items() if not row.hash}
    return compare(
        replace(
            expected,
            things={**expected.things, **{key: things[key][1] for key in recorded}},
        ),
        _without(found, waiting),
        Naming.of(environment),
        known,
        version,
    )


def made_by_revisions(
    repository: Repository, environment: Environment, version: str | None
) -> Inventory:
    """What the revisions up to a version make, in the environment's names; asks no account.

    Raises RefusedError for a version that the checkout does not have.
    """
    return fold(_steps(environment, repository, version))


def _steps(environment: Environment, repository: Repository, version: str | None) -> Iterable[Step]:
    for revision in render(repository.history, None, version):
        lines = revision.lines or (None,) * len(revision.statements)
        for text, line in zip(revision.statements, lines, strict=True):
            where = f"{revision.file}, line {line}" if line else revision.file
            yield Step(where, physical(text, environment).text)


def _applied_things(
    environment: Environment, applied: Iterable[AppliedText]
) -> dict[Key, tuple[AppliedText, Thing]]:
    found = {}
    for row in applied:
        thing = read_thing(row.kind, physical(row.text, environment).text)
        if thing is not None:
            found[thing.key] = (row, thing)
    return found


def _files(environment: Environment, objects: Iterable[SqlObject]) -> Mapping[Key, SqlObject]:
    found = {}
    for each in objects:
        text = physical(each.text, environment).text
        if (thing := read_thing(each.identity.kind, text)) is not None:
            found[thing.key] = each
    return found


def _recorded(row: AppliedText, file: SqlObject | None) -> Recorded:
    is_pending = file is not None and file.hash != row.hash
    return Recorded(row.kind, row.name, row.arguments, file.file if file else "", is_pending)


def _without(found: Inventory, keys: set[Key]) -> Inventory:
    kept = {key: thing for key, thing in found.things.items() if key not in keys}
    return replace(found, things=kept)
