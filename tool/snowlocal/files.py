"""PUT, GET, LIST and REMOVE. The connector copies the files itself: PUT and GET tell it from where to where.

Source: docs.snowflake.com/en/sql-reference/sql/put, …/get, …/list and …/remove.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, no_operation, syntax, unsupported
from snowlocal.result import Result, table
from snowlocal.staged import Location, StagedFile, files, folder, locate, matching, read_location
from snowlocal.tokens import Reader

_COMMENT = re.compile(r"\s*(/\*.*?\*/\s*)*", re.DOTALL)
_LOCAL = re.compile(r"'((?:[^'\\]|''|\\.)*)'|(file://\S+)", re.IGNORECASE)
_STAGE = re.compile(r"""\s*('@[^']*'|@(?:"[^"]*"|[^\s";])+)""")
_COMPRESSIONS = ("AUTO_DETECT", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")
_LISTED = (("name", "text"), ("size", "fixed"), ("md5", "text"), ("last_modified", "text"))


def put(ctx: Context, _: Reader) -> Result:
    """PUT file://… @stage[/path] [PARALLEL|AUTO_COMPRESS|SOURCE_COMPRESSION|OVERWRITE = …]: what the client is to copy.

    The client copies into the stage's folder and overwrites a file of the same name whatever OVERWRITE says.
    """
    # The words are read from the text: a bare file:///data/*.csv begins a comment to the tokenizer.
    local, rest = _local_path(ctx.text[_start(ctx.text) :])
    place, options = _stage_and_options(rest)
    location = _internal(ctx, place, "WRITE", "PUT")
    source = str(options.pop("SOURCE_COMPRESSION", "AUTO_DETECT")).upper()
    if source not in _COMPRESSIONS:
        raise _bad_value("SOURCE_COMPRESSION", source)
    reply = {
        "command": "UPLOAD",
        "src_locations": [local],
        "parallel": int(options.pop("PARALLEL", 4)),
        "autoCompress": _flag("AUTO_COMPRESS", options.pop("AUTO_COMPRESS", True)),
        "sourceCompression": source.lower(),
        "overwrite": _flag("OVERWRITE", options.pop("OVERWRITE", False)),
        "stageInfo": _stage_info(str(folder(ctx.account, location.stage) / location.path)),
    }
    _nothing_left(options)
    return Result((), stage=reply)


def get(ctx: Context, _: Reader) -> Result:
    """GET @stage[/path] file://dir [PARALLEL|PATTERN = …]: the files that the client is to fetch."""
    place, rest = _stage(ctx.text[_start(ctx.text) :])
    local, rest = _local_path(rest)
    options = _read_options(rest)
    location = _internal(ctx, place, "READ", "GET")
    pattern = options.pop("PATTERN", None)
    found = matching(files(ctx.account, location), pattern, whole=True)
    root = folder(ctx.account, location.stage)
    reply = {
        "command": "DOWNLOAD",
        # The client joins location and file, and shows what follows the file's first slash.
        "src_locations": [f"{root.name}/{f.relative}" for f in found],
        "localLocation": local,
        "parallel": int(options.pop("PARALLEL", 10)),
        "stageInfo": _stage_info(str(root.parent)),
    }
    _nothing_left(options)
    return Result((), stage=reply)


def _stage_info(location: str) -> dict[str, Any]:
    return {"locationType": "LOCAL_FS", "location": location, "creds": {}}


def _start(text: str) -> int:
    """Where the words after the verb begin."""
    verb = re.search(r"\b(PUT|GET)\b", text, re.IGNORECASE)
    at = verb.end() if verb else 0
    comment = _COMMENT.match(text, at)
    return comment.end() if comment else at


def _local_path(text: str) -> tuple[str, str]:
    match = _LOCAL.match(text.lstrip())
    url = (match[1] or match[2]).replace("''", "'") if match else ""
    if match is None or not url.lower().startswith("file://"):
        raise syntax(f"syntax error: a local file begins with 'file://', not {text.strip()[:40]!r}")
    return unquote(url[len("file://") :]), text.lstrip()[match.end() :]


def _stage(text: str) -> tuple[str, str]:
    match = _STAGE.match(text)
    if match is None:
        raise syntax(f"syntax error: a stage begins with '@', not {text.strip()[:40]!r}")
    return match[1].strip("'"), text[match.end() :]


def _stage_and_options(text: str) -> tuple[str, dict[str, Any]]:
    place, rest = _stage(text)
    return place, _read_options(rest)


def _read_options(text: str) -> dict[str, Any]:
    return Reader(text).options()


def _internal(ctx: Context, place: str, privilege: str, verb: str) -> Location:
    with ctx.account.lock:
        location = locate(ctx, place, privilege)
    if not location.internal:
        raise unsupported(f"{verb} with the external stage {location.stage.name}")
    return location


def _flag(name: str, value: Any) -> bool:
    if str(value).upper() not in ("TRUE", "FALSE"):
        raise SnowflakeError(1481, "42601", f"Invalid value specified for property '{name}'")
    return str(value).upper() == "TRUE"


def _bad_value(name: str, value: str) -> SnowflakeError:
    return compilation(1008, "22023", f"invalid value [{value}] for parameter '{name}'")


def _nothing_left(options: dict[str, Any]) -> None:
    if options:
        raise compilation(1420, "22023", f"invalid property '{next(iter(options))}'")


# -- LIST and REMOVE


def list_files(ctx: Context, reader: Reader) -> Result:
    """LIST @stage[/path] [PATTERN = '…']: name, size, md5 and time of each file."""
    found = _found(ctx, reader, "READ")
    rows = [
        {
            "name": f.shown,
            "size": f.size,
            "md5": f.md5,
            "last_modified": format_datetime(f.modified, usegmt=True),
        }
        for f in found
    ]
    return table(_LISTED, rows)


def remove(ctx: Context, reader: Reader) -> Result:
    """REMOVE @stage[/path] [PATTERN = '…']: take files away."""
    removed = _found(ctx, reader, "WRITE")
    for file in removed:
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            text = f"Failure using stage area. Cause: [{error.strerror}: {file.shown}]"
            raise SnowflakeError(91003, "55000", text) from None
    rows = [{"name": f.shown, "result": "removed"} for f in removed]
    return table((("name", "text"), ("result", "text")), rows)


def _found(ctx: Context, reader: Reader, privilege: str) -> list[StagedFile]:
    token = reader.peek()
    if token is None:
        raise no_operation()
    place = read_location(reader)
    pattern = None
    if reader.accept("PATTERN"):
        reader.expect("=")
        pattern = reader.string()
    reader.finish()
    with ctx.account.lock:
        location = locate(ctx, place, privilege)
    return matching(files(ctx.account, location), pattern, whole=True)
