"""Sets an environment's stages to the addresses of its file, and writes what Airflow is to know of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from snowlane.config.environment import Environment
from snowlane.deploying import locked
from snowlane.environments import airflow
from snowlane.environments.addresses import refuse_shared_addresses
from snowlane.environments.stage_urls import StageUrls, stage_urls
from snowlane.errors import ConfigurationError, RefusedError, SnowlaneError
from snowlane.plan.activity import physical_name
from snowlane.plan.records import forget_objects
from snowlane.snowflake.pipeline_state import read_pipeline
from snowlane.snowflake.session import Session
from snowlane.snowflake.signin import sign_in_for
from snowlane.snowflake.stages import read_stage_urls
from snowlane.snowflake.state import read_applied
from snowlane.target import Target

Progress = Callable[[str], None]
VARIABLES_FILE = "variables.json"
CONNECTIONS_FILE = "connections.json"
# docs.snowflake.com/en/sql-reference/functions/system_pipe_status
_STAGE_MOVED = "STOPPED_STAGE_ALTERED"


@dataclass(frozen=True)
class AirflowFiles:
    """What was written, or would be; `secrets` says what a person gives Airflow besides."""

    directory: Path
    files: Mapping[str, Mapping[str, Any]]
    secrets: tuple[str, ...]


def set_stage_urls(target: Target, progress: Progress, *, dry_run: bool) -> StageUrls:
    """Give each stage that the environment's file lists its URL, under the environment's lock.

    Snowflake stops the pipes of a stage that moves: those that objects make are marked, so that the
    next migrate makes them anew. May be repeated: what is as wanted is left alone. Raises
    ConfigurationError, before anything is sent, for an address that another environment loads from;
    RefusedError, before anything is changed, for a stage that is not there or takes no URL;
    NotBootstrappedError; LockedError when a deployment is at work; SnowlaneError when Snowflake
    refuses a statement.
    """
    environment = target.environment
    refuse_shared_addresses(environment, target.project.environments())
    databases = environment.databases.values()
    with target.open() as session:
        read_applied(session, environment)
        wanted = stage_urls(environment, read_stage_urls(session, databases))
        if wanted.problems:
            raise RefusedError(
                f"{len(wanted.problems)} stage(s) of {environment.name} cannot be set",
                why="\n".join(wanted.problems),
                next=f"correct [stages] in envs/{environment.name}.toml, or migrate first",
            )
        stopped = _stopped(session, environment)
        if dry_run or not (wanted.statements or stopped):
            return replace(wanted, stopped=stopped)
        with locked(target, session, progress) as (_, applied):
            for done, statement in enumerate(wanted.statements):
                progress(statement)
                try:
                    session.execute(statement)
                except SnowlaneError as error:
                    raise SnowlaneError(
                        f"{done} of {len(wanted.statements)} stages were set, then one was refused",
                        why=error.why,
                        next="correct it and run the command again; what is set is left alone",
                    ) from None
            stopped = _stopped(session, environment)
            ours = [
                each
                for each in applied.objects
                if each.kind == "PIPE"
                and physical_name(each.path, environment.databases) in stopped
            ]
            if ours:
                session.execute(forget_objects(environment.metadata, ours))
    return replace(wanted, stopped=stopped)


def _stopped(session: Session, environment: Environment) -> tuple[str, ...]:
    """The pipes that load nothing since their stage moved."""
    pipes = read_pipeline(session, environment).pipes
    return tuple(pipe.name for pipe in pipes if pipe.state == _STAGE_MOVED)


def airflow_files(
    target: Target, directory: Path, *, prefix: str, connection_id: str, role: str | None
) -> AirflowFiles:
    """The files for Airflow as they would be written. Raises ConfigurationError when nobody can sign in."""
    environment = target.environment
    parameters = sign_in_for(environment, target.project.root, local=target.local).parameters
    return AirflowFiles(
        directory,
        {
            VARIABLES_FILE: airflow.variables(environment, prefix, connection_id),
            CONNECTIONS_FILE: airflow.connection(
                environment, parameters, connection_id, role or environment.role
            ),
        },
        airflow.secrets_to_set(parameters),
    )


def write_files(wanted: AirflowFiles) -> None:
    """Write them, each whole or not at all. Raises ConfigurationError for a place that takes no files."""
    try:
        wanted.directory.mkdir(parents=True, exist_ok=True)
        for name, data in wanted.files.items():
            path = wanted.directory / name
            unfinished = path.with_suffix(".json.new")
            unfinished.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
            unfinished.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"{wanted.directory} takes no files",
            why=error.strerror or type(error).__name__,
            next="give another directory with --output",
        ) from None
