"""Looks at what a restore point before a plan is to keep, and says how it would be made. Makes nothing."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from snowlane.config.environment import Environment
from snowlane.plan.model import Foreseen, Plan
from snowlane.plan.state_tables import OBJECTS_TABLE, REVISIONS_TABLE, VERSION_TABLE
from snowlane.restore import contents, records
from snowlane.restore.parked import before_the_pause
from snowlane.restore.point import new_id
from snowlane.restore.touched import Path, Touched, touched_by, with_called
from snowlane.snowflake.restore_facts import read_account, server_time, with_data
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_parked
from snowlane.sql.mapping import map_names
from snowlane.sql.names import parse_path, qualified


def foresee_point(session: Session, environment: Environment, plan: Plan) -> Foreseen:
    """What a point before a plan would keep as things are now; nothing is made. Raises SnowflakeError."""
    before = session.requests
    found = survey(session, environment, plan)
    content = found.kept.content
    asked = session.requests - before + len(content.objects)
    made = len(making(environment, plan, found, "", 0))
    # It is read back once.
    return Foreseen(len(content.tables), len(content.objects), asked + made + 1)


@dataclass(frozen=True)
class Surveyed:
    """What a point of this id is to keep, and the account's clock when that was looked at."""

    point: str
    taken_at: datetime
    kept: contents.Kept


def survey(session: Session, environment: Environment, plan: Plan) -> Surveyed:
    """Look at what a plan touches; the grants on objects are left out."""
    touched = _touched(session, environment, plan)
    metadata = metadata_paths(environment)
    account = read_account(
        session,
        environment,
        paths=(*touched.named, *metadata),
        targets=touched.targets,
        whole_schemas=touched.dropped_schemas,
    )
    account = with_data(session, account, set(touched.named) | set(account.relations))
    account = before_the_pause(account, read_parked(session, environment))
    taken_at = server_time(session)
    point = new_id(taken_at, secrets.token_hex(2))
    databases = sorted(environment.databases.values())
    return Surveyed(point, taken_at, contents.keep(point, touched, account, metadata, databases))


def making(
    environment: Environment, plan: Plan, found: Surveyed, deployment: str, days: int
) -> list[str]:
    """What makes a point and writes it down, in order."""
    content, point = found.kept.content, found.point
    begin = records.begin_point(
        environment,
        point,
        deployment=deployment,
        revision=plan.current,
        taken_at=found.taken_at,
        days=days,
    )
    clones = (*content.tables, *content.metadata)
    return [
        begin,
        *records.make_schemas(point, content.databases),
        *records.make_clones(clones, found.taken_at, found.kept.without_past),
        *records.make_texts(environment.metadata[0], point, found.kept.names),
        records.complete_point(environment, point, content),
    ]


def metadata_paths(environment: Environment) -> tuple[Path, ...]:
    """The tables that say what is applied; they are restored with everything else."""
    tables = (VERSION_TABLE, OBJECTS_TABLE, REVISIONS_TABLE)
    return tuple((*environment.metadata, name) for name in tables)


def _touched(session: Session, environment: Environment, plan: Plan) -> Touched:
    """What the plan's statements touch, the procedures and tasks that they run included."""
    texts = [statement.text for stage in plan.stages for statement in stage.pending]
    touched = touched_by(texts, environment.databases.values())
    if not touched.called:
        return touched
    table = qualified(*environment.metadata, OBJECTS_TABLE)
    rows = session.execute(
        f"SELECT NAME, TEXT FROM {table} WHERE KIND IN ('PROCEDURE', 'TASK')"  # noqa: S608
    ).rows
    definitions: dict[Path, str] = {}
    for name, text in rows:
        logical = parse_path(str(name))
        if logical and logical[0] in environment.databases:
            path = (environment.databases[logical[0]], *logical[1:])
            definitions[path] = map_names(str(text), environment.name_map).text
    return with_called(touched, definitions, environment.databases.values())
