"""Compiles a function's body when it is made: with NULL for each argument, and without running it.

Source: docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-introduction.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
from sqlglot import exp

from snowlocal import duck_errors, transactions
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError
from snowlocal.names import Name
from snowlocal.query import translate
from snowlocal.query.engine import registered
from snowlocal.query.parse import parse
from snowlocal.query.resolve import Resolver

# Tables and columns that are not there. What else fails may work with the arguments of a call.
_JUDGED = (904, 2003)


def judge(ctx: Context, name: Name, arguments: Mapping[str, str], text: str) -> None:
    """Raise 002003 or 000904 where the body of the function `name` cannot be resolved; `arguments` are names to
    types."""
    try:
        _compile(ctx, name, arguments, text)
    except SnowflakeError as error:
        if error.number in _JUDGED:
            raise


def _compile(ctx: Context, name: Name, arguments: Mapping[str, str], text: str) -> None:
    given = [_null(kind) for kind in arguments.values()]
    with transactions.reading(ctx) as session:
        resolver = Resolver(ctx)
        tree = resolver.body(ctx.access, name, list(arguments), text, given, 0)
        sql = translate.to_duck(tree)
        try:
            with registered(session.duck, resolver.found):
                session.duck.execute(f"DESCRIBE {sql}").fetchall()
        except duckdb.BinderException as error:
            raise duck_errors.translate(error) from error
        except duckdb.Error:
            return


def _null(kind: str) -> exp.Expr:
    tree = parse(f"SELECT CAST(NULL AS {kind})")
    assert isinstance(tree, exp.Select)
    made: exp.Expr = tree.expressions[0]
    return made
