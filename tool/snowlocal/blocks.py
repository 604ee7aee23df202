"""Blocks, EXECUTE IMMEDIATE and CALL: hands the text to the scripting package and gives it a session to run in.

The order of a block's statements is scripting's concern, what a statement may do inside a block is that of `frames.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from snowlocal import alerts, duck_errors, frames, functions, tasks
from snowlocal.arguments import base_type, pieces
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, unsupported
from snowlocal.kinds.routine import columns as declared_columns
from snowlocal.names import dotted, quote
from snowlocal.query import engine
from snowlocal.result import Column, Result
from snowlocal.scripting import (
    ResultTable,
    bind_placeholders,
    render,
    run_block,
    split_statements,
)
from snowlocal.tokens import Reader

_WIRE_TO_TYPE = {
    "text": "VARCHAR", "fixed": "NUMBER", "real": "FLOAT", "boolean": "BOOLEAN", "date": "DATE", "time": "TIME",
    "timestamp_ntz": "TIMESTAMP_NTZ", "timestamp_ltz": "TIMESTAMP_LTZ", "timestamp_tz": "TIMESTAMP_TZ",
    "variant": "VARIANT", "binary": "BINARY",
}  # fmt: skip
_SYSTEM_PROCEDURES: dict[str, Callable[[Context, list[Any]], Any]] = {
    "SYSTEM$SEND_EMAIL": alerts.send_email,
    "SYSTEM$SET_RETURN_VALUE": tasks.set_return_value,
}


@dataclass(frozen=True)
class _Rows:
    """The answer to a statement inside a block, as scripting reads it."""

    result: Result
    query_id: str

    @property
    def columns(self) -> Sequence[str]:
        return [column.name for column in self.result.columns]

    @property
    def rows(self) -> Sequence[tuple[object, ...]]:
        return self.result.tuples()

    @property
    def affected(self) -> int | None:
        return self.result.affected


class _Session:
    """The session as a block sees it; its statements stand in the history as children of `ctx`."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def execute(self, sql: str) -> _Rows:
        """Run one statement. Raises SnowflakeError."""
        result = _run(self._ctx, sql)
        return _Rows(result, self._ctx.session.queries[-1])

    def evaluate(self, expression_sql: str) -> object:
        """The value of one expression; it is no query of the history. Raises SnowflakeError."""
        frames.check(self._ctx, expression_sql)
        return _cell(_evaluated(self._ctx, f"SELECT {expression_sql}"))


def _run(ctx: Context, sql: str) -> Result:
    frames.check(ctx, sql)
    return ctx.run(sql)


def _evaluated(ctx: Context, sql: str) -> Result:
    try:
        return engine.rows(ctx, sql)
    except duckdb.Error as error:
        raise duck_errors.translate(error) from error


def _cell(result: Result) -> Any:
    rows = result.tuples()
    return rows[0][0] if rows else None


# -- blocks and EXECUTE


def block(ctx: Context) -> Result:
    """An anonymous block: its rows after RETURN TABLE, else what it returns in the column "anonymous block"."""
    text = bind_placeholders(ctx.text, ctx.bindings) if ctx.bindings else ctx.text
    with frames.entered(ctx):
        returned = run_block(text, _Session(ctx), cancelled=ctx.session.cancel.is_set)
    if isinstance(returned, ResultTable):
        return _table(returned)
    return _value(ctx, "anonymous block", returned, None)


def execute(ctx: Context, reader: Reader) -> Result:
    """EXECUTE IMMEDIATE text [USING (…)], EXECUTE TASK name, EXECUTE ALERT name."""
    if reader.accept("TASK"):
        return tasks.execute(ctx, reader)
    if reader.accept("ALERT"):
        return alerts.execute(ctx, reader)
    reader.expect("IMMEDIATE")
    if reader.sees("FROM"):
        raise unsupported("EXECUTE IMMEDIATE FROM")
    text = _text(ctx, reader)
    values: list[Any] = []
    if reader.accept("USING"):
        values = [_argument(ctx, piece, None) for piece in pieces(reader.parenthesised())]
    reader.finish()
    statements = split_statements(text)
    if not statements:
        raise compilation(900, "42601", "Empty SQL statement.")
    if len(statements) > 1:
        raise SnowflakeError(
            8,
            "0A000",
            f"Actual statement count {len(statements)} did not match the desired statement count 1.",
        )
    statement = bind_placeholders(statements[0], values) if values else statements[0]
    return _run(ctx, statement)


def _text(ctx: Context, reader: Reader) -> str:
    """The text to run: a literal, a session variable or a bound value."""
    if reader.accept("?"):
        if not ctx.bindings:
            raise compilation(2049, "42601", "Bind variable ? not set.")
        return str(ctx.bindings[0])
    if reader.accept("$"):
        name = reader.identifier()
        frames.check(ctx, f"${name}")
        if name not in ctx.session.variables:
            raise compilation(1, "02000", f"Session variable '${name}' does not exist")
        return str(ctx.session.variables[name])
    return reader.string()


# -- CALL


def call(ctx: Context, reader: Reader) -> Result:
    """CALL procedure(arguments): its rows for RETURNS TABLE, else its value in a column named as the procedure.

    Raises 002141 for an unknown name, 001044 for arguments that fit no overload.
    """
    if ctx.bindings:
        reader = Reader(bind_placeholders(ctx.text, ctx.bindings))
        reader.expect("CALL")
    parts = reader.qualified()
    written = pieces(reader.parenthesised())
    reader.finish()
    if len(parts) == 1 and parts[0].startswith("SYSTEM$"):
        return _call_system(ctx, parts[0], [_argument(ctx, piece, None) for piece in written])
    positional, named = _split(written)
    with ctx.account.lock:
        procedure = _overload(ctx, parts, positional, named)
        ctx.access.require(procedure, "USAGE")
    if procedure.details["language"] != "SQL":
        raise unsupported(f"CALL of a {procedure.details['language']} procedure")
    values = _values(ctx, procedure, positional, named)
    owner = procedure.details["execute_as"] == "OWNER"
    with frames.owned(ctx, procedure) if owner else frames.entered(ctx):
        returned = run_block(
            procedure.details["body"],
            _Session(ctx),
            arguments=values,
            cancelled=ctx.session.cancel.is_set,
        )
    return _returned(ctx, procedure, returned)


def _returned(ctx: Context, procedure: Entry, returned: object) -> Result:
    is_table = procedure.details["is_table"]
    if isinstance(returned, ResultTable) != is_table:
        raise frames.refusal(
            "data type of returned table does not match expected returned table type"
            if is_table
            else "a table was returned where a value is expected"
        )
    if not isinstance(returned, ResultTable):
        return _value(ctx, procedure.name, returned, procedure.details["returns"])
    result = _table(returned)
    declared = declared_columns(procedure)
    if declared and len(declared) != len(result.columns):
        raise frames.refusal(
            "data type of returned table does not match expected returned table type"
        )
    return result


def _split(written: list[str]) -> tuple[list[str], dict[str, str]]:
    positional: list[str] = []
    named: dict[str, str] = {}
    for piece in written:
        tokens = Reader(piece).tokens
        if len(tokens) > 2 and tokens[1].upper == "=>":
            named[Reader(piece).identifier()] = piece[tokens[1].end :].strip()
        else:
            positional.append(piece)
    if positional and named:
        raise compilation(
            1003, "42000", "Named and positional arguments cannot be used in the same call."
        )
    return positional, named


def _overload(
    ctx: Context, parts: tuple[str, ...], positional: list[str], named: dict[str, str]
) -> Entry:
    """The procedure that fits the arguments, by number, names and, among several, by types."""
    name = dotted(*parts)
    try:
        schema, last = ctx.place(parts, "CALL")
    except SnowflakeError as error:
        if error.number != 2003:
            raise
        raise _unknown(name) from None
    same_name = [
        e
        for e in ctx.catalog.children(schema.id, "PROCEDURE")
        if e.name == last and ctx.access.sees(e)
    ]
    if not same_name:
        raise _unknown(name)
    fitting = [e for e in same_name if _fits(e, len(positional), named)]
    if len(fitting) > 1:
        types = [_type(ctx, piece) for piece in positional]
        fitting = [
            e
            for e in fitting
            if [base_type(a["type"]) for a in e.details["arguments"]][: len(types)] == types
        ]
    if len(fitting) != 1:
        given = ", ".join(_type(ctx, piece) for piece in [*positional, *named.values()])
        raise compilation(1044, "42P13", f"Invalid argument types for function '{name}': ({given})")
    return fitting[0]


def _unknown(name: str) -> SnowflakeError:
    return compilation(2141, "42601", f"Unknown user-defined function {name}")


def _fits(entry: Entry, count: int, named: Mapping[str, str]) -> bool:
    declared = entry.details["arguments"]
    names = {a["name"] for a in declared}
    required = [a["name"] for a in declared if a["default"] is None]
    if named:
        return set(named) <= names and set(required) <= set(named)
    return len(required) <= count <= len(declared)


def _values(
    ctx: Context, entry: Entry, positional: list[str], named: Mapping[str, str]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for index, declared in enumerate(entry.details["arguments"]):
        text = positional[index] if index < len(positional) else named.get(declared["name"])
        if text is None:
            text = declared["default"]
        values[declared["name"]] = _argument(ctx, text, declared["type"])
    return values


def _argument(ctx: Context, text: str, kind: str | None) -> Any:
    frames.check(ctx, text)
    return _cell(
        _evaluated(ctx, f"SELECT {text}" if kind is None else f"SELECT CAST({text} AS {kind})")
    )


def _type(ctx: Context, text: str) -> str:
    column = _evaluated(ctx, f"SELECT {text}").columns[0]
    return _WIRE_TO_TYPE.get(column.type, column.type.upper())


def _call_system(ctx: Context, name: str, values: list[Any]) -> Result:
    procedure = _SYSTEM_PROCEDURES.get(name)
    returned = functions.call(ctx, name, values) if procedure is None else procedure(ctx, values)
    return _value(ctx, name, returned, None)


# -- what comes back


def _table(returned: ResultTable) -> Result:
    rows = returned.rows
    if isinstance(rows, _Rows):
        return rows.result
    # What a nested block returned: its one value is all that is known of the column's type.
    kinds = ["fixed" if isinstance(v, int) else "text" for v in (rows.rows[0] if rows.rows else ())]
    named = zip(rows.columns, kinds, strict=False)
    return Result(tuple(Column(name, kind) for name, kind in named), rows.rows)


def _value(ctx: Context, name: str, value: object, kind: str | None) -> Result:
    """One value in one column, of the declared type where there is one."""
    if value is None or (isinstance(value, str) and (kind is None or base_type(kind) == "VARCHAR")):
        return Result((Column(name),), [(value,)])
    text = render(value) if kind is None else f"CAST({render(value)} AS {kind})"
    return _evaluated(ctx, f"SELECT {text} AS {quote(name)}")
