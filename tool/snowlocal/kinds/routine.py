"""What procedures and functions share: the reading of their head, overloads by argument types, DESCRIBE and GET_DDL.

Rules: docs.snowflake.com/en/sql-reference/sql/create-procedure and …/create-function. Runs no body.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from snowlocal import arguments
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds import bodies
from snowlocal.kinds.base import Columns, Head, Kind, Slot
from snowlocal.names import dotted, quote
from snowlocal.result import Result, table
from snowlocal.tokens import Reader

# Words that end the type after RETURNS.
_CLAUSES = (
    "AS", "CALLED", "COMMENT", "COPY", "EXECUTE", "EXTERNAL_ACCESS_INTEGRATIONS", "HANDLER", "IMMUTABLE", "IMPORTS",
    "LANGUAGE", "MEMOIZABLE", "NOT", "NULL", "PACKAGES", "RETURNS", "RUNTIME_VERSION", "SECRETS", "STRICT",
    "TARGET_PATH", "VOLATILE",
)  # fmt: skip
_FLAGS = (
    ("CALLED", "ON", "NULL", "INPUT"),
    ("RETURNS", "NULL", "ON", "NULL", "INPUT"),
    ("STRICT",),
    ("VOLATILE",),
    ("IMMUTABLE",),
    ("MEMOIZABLE",),
    ("NOT", "NULL"),
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as declared; `default` is the text of its default, or None."""

    name: str
    type: str
    default: str | None


@dataclass(slots=True)
class Routine:
    """A procedure or function as written; `clauses` are the ones kept as text alone."""

    arguments: list[Argument]
    signature: str
    returns: str = ""
    is_table: bool = False
    language: str = "SQL"
    execute_as: str = "OWNER"
    clauses: list[str] = field(default_factory=list)
    comment: str = ""
    copy_grants: bool = False
    body: str = ""
    written: str = ""


def read(reader: Reader) -> Routine:
    """Read from the argument list to the end. Raises SnowflakeError."""
    found = Routine(_arguments(reader.parenthesised()), "")
    found.signature = arguments.signature(", ".join(a.type for a in found.arguments))
    while not reader.accept("AS"):
        _clause(reader, found)
    found.body, found.written = bodies.read(reader)
    return found


def _arguments(text: str) -> list[Argument]:
    found: list[Argument] = []
    for piece in arguments.pieces(text):
        reader = Reader(piece)
        name = reader.identifier()
        if reader.accept("OUT") or reader.accept("OUTPUT"):
            raise unsupported("OUT arguments")
        if not reader.accept("IN"):
            reader.accept("INPUT")
        declared, default = reader.rest(), None
        for at, token in enumerate(tokens := Reader(declared).tokens):
            if token.upper == "DEFAULT":
                default = declared[token.end :].strip()
                declared = declared[: tokens[at].start].strip()
                break
        found.append(Argument(name, declared, default))
    return found


def _clause(reader: Reader, found: Routine) -> None:
    if reader.accept("COPY", "GRANTS"):
        found.copy_grants = True
        return
    if reader.accept("EXECUTE", "AS"):
        found.execute_as = reader.identifier()
        if found.execute_as not in ("OWNER", "CALLER"):
            raise unsupported(f"EXECUTE AS {found.execute_as}")
        return
    if reader.accept("LANGUAGE"):
        found.language = reader.identifier()
        return
    for flag in _FLAGS:
        if reader.accept(*flag):
            found.clauses.append(" ".join(flag))
            return
    if reader.accept("RETURNS"):
        _returns(reader, found)
        return
    _option(reader, found)


def _returns(reader: Reader, found: Routine) -> None:
    if reader.accept("TABLE"):
        found.is_table = True
        found.returns = reader.parenthesised().strip()
        return
    begin = reader.next()
    end = begin.end
    while (token := reader.peek()) is not None and token.upper not in _CLAUSES:
        if token.upper == "(":
            reader.parenthesised()
            end = reader.tokens[reader.at - 1].end
        else:
            end = reader.next().end
    found.returns = reader.source[begin.start : end]


def _option(reader: Reader, found: Routine) -> None:
    key = reader.next()
    reader.expect("=")
    if key.upper == "COMMENT":
        found.comment = reader.string()
        return
    if reader.sees("("):
        reader.parenthesised()
    else:
        reader.value()
    found.clauses.append(reader.source[key.start : reader.tokens[reader.at - 1].end])


class RoutineKind(Kind):
    """A kind whose objects are told apart by name and argument types."""

    modifiers = frozenset({"SECURE"})

    def judge(self, ctx: Context) -> None:
        """Only the head is the grammar's: the body is judged by the subclass once it is read."""
        bodies.judge_quoted(ctx)

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE [OR REPLACE] [SECURE] PROCEDURE|FUNCTION [IF NOT EXISTS] name (arguments) RETURNS … AS body."""
        parts = reader.qualified()
        routine = read(reader)
        self.judge_body(ctx, routine)
        slot = self.slot(ctx, head, parts, routine.signature)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        self.compile(ctx, slot, routine)
        details: dict[str, Any] = {
            "arguments": [asdict(a) for a in routine.arguments],
            "returns": routine.returns,
            "is_table": routine.is_table,
            "language": routine.language,
            "execute_as": routine.execute_as,
            "clauses": routine.clauses,
            "secure": "SECURE" in head.modifiers,
            "body": routine.body,
            "written": routine.written,
        }
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, routine.comment, routine.copy_grants)
        return self.created(slot)

    def judge_body(self, ctx: Context, routine: Routine) -> None:
        """Judge the body of a routine in a language this account knows. Raises 001003."""
        raise NotImplementedError

    def compile(self, ctx: Context, slot: Slot, routine: Routine) -> None:
        """Judge what a body names, where it is compiled when it is made; a procedure's is when it runs."""

    def returned(self, entry: Entry) -> str:
        """The return type as SHOW and DESCRIBE write it."""
        if not entry.details["is_table"]:
            return arguments.base_type(entry.details["returns"])
        return f"TABLE ({', '.join(_column(piece) for piece in columns(entry))})"

    def described(self, entry: Entry) -> list[tuple[str, str]]:
        """DESCRIBE's rows, property and value."""
        declared = entry.details["arguments"]
        pairs = ", ".join(f"{quote(a['name'])} {arguments.base_type(a['type'])}" for a in declared)
        return [
            ("signature", f"({pairs})"),
            ("returns", self.returned(entry)),
            ("language", entry.details["language"]),
        ]

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE: one row a property."""
        columns: Columns = (("property", "text"), ("value", "text"))
        rows = [*self.described(entry), ("body", entry.details["body"])]
        return table(columns, [{"property": p, "value": v} for p, v in rows])

    def shown(self, entry: Entry) -> str:
        """The `arguments` column of SHOW: 'P(VARCHAR, DEFAULT NUMBER) RETURN VARCHAR'."""
        types = [
            ("DEFAULT " if a["default"] is not None else "") + arguments.base_type(a["type"])
            for a in entry.details["arguments"]
        ]
        return f"{entry.name}({', '.join(types)}) RETURN {self.returned(entry)}"

    def common_row(self, ctx: Context, entry: Entry) -> dict[str, Any]:
        """The columns that SHOW PROCEDURES and SHOW FUNCTIONS share."""
        declared = entry.details["arguments"]
        row = super().common_row(ctx, entry)
        return row | {
            "is_builtin": "N",
            "is_aggregate": "N",
            "is_ansi": "N",
            "min_num_arguments": sum(a["default"] is None for a in declared),
            "max_num_arguments": len(declared),
            "arguments": self.shown(entry),
            "description": entry.comment or f"user-defined {self.name.lower()}",
            "catalog_name": row["database_name"],
            "is_table_function": "Y" if entry.details["is_table"] else "N",
            "valid_for_clustering": "N",
            "is_secure": "Y" if entry.details["secure"] else "N",
        }

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The CREATE OR REPLACE that makes the object again; the body is as it was written."""
        details = entry.details
        name = ctx.catalog.name_of(entry)
        parts = (name.database, name.schema, name.name) if qualified else (name.name,)
        declared = ", ".join(
            f"{quote(a['name'])} {a['type']}"
            + (f" DEFAULT {a['default']}" if a["default"] is not None else "")
            for a in details["arguments"]
        )
        secure = "SECURE " if details["secure"] else ""
        returns = f"TABLE ({details['returns']})" if details["is_table"] else details["returns"]
        lines = [
            f"CREATE OR REPLACE {secure}{self.name} {dotted(*parts)}({declared})",
            f"RETURNS {returns}",
            *self.language_lines(entry),
        ]
        if entry.comment:
            lines.append("COMMENT='" + entry.comment.replace("\\", "\\\\").replace("'", "''") + "'")
        lines += self.rights_lines(entry)
        return "\n".join([*lines, f"AS {details['written']};"])

    def language_lines(self, entry: Entry) -> list[str]:
        """The clauses between RETURNS and COMMENT."""
        return [f"LANGUAGE {entry.details['language']}", *entry.details["clauses"]]

    def rights_lines(self, entry: Entry) -> list[str]:
        """The clauses between COMMENT and AS."""
        return []


def columns(entry: Entry) -> list[str]:
    """The columns of a RETURNS TABLE, each as written: 'a NUMBER(10,2)'."""
    return arguments.pieces(entry.details["returns"])


def _column(piece: str) -> str:
    reader = Reader(piece)
    name = reader.identifier()
    return f"{quote(name)} {arguments.base_type(reader.rest())}"
