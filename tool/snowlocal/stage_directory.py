"""ALTER STAGE … REFRESH: what a stage's directory table knows of the files that lie there.

The stage keeps the list as its detail "listed": path below the stage to digest. Source:
docs.snowflake.com/en/sql-reference/sql/alter-stage, "Directory table parameters".
"""

from __future__ import annotations

from snowlocal import staged
from snowlocal.catalog import Entry
from snowlocal.context import Context
from snowlocal.errors import unnumbered
from snowlocal.result import Result, table
from snowlocal.tokens import Reader

_COLUMNS = [("file", "text"), ("status", "text"), ("description", "text")]


def refresh(ctx: Context, stage: Entry, reader: Reader) -> Result:
    """Bring the list up to date below `[SUBPATH = '…']` and answer what changed, a row for each file.

    Needs WRITE on an internal stage, USAGE on one of a bucket. Raises 370002 where the stage has no directory table.
    """
    under = ""
    if reader.accept("SUBPATH", "="):
        under = reader.string().removeprefix("/")
    reader.finish()
    ctx.access.require(stage, "USAGE" if stage.details["url"] else "WRITE")
    if not stage.details["directory"]:
        raise unnumbered(f"Stage '{stage.name}' does not have a directory table enabled.")
    known = {**stage.details.get("listed", {})}
    found = {
        file.relative: file.md5 for file in staged.files(ctx.account, staged.Location(stage, under))
    }
    rows = [_row(path, known.get(path), digest) for path, digest in found.items()]
    gone = [path for path in known if path.startswith(under) and path not in found]
    rows += [{"file": p, "status": "UNREGISTERED", "description": "Not found."} for p in gone]
    listed = {path: digest for path, digest in known.items() if path not in gone} | found
    with ctx.change() as change:
        change.put(stage.with_details(listed=listed))
    return table(_COLUMNS, [row for row in rows if row])


def _row(path: str, before: str | None, digest: str) -> dict[str, str]:
    if before == digest:
        return {}
    known = "NEW" if before is None else "UPDATED"
    text = "File registered successfully." if before is None else "File updated successfully."
    return {"file": path, "status": f"REGISTERED_{known}", "description": text}
