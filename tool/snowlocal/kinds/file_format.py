"""FILE FORMAT: a named set of options for reading files. What the options are is `file_formats`' matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from snowlocal import file_formats
from snowlocal.catalog import Entry, now
from snowlocal.clone import clone_into
from snowlocal.context import Context
from snowlocal.errors import unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.names import quote
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


class FileFormat(Kind):
    """CREATE, ALTER, DROP, SHOW and DESCRIBE of file formats.
    docs.snowflake.com/en/sql-reference/sql/create-file-format"""

    name = "FILE FORMAT"
    plural = "FILE FORMATS"
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("type", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("format_options", "text"),
        ("owner_role_type", "text"),
    )

    def judge(self, ctx: Context) -> None:
        """The grammar does not know every option; `file_formats` judges all of them by name."""

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE FILE FORMAT name [TYPE = CSV|JSON] [options] [COMMENT = …]."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        options = _options(reader)
        comment = str(options.pop("COMMENT", ""))
        spec = file_formats.validated(options)
        with ctx.change() as change:
            self.fill(ctx, change, slot, {"spec": spec}, comment)
        return self.created(slot)

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER FILE FORMAT: RENAME TO, SET options or COMMENT."""
        if not reader.sees("SET"):
            return super().alter(ctx, entry, reader)
        ctx.access.require_owner(entry)
        reader.expect("SET")
        options = _options(reader)
        comment = str(options.pop("COMMENT", entry.comment))
        spec = file_formats.validated(options, entry.details["spec"])
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details={"spec": spec}, altered=now()))
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW FILE FORMATS."""
        spec = file_formats.complete(entry.details["spec"])
        return {
            **self.common_row(ctx, entry),
            "type": spec["TYPE"],
            "format_options": json.dumps(spec),
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE FILE FORMAT: one row an option."""
        columns = [(n, "text") for n in _DESCRIBED]
        return table(columns, properties(entry.details["spec"]))

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text of GET_DDL: the options that were said."""
        name = ctx.catalog.text_of(entry) if qualified else quote(entry.name)
        spec = entry.details["spec"]
        lines = [f"\tTYPE = {spec['TYPE']}"]
        lines += [f"\t{n} = {_written(v)}" for n, v in spec.items() if n != "TYPE"]
        if entry.comment:
            lines.append(f"\tCOMMENT = {_written(entry.comment)}")
        return f"create or replace file format {name}\n" + "\n".join(lines) + "\n;"


_DESCRIBED = ("property", "property_type", "property_value", "property_default")


def properties(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The options of a spec as rows of DESCRIBE."""
    full = file_formats.complete(spec)
    rows = [_property("TYPE", "String", full["TYPE"], "CSV")]
    for name, option in file_formats.defaults(full["TYPE"]).items():
        kind = option.kind if isinstance(option.kind, str) else "string"
        rows.append(_property(name, kind.capitalize(), full[name], option.default))
    return rows


def _property(name: str, kind: str, value: Any, default: Any) -> dict[str, Any]:
    return dict(zip(_DESCRIBED, (name, kind, _shown(value), _shown(default)), strict=True))


def _shown(value: Any) -> str:
    if value is None:
        return "NONE"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_shown(v) for v in value) + "]"
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "(" + ", ".join(_written(v) for v in value) + ")"
    if isinstance(value, str):
        return "'" + _shown(value).replace("'", "\\'") + "'"
    return _shown(value)


def _options(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not reader.done:
        reader.accept(",")
        key = reader.identifier()
        if key == "TAG" or key == "WITH":
            raise unsupported("TAG on a FILE FORMAT")
        reader.expect("=")
        found[key] = file_formats.option_value(reader)
    return found
