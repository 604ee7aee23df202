"""Makes an environment's databases, tables and grants in an account, and says what was there."""

from collections.abc import Callable
from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.errors import RefusedError, SnowflakeError
from snowlane.plan.bootstrap import Bootstrap, Creation, bootstrap_of
from snowlane.snowflake.session import NOT_AUTHORIZED, UNSUPPORTED, Session
from snowlane.sql.names import qualified

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Bootstrapped:
    """What a bootstrap made, what was there before, and the grants that were given."""

    made: tuple[str, ...]
    existing: tuple[str, ...]
    granted: tuple[str, ...]


def run_bootstrap(
    session: Session,
    environment: Environment,
    progress: Progress,
    bootstrap: Bootstrap | None = None,
) -> Bootstrapped:
    """Make what is missing and grant it to the environment's role.

    `bootstrap` says what, where it is not what every environment needs. A session that already has
    that role makes what it may and grants nothing. Raises RefusedError
    when the session's role may not do it; nothing that exists is changed but for its owner.
    """
    bootstrap = bootstrap or bootstrap_of(environment)
    current = str(session.execute("SELECT CURRENT_ROLE()").rows[0][0])
    existing = _existing(session, bootstrap)
    made: list[str] = []
    granted: list[str] = []
    try:
        for creation in bootstrap.creations:
            if creation not in existing:
                progress(f"creating {creation.kind.lower()} {creation.full_name}")
                if creation.has_rows:
                    session.execute(bootstrap.use_warehouse)
                session.execute(creation.statement)
                made.append(f"{creation.kind.lower()} {creation.full_name}")
        for grant in bootstrap.grants if current != environment.role else ():
            if _given(session, grant, progress):
                granted.append(grant)
    except SnowflakeError as error:
        if error.number not in NOT_AUTHORIZED:
            raise
        raise RefusedError(
            f"role {current} may not prepare {environment.name}",
            why=f"{error.why}\nmade before that: {', '.join(made) or 'nothing'}",
            next=f"an administrator runs `snowlane bootstrap {environment.name}`, or the script "
            f"that `snowlane bootstrap {environment.name} --sql` prints",
        ) from None
    names = tuple(f"{each.kind.lower()} {each.full_name}" for each in existing)
    return Bootstrapped(tuple(made), names, tuple(granted))


def _given(session: Session, grant: str, progress: Progress) -> bool:
    """Give one grant; what this edition of Snowflake does not have needs none."""
    try:
        session.execute(grant)
    except SnowflakeError as error:
        if error.number != UNSUPPORTED:
            raise
        progress(f"not granted, for this account has no such feature: {grant}")
        return False
    return True


def _existing(session: Session, bootstrap: Bootstrap) -> list[Creation]:
    """Those of the things to make that are there, compared by exact name."""
    present: set[tuple[str, tuple[str, ...]]] = set()
    for kind in ("ROLE", "WAREHOUSE", "DATABASE"):
        for row in session.query(f"SHOW {kind}S"):
            present.add((kind, (row["name"],)))
    for creation in bootstrap.creations:
        parent = creation.path[:-1]
        if creation.kind == "SCHEMA" and ("DATABASE", parent) in present:
            rows = session.query(f"SHOW SCHEMAS IN DATABASE {qualified(*parent)}")
            present |= {("SCHEMA", (*parent, row["name"])) for row in rows}
            if ("SCHEMA", creation.path) in present:
                tables = session.query(f"SHOW TABLES IN SCHEMA {creation.full_name}")
                present |= {("TABLE", (*creation.path, row["name"])) for row in tables}
    return [each for each in bootstrap.creations if (each.kind, each.path) in present]
