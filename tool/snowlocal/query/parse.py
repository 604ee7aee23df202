"""Text to sqlglot's tree, and back to a name. Knows the dialect, not the catalog."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import ParseError, TokenError

from snowlocal.errors import syntax
from snowlocal.raw_tokens import parser_tokens


def parse(sql: str) -> exp.Expr:
    """The tree of one statement. Raises SnowflakeError 001003."""
    try:
        trees = Snowflake().parser().parse(parser_tokens(sql), sql)
        if not trees or trees[0] is None:
            raise ParseError(f"No expression was parsed from '{sql}'")
    except (ParseError, TokenError) as error:
        first = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "").splitlines()[0]
        raise syntax(f"parse error: {first}") from None
    tree = trees[0] if len(trees) == 1 else exp.Block(expressions=trees)
    assert isinstance(tree, exp.Expr)
    return tree


def folded(identifier: exp.Expr | str | None) -> str:
    """An identifier's name: in upper case unless it was quoted."""
    if identifier is None or isinstance(identifier, str):
        return (identifier or "").upper()
    name: str = identifier.name
    return name if identifier.args.get("quoted") else name.upper()


def parts_of(table: exp.Table) -> tuple[str, ...]:
    """The one to three parts of a table's name."""
    found = [table.args.get("catalog"), table.args.get("db"), table.this]
    return tuple(folded(part) for part in found if part is not None)
