"""How a remedy is written: names and statements as a revision or an object file takes them."""

from collections.abc import Iterable

from snowlane.sql.names import qualified, quote


def name(path: tuple[str, ...], *columns: str) -> str:
    """A dotted name, quoted only where Snowflake needs it."""
    return qualified(*path, *columns)


def names(columns: Iterable[str]) -> str:
    """A list of columns."""
    return ", ".join(quote(column) for column in columns)


def op_sql(text: str) -> str:
    """`op.sql(…)` of one statement."""
    if "\n" not in text and '"' not in text and "\\" not in text:
        return f'op.sql("{text}")'
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'op.sql(\n    """{escaped}"""\n)'


def op_expect(query: str, message: str) -> str:
    """`op.expect(…)` that nothing is found."""
    return f'op.expect(\n    "{query}",\n    rows=0,\n    message="{message}",\n)'


def lines(*code: str) -> str:
    """Several pieces of code, one below the other."""
    return "\n".join(code)
