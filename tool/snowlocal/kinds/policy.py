"""What masking and row access policies share: arguments, a body that is one expression, and when they may go.

`policies.py` attaches them, `query/masking.py` obeys them.
Rules: docs.snowflake.com/en/sql-reference/sql/create-masking-policy, …/create-row-access-policy,
…/alter-masking-policy, …/drop-masking-policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import policies
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.ddl_text import literal
from snowlocal.errors import unnumbered, unsupported
from snowlocal.kinds.base import Columns, Head, Kind, Slot
from snowlocal.names import quote
from snowlocal.query import masking
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader
from snowlocal.types import DataType, read_type

_DONE = "Statement executed successfully."
_PROPERTIES = ("COMMENT", "EXEMPT_OTHER_POLICIES")
_DESCRIBED = ("name", "signature", "return_type", "body")


class Policy(Kind):
    """CREATE, ALTER, DROP, SHOW, DESCRIBE and GET_DDL of a policy with a body."""

    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("kind", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("owner_role_type", "text"),
        ("options", "text"),
    )

    def judge_types(self, arguments: list[DataType], returns: DataType) -> None:
        """Raise where a signature is none of this kind of policy."""
        raise NotImplementedError

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE … POLICY name AS (argument type [, …]) RETURNS type -> body [COMMENT = …]."""
        parts = reader.qualified()
        reader.expect("AS")
        arguments = _arguments(Reader(reader.parenthesised()))
        reader.expect("RETURNS")
        begin = reader.at
        returns = read_type(reader)
        self.judge_types([kind for _, kind, _ in arguments], returns)
        shown = _shown_type(
            returns, reader.tokens[reader.at - 1].upper == ")" or begin == reader.at
        )
        body, properties = _body(reader)
        if properties.get("EXEMPT_OTHER_POLICIES") == "TRUE":
            raise unsupported("EXEMPT_OTHER_POLICIES = TRUE")
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        if slot.existing is not None:
            policies.refuse_attached(ctx.catalog, slot.existing)
        details = {
            "arguments": [{"name": name, "type": text} for name, _, text in arguments],
            "returns": shown,
            "body": body,
        }
        self._compile(ctx, slot, details)
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, properties.get("COMMENT", ""))
        return self.created(slot)

    def _compile(self, ctx: Context, slot: Slot, details: dict[str, Any]) -> None:
        schema = ctx.catalog.get(slot.parent)
        place = (ctx.catalog.get(schema.parent).name, schema.name)
        masking.compile_body(ctx, place, details)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER … POLICY: SET BODY -> expression, RENAME TO, SET and UNSET COMMENT."""
        if not reader.accept("SET", "BODY"):
            return super().alter(ctx, entry, reader)
        ctx.access.require_owner(entry)
        body, properties = _body(reader)
        if properties:
            raise reader.error()
        details = {**entry.details, "body": body}
        self._compile(ctx, Slot(entry.parent, entry.name, None, entry), details)
        with ctx.change() as change:
            change.put(replace(entry, details=details, altered=now()))
        return status(_DONE)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP … POLICY; refused with 003531 while anything has the policy."""
        ctx.access.require_owner(entry)
        policies.refuse_attached(ctx.catalog, entry)
        return super().drop(ctx, entry, reader)

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW MASKING POLICIES or SHOW ROW ACCESS POLICIES."""
        return self.common_row(ctx, entry) | {"kind": self.name.replace(" ", "_"), "options": ""}

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE … POLICY."""
        details = entry.details
        row = {
            "name": entry.name,
            "signature": f"({_signature(details)})",
            "return_type": details["returns"],
            "body": details["body"],
        }
        return table([(column, "text") for column in _DESCRIBED], [row])

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL('POLICY', …)."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        details = entry.details
        comment = f"COMMENT={literal(entry.comment)}\n" if entry.comment else ""
        return (
            f"create or replace {self.name.lower()} {name} as ({_signature(details)}) \n"
            f"returns {details['returns']} ->\n{details['body']}\n{comment};"
        )

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy has the same text."""
        return dict(entry.details)


def _signature(details: dict[str, Any]) -> str:
    return ", ".join(f"{quote(a['name'])} {a['type']}" for a in details["arguments"])


def _arguments(reader: Reader) -> list[tuple[str, DataType, str]]:
    """Name, type and the type as it is shown of each argument."""
    found: list[tuple[str, DataType, str]] = []
    while not reader.done:
        name = reader.identifier()
        kind = read_type(reader)
        found.append((name, kind, _shown_type(kind, reader.tokens[reader.at - 1].upper == ")")))
        if not reader.accept(","):
            break
    reader.finish()
    return found


def _shown_type(kind: DataType, sized: bool) -> str:
    """A type as GET_DDL shows it in a policy: VARCHAR without a length stays so."""
    return "VARCHAR" if kind.base == "TEXT" and not sized else str(kind)


def _body(reader: Reader) -> tuple[str, dict[str, str]]:
    """The expression after the arrow, as written, and the properties behind it; `reader` stands at the arrow."""
    if not reader.accept("->"):
        reader.expect("-", ">")
    last = len(reader.tokens) - (1 if reader.tokens[-1].upper == ";" else 0)
    properties: dict[str, str] = {}
    while last - 3 > reader.at:
        key, sign, value = reader.tokens[last - 3 : last]
        if key.upper not in _PROPERTIES or sign.upper != "=" or key.upper in properties:
            break
        if key.upper == "COMMENT" and value.kind != "string":
            break
        properties[key.upper] = value.text if key.upper == "COMMENT" else value.upper
        last -= 3
    if reader.at >= last:
        raise reader.error()
    text = reader.source[reader.tokens[reader.at].start : reader.tokens[last - 1].end]
    reader.at = len(reader.tokens)
    return text, properties


def mismatch() -> Exception:
    """The refusal of a masking policy that returns another type than it is given."""
    return unnumbered(
        "SQL compilation error: Masking policy function argument and return type mismatch."
    )
