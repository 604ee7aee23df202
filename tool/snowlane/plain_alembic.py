"""What migrations/env.py runs: plain Alembic commands through snowlane's plan and executor.

`alembic upgrade` and `downgrade` become a plan of revisions; `current`, `stamp` and the like get an
ordinary SQLAlchemy connection with the environment's version table.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

from alembic.util import CommandError

from snowlane.config.project import find_project
from snowlane.deploying import deploy
from snowlane.errors import ConfigurationError, RefusedError, SnowlaneError
from snowlane.locating import environment_named
from snowlane.plan.explain import as_sql
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.plan.state_tables import VERSION_TABLE
from snowlane.planning import plan_deployment
from snowlane.repository import read_repository
from snowlane.sql.names import qualified
from snowlane.target import Target

_MOVES = ("upgrade", "downgrade")


def run(context: Any) -> None:
    """Serve the Alembic command that loaded env.py; `context` is `alembic.context`.

    Arguments: `-x env=NAME` and, for the local account, `-x local=true`. Raises Alembic's
    CommandError, which its command line shows as one line.
    """
    try:
        target = _target(context)
        # Before the dialect, which has to know its errors here: Alembic connects by it.
        importlib.import_module("snowflake.connector")
        # Alembic knows the dialect once this is imported.
        importlib.import_module("snowlane.alembic.impl")
        context.configure(dialect_name="snowflake")
        options = context.get_context().opts
        if options["fn"].__name__ in _MOVES:
            _move(target, options)
        elif context.is_offline_mode():
            raise ConfigurationError(
                "only upgrade and downgrade can be printed with --sql",
                next="leave --sql out",
            )
        else:
            _with_connection(target, context)
    except SnowlaneError as error:
        parts = [error.what, error.why, error.next]
        raise CommandError("\n".join(part for part in parts if part)) from None


def _target(context: Any) -> Target:
    arguments = context.get_x_argument(as_dictionary=True)
    project = find_project(Path(context.config.config_file_name).parent, given=True)
    if "env" not in arguments:
        raise ConfigurationError(
            "no environment is given",
            why=f"known are: {', '.join(project.environment_names())}",
            next="give it: alembic -x env=dev …",
        )
    local = arguments.get("local", "false").lower() in ("true", "1", "yes")
    return Target(project, environment_named(project, arguments["env"], local=local), local)


def _move(target: Target, options: dict[str, Any]) -> None:
    wanted = options["destination_rev"]
    if options.get("as_sql"):
        start = options.get("starting_rev")
        repository = read_repository(target.project, target.environment)
        before = repository.history.resolve(start, None) if start else None
        plan = plan_deployment(
            repository,
            target.environment,
            Applied(version=before),
            session=None,
            to=wanted,
            with_objects=False,
        )
        sys.stdout.write(as_sql(plan) + "\n")
        return
    deploy(target, to=wanted, progress=_progress, confirm=_refuse_protected, with_objects=False)


def _progress(line: str) -> None:
    sys.stderr.write(line + "\n")


def _refuse_protected(plan: Plan) -> None:
    target = plan.target or "base"
    if plan.is_protected:
        raise RefusedError(
            f"{plan.environment} is protected",
            why="plain Alembic asks for no confirmation",
            next=f"run `snowlane migrate {plan.environment} --to {target}`",
        )


def _with_connection(target: Target, context: Any) -> None:
    import sqlalchemy

    with target.open() as session:
        # `_initialize=False` saves the dialect's own questions at its first connect.
        engine = sqlalchemy.create_engine(
            "snowflake://",
            creator=lambda: session.connection,
            poolclass=sqlalchemy.pool.StaticPool,
            pool_reset_on_return=None,
            _initialize=False,
        )
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                version_table=VERSION_TABLE.lower(),
                version_table_schema=qualified(*target.environment.metadata),
            )
            context.run_migrations()
