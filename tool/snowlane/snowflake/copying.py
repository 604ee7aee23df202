"""Copies whole databases at one instant, and reads what has to be known before and after.

Decides nothing: what is copied, and what is made in its place, `snowlane.environments` says.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from snowlane.environments.contents import Contents
from snowlane.environments.databases import (
    CHANGED_MEANWHILE,
    copy_database,
    is_of_clone,
    mark,
)
from snowlane.environments.stage_options import StageOptions, stage_options
from snowlane.errors import ConfigurationError, SnowflakeError
from snowlane.snowflake.databases import read_databases
from snowlane.snowflake.parallel import in_parallel
from snowlane.snowflake.requests import Requests
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.session import Session
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import literal, qualified, quote

Progress = Callable[[str], None]
_TRIES = 5
_THERE = re.compile(r"'([^']+)' already exists")


def refuse_existing(present: Iterable[str]) -> None:
    """Raise ConfigurationError when databases of these names are there: none is ever overwritten."""
    if taken := list(present):
        raise ConfigurationError(
            "the clone's databases cannot be made",
            why="\n".join(f"there is a database {name}" for name in taken),
            next="choose another name; a database that is there is never overwritten",
        )


def drop_copies(session: Session, requests: Requests, names: Iterable[str], clone_id: str) -> None:
    """Drop what a run before made of these databases, so that all are copied at one instant.

    Raises ConfigurationError for a database that this clone did not make.
    """
    present = read_databases(session, names)
    name = requests.lock.environment.name
    refuse_existing(
        each.name for each in present.values() if not is_of_clone(each.comment, name, clone_id)
    )
    for each in present:
        requests.send(session, "clone", f"drop {each}", f"DROP DATABASE {quote(each)}")


def copy_databases(
    sessions: Sequence[Session],
    requests: Requests,
    databases: Mapping[str, str],
    clone_id: str,
    at: datetime | None,
    progress: Progress,
) -> datetime:
    """Copy all databases (source to copy) at one instant, each in a session of its own.

    Without `at` the instant is the server's now, and when something in the source changed just
    then, it is tried again with a new one. Gives the instant, in UTC. Raises SnowflakeError.
    """
    name = requests.lock.environment.name
    sources = read_databases(sessions[0], databases)
    for tries_left in reversed(range(_TRIES)):
        instant = at or server_time(sessions[0])
        progress(f"copying {', '.join(databases)} as of {instant:%Y-%m-%d %H:%M:%S} UTC")
        tasks = [
            partial(
                _copy,
                requests,
                copied,
                copy_database(
                    source,
                    copied,
                    instant,
                    mark(name, clone_id, source),
                    is_transient=source in sources and sources[source].is_transient,
                ),
            )
            for source, copied in databases.items()
        ]
        try:
            in_parallel(sessions, tasks, cancel=requests.cancel)
            return instant
        except SnowflakeError as error:
            # One that this role does not see is in the way.
            refuse_existing(set(_THERE.findall(error.why)) & {*databases.values()})
            if error.number not in CHANGED_MEANWHILE or at is not None or not tries_left:
                raise
            progress("the source changed just then; copying it as of a later instant")
        drop_copies(sessions[0], requests, databases.values(), clone_id)
        time.sleep(_TRIES - tries_left)
    raise AssertionError("the last try returns or raises")


def _copy(requests: Requests, copied: str, text: str, session: Session) -> None:
    requests.send(session, "clone", copied, text)


def describe_stages(sessions: Sequence[Session], paths: Sequence[Path]) -> dict[Path, StageOptions]:
    """File format and options of stages; one request each, for GET_DDL knows no stages."""
    answers = in_parallel(sessions, [partial(_describe, path) for path in paths]) if paths else []
    return dict(zip(paths, answers, strict=True))


def stage_formats(sessions: Sequence[Session], contents: Contents) -> dict[Path, str]:
    """The file format of each stage, as CREATE STAGE writes it; one request each."""
    described = describe_stages(sessions, [item.path for item in contents.of("STAGE")])
    return {path: options.file_format for path, options in described.items()}


def _describe(path: Path, session: Session) -> StageOptions:
    return stage_options(session.query(f"DESCRIBE STAGE {qualified(*path)}"))


def roles_held(session: Session, contents: Contents) -> tuple[set[str], bool]:
    """The owners among the contents whose objects the session's role owns, too.

    And whether it may hand over what it does not own. Source:
    docs.snowflake.com/en/sql-reference/functions/is_role_in_session.
    """
    owners = sorted({item.owner for item in contents.items.values() if item.owner})
    asked = [*owners, "SECURITYADMIN"]
    calls = ", ".join(f"IS_ROLE_IN_SESSION({literal(each)})" for each in asked)
    answers = session.execute(f"SELECT {calls}").rows[0]
    held = {role for role, yes in zip(asked, answers, strict=True) if yes}
    return held, "SECURITYADMIN" in held or _manages_grants(session)


def _manages_grants(session: Session) -> bool:
    rows = session.query(f"SHOW GRANTS TO ROLE {quote(current_role(session))}")
    return any(row["privilege"] == "MANAGE GRANTS" for row in rows)


def current_role(session: Session) -> str:
    """The role that the session has."""
    return str(session.execute("SELECT CURRENT_ROLE()").rows[0][0])


def running_pipes(session: Session, contents: Contents) -> list[str]:
    """The pipes that load by themselves, by full name; one request for all."""
    names = [item.full_name for item in contents.of("PIPE")]
    if not names:
        return []
    calls = ", ".join(f"SYSTEM$PIPE_STATUS({literal(name)})" for name in names)
    answers = session.execute(f"SELECT {calls}").rows[0]
    states = (json.loads(str(answer)).get("executionState") for answer in answers)
    return [name for name, state in zip(names, states, strict=True) if state == "RUNNING"]
