"""STAGE: a place for files, internal or standing for a bucket. Which files lie there is `staged`'s matter."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from snowlocal import file_formats, stage_directory, staged
from snowlocal.catalog import Entry, now
from snowlocal.change import Change
from snowlocal.clone import clone_into
from snowlocal.context import Context
from snowlocal.errors import compilation, unsupported
from snowlocal.kinds.base import Columns, Head, Kind
from snowlocal.kinds.file_format import properties
from snowlocal.names import dotted
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader

_CLOUDS = {"s3": "AWS", "s3gov": "AWS", "s3china": "AWS", "gcs": "GCP", "azure": "AZURE"}
_DESCRIBED = ("parent_property", "property", "property_type", "property_value", "property_default")


class Stage(Kind):
    """CREATE, ALTER, DROP, SHOW and DESCRIBE of stages. docs.snowflake.com/en/sql-reference/sql/create-stage"""

    name = "STAGE"
    plural = "STAGES"
    label = "Stage area"
    show_columns: ClassVar[Columns] = (
        ("created_on", "timestamp_ltz"),
        ("name", "text"),
        ("database_name", "text"),
        ("schema_name", "text"),
        ("url", "text"),
        ("has_credentials", "text"),
        ("has_encryption_key", "text"),
        ("owner", "text"),
        ("comment", "text"),
        ("region", "text"),
        ("type", "text"),
        ("cloud", "text"),
        ("notification_channel", "text"),
        ("storage_integration", "text"),
        ("endpoint", "text"),
        ("owner_role_type", "text"),
        ("directory_enabled", "text"),
    )

    def judge(self, ctx: Context) -> None:
        """The grammar knows neither `file://` URLs, which only this account has, nor UNSET."""
        if not re.search(r"\bUNSET\b", ctx.text, re.IGNORECASE):
            ctx.account.grammar.check(re.sub(r"'file://", "'s3://", ctx.text))

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """CREATE STAGE name [URL = …] [FILE_FORMAT = (…)] [DIRECTORY|ENCRYPTION|CREDENTIALS = (…)] [COMMENT = …]."""
        parts = reader.qualified()
        if reader.accept("CLONE"):
            return clone_into(ctx, self, head, parts, reader)
        slot = self.slot(ctx, head, parts)
        if (answer := self.skipped(slot, head)) is not None:
            return answer
        options = _options(reader)
        comment = str(options.pop("COMMENT", ""))
        details = {"url": None, "file_format": None, "directory": False, "credentials": False}
        details |= _details(ctx, slot.parent, options)
        with ctx.change() as change:
            self.fill(ctx, change, slot, details, comment)
        if slot.existing is not None:
            _remove_files(ctx, slot.existing)
        return self.created(slot)

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """DROP STAGE: an internal stage's files go with it."""
        answer = super().drop(ctx, entry, reader)
        _remove_files(ctx, entry)
        return answer

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """ALTER STAGE: RENAME TO, REFRESH, SET URL, FILE_FORMAT, DIRECTORY, CREDENTIALS or COMMENT."""
        if reader.accept("REFRESH"):
            return stage_directory.refresh(ctx, entry, reader)
        if not reader.sees("SET"):
            return super().alter(ctx, entry, reader)
        ctx.access.require_owner(entry)
        reader.expect("SET")
        options = _options(reader)
        comment = str(options.pop("COMMENT", entry.comment))
        if "URL" in options and not entry.details["url"]:
            raise unsupported("ALTER STAGE SET URL on an internal stage")
        details = {**entry.details, **_details(ctx, entry.parent, options)}
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, details=details, altered=now()))
            if details["url"] != entry.details["url"]:
                _stop_pipes(change, entry)
        return status("Statement executed successfully.")

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """A row of SHOW STAGES."""
        url = entry.details["url"]
        return {
            **self.common_row(ctx, entry),
            "url": url or "",
            "has_credentials": "Y" if entry.details["credentials"] else "N",
            "has_encryption_key": "N",
            "type": "EXTERNAL" if url else "INTERNAL",
            "cloud": _CLOUDS.get(urlsplit(url).scheme) if url else None,
            "directory_enabled": "Y" if entry.details["directory"] else "N",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE STAGE: the file format's options, then the location's."""
        spec = entry.details["file_format"]
        rows: list[dict[str, Any]] = []
        if spec and "FORMAT_NAME" in spec:
            rows.append(_property("STAGE_FILE_FORMAT", "FORMAT_NAME", dotted(*spec["FORMAT_NAME"])))
        else:
            found = properties(spec or {"TYPE": "CSV"})
            rows += [{"parent_property": "STAGE_FILE_FORMAT", **row} for row in found]
        url = entry.details["url"]
        if url:
            rows.append(_property("STAGE_LOCATION", "URL", f'["{url}"]'))
        enabled = str(bool(entry.details["directory"])).lower()
        rows.append(_property("DIRECTORY", "ENABLE", enabled, "Boolean", "false"))
        return table([(n, "text") for n in _DESCRIBED], rows)

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """A copy of an internal stage has a copy of the files where it has a directory table, else it is empty; one of
        a bucket reads the same bucket. The copy's directory table is empty until it is refreshed.

        Rule: docs.snowflake.com/en/sql-reference/sql/create-clone, "General usage notes".
        """
        if not entry.details["url"] and entry.details["directory"]:
            stages = change.directory / "stages"
            if (stages / str(entry.id)).is_dir():
                shutil.copytree(stages / str(entry.id), stages / str(ids[entry.id]))
        return {key: value for key, value in entry.details.items() if key != "listed"}


def _options(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not reader.done:
        reader.accept(",")
        key = reader.identifier()
        reader.expect("=")
        if key == "FILE_FORMAT":
            found[key] = file_formats.read_spec(reader)
        elif reader.accept("("):
            found[key] = reader.options(stop=(")",))
            reader.expect(")")
        else:
            found[key] = reader.value()
    return found


def _details(ctx: Context, schema: int, options: dict[str, Any]) -> dict[str, Any]:
    """The details that CREATE or ALTER options set. Credentials are not kept: only that there were some."""
    found: dict[str, Any] = {}
    for key, value in options.items():
        if key == "URL":
            found["url"] = staged.checked_url(str(value))
        elif key == "FILE_FORMAT":
            found["file_format"] = _kept_format(ctx, schema, value)
        elif key == "DIRECTORY":
            found["directory"] = bool(value.get("ENABLE"))
        elif key == "CREDENTIALS":
            found["credentials"] = True
        elif key == "STORAGE_INTEGRATION":
            raise compilation(
                2003, "02000", f"Integration '{value}' does not exist or not authorized."
            )
        elif key != "ENCRYPTION":
            raise unsupported(f"STAGE {key}")
    return found


def _kept_format(ctx: Context, schema: int, spec: dict[str, Any]) -> dict[str, Any]:
    """The format as a stage keeps it: a bare name stays bare where it means one beside the stage, so that a clone of
    the schema reads its own; else it is written in full."""
    if "FORMAT_NAME" not in spec:
        return spec
    entry = ctx.find("FILE FORMAT", tuple(spec["FORMAT_NAME"]))
    if len(spec["FORMAT_NAME"]) == 1 and entry.parent == schema:
        return spec
    name = ctx.catalog.name_of(entry)
    return {"FORMAT_NAME": [name.database, name.schema, name.name]}


def _property(
    parent: str, name: str, value: str, kind: str = "String", default: str = ""
) -> dict[str, Any]:
    return dict(zip(_DESCRIBED, (parent, name, kind, value, default), strict=True))


def _remove_files(ctx: Context, stage: Entry) -> None:
    if not stage.details["url"]:
        shutil.rmtree(staged.folder(ctx.account, stage), ignore_errors=True)


def _stop_pipes(change: Change, stage: Entry) -> None:
    """A pipe keeps reading the place its stage had when it was made, so that Snowflake stops it."""
    for pipe in list(change.catalog.all("PIPE")):
        if pipe.details["stage_id"] == stage.id:
            change.put(pipe.with_details(stopped="STOPPED_STAGE_ALTERED"))
