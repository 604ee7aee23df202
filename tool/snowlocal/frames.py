"""What a statement inside a block or procedure may do, and how the session is put back when the block ends.

Rules: docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-rights and …/sql-reference/transactions,
"Scoped transactions". Runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from snowlocal import transactions
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, unsupported
from snowlocal.session import Frame
from snowlocal.tokens import Token, tokenize

_COMMITTING = {"ALTER", "CREATE", "DROP", "UNDROP", "COMMENT", "GRANT", "REVOKE"}
# Table functions about the user's own past, which an owner's-rights procedure cannot see.
_PERSONAL = ("QUERY_HISTORY", "LOGIN_HISTORY")


def refusal(text: str, number: int = 90232) -> SnowflakeError:
    """What a procedure may not do, in Snowflake's words."""
    return SnowflakeError(number, "42601", f"Stored procedure execution error: {text}")


@contextmanager
def entered(ctx: Context) -> Iterator[None]:
    """A block: what it begins it must end. Raises 090232 for a transaction it leaves open, which is rolled back."""
    with _frame(ctx, owner_rights=False):
        yield


@contextmanager
def owned(ctx: Context, procedure: Entry) -> Iterator[None]:
    """A procedure with its owner's rights: the owner's role, the procedure's database and schema; always put back."""
    session = ctx.session
    before = session.role, session.secondary_roles, session.database, session.schema
    name = ctx.catalog.name_of(procedure)
    session.role, session.secondary_roles = procedure.owner, "NONE"
    session.database, session.schema = name.database, name.schema
    try:
        with _frame(ctx, owner_rights=True):
            yield
    finally:
        session.role, session.secondary_roles, session.database, session.schema = before


@contextmanager
def _frame(ctx: Context, owner_rights: bool) -> Iterator[None]:
    session = ctx.session
    # What an owner's-rights procedure calls has no more rights than it has itself.
    inherited = bool(session.frames) and session.frames[-1].owner_rights
    frame = Frame(owner_rights or inherited, session.transaction)
    session.frames.append(frame)
    try:
        yield
        if session.transaction is not None and session.transaction is not frame.outer:
            raise refusal(
                "Scoped transaction started in stored procedure is incomplete and it was rolled back."
            )
    except BaseException:
        if session.transaction is not frame.outer:
            transactions.rollback(ctx)
        raise
    finally:
        session.frames.pop()


def check(ctx: Context, sql: str) -> None:
    """Raise where the innermost block or procedure may not run `sql`, a statement or an expression."""
    if not ctx.session.frames:
        return
    frame = ctx.session.frames[-1]
    tokens = tokenize(sql)
    if frame.owner_rights:
        _check_rights(tokens)
    if frame.outer is not None and ctx.session.transaction is frame.outer:
        _check_scope(tokens)


def _check_rights(tokens: tuple[Token, ...]) -> None:
    words = [token.upper for token in tokens]
    if words[:1] in (["USE"], ["SET"], ["UNSET"]):
        raise refusal(f"Unsupported statement type '{words[0]}'.", 90236)
    if words[:2] == ["ALTER", "SESSION"]:
        raise refusal("Unsupported statement type 'ALTER_SESSION'.", 90236)
    for word, following in pairwise(words):
        if word == "$" and following[:1].isalpha():
            raise SnowflakeError(
                90234,
                "42601",
                f"Use of session variable '${following}' is not allowed in owners rights stored procedure",
            )
        if word.startswith(_PERSONAL) and following == "(":
            raise refusal(
                "Requested information on the current user is not accessible in stored procedure.",
                90234,
            )


def _check_scope(tokens: tuple[Token, ...]) -> None:
    words = [token.upper for token in tokens[:2]]
    if words[:1] in (["COMMIT"], ["ROLLBACK"]) or (
        words and words[0] in _COMMITTING and words != ["ALTER", "SESSION"]
    ):
        raise refusal(
            "Modifying a transaction that has started at a different scope is not allowed."
        )
    if words[:1] in (["BEGIN"], ["START"]):
        raise unsupported("a transaction of its own in a procedure that is called in a transaction")
