"""The lease row that is the deployment lock, as SQL: taking, renewing and giving it back.

One row an environment, made with its table. Taking it is one UPDATE that commits by itself, not a
transaction: a statement inside one would be committed by the next DDL, and with it the lock.
Pure. Source: docs.snowflake.com/en/sql-reference/transactions (resource locking).
"""

from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.plan.state_tables import LEASE_TABLE, STATE_TABLES, state_table
from snowlane.sql.names import literal


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, as the lease row says; `seconds_left` is below 1 when it has expired."""

    owner: str
    session: str
    since: str
    address: str
    seconds_left: int


def lease_table_creation(table: str) -> str:
    """Make the table with its one row, in one statement: two who do it at once make one row."""
    definitions = " ".join(STATE_TABLES[LEASE_TABLE].split())
    empty = ", ".join("NULL" for _ in definitions.split(","))
    return f"CREATE TABLE IF NOT EXISTS {table} ({definitions}) AS SELECT {empty}"


def take_lease(
    environment: Environment, *, token: str, owner: str, session: str, address: str
) -> str:
    """A block that takes the lease where it is free or past, and answers one row.

    The row: how many rows changed (1 when it is ours), then owner, token, session, since when, CI
    address, seconds left, as they stand now.
    """
    table = state_table(environment, LEASE_TABLE)
    return f"""BEGIN
  UPDATE {table} SET OWNER = {literal(owner)}, TOKEN = {literal(token)},
    SESSION_ID = {literal(session)}, ADDRESS = {literal(address)}, ACQUIRED_AT = SYSDATE(),
    EXPIRES_AT = DATEADD(second, {environment.lease_seconds}, SYSDATE())
    WHERE TOKEN IS NULL OR EXPIRES_AT <= SYSDATE();
  LET taken INTEGER := SQLROWCOUNT;
  LET found RESULTSET := (SELECT :taken, OWNER, TOKEN, SESSION_ID,
    ACQUIRED_AT, ADDRESS,
    DATEDIFF(second, SYSDATE(), EXPIRES_AT) FROM {table});
  RETURN TABLE(found);
END"""  # noqa: S608


def renew_lease(environment: Environment, token: str) -> str:
    """Put the lease's end off; it changes no row when the lease is not ours any more."""
    table = state_table(environment, LEASE_TABLE)
    return (
        f"UPDATE {table} SET EXPIRES_AT = "  # noqa: S608
        f"DATEADD(second, {environment.lease_seconds}, SYSDATE()) WHERE TOKEN = {literal(token)}"
    )


def release_lease(environment: Environment, token: str) -> str:
    """Give the lease back, if it is ours."""
    table = state_table(environment, LEASE_TABLE)
    return (
        f"UPDATE {table} SET OWNER = NULL, TOKEN = NULL, SESSION_ID = NULL, "  # noqa: S608
        "ACQUIRED_AT = NULL, EXPIRES_AT = NULL, ADDRESS = NULL "
        f"WHERE TOKEN = {literal(token)}"
    )


def held_by(environment: Environment, token: str) -> str:
    """A FROM clause that has one row while the lease is ours, and none else: the fence."""
    table = state_table(environment, LEASE_TABLE)
    return f"FROM {table} WHERE TOKEN = {literal(token)} AND EXPIRES_AT > SYSDATE()"
