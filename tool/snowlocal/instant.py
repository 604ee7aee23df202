"""AT (…) and BEFORE (…): reads the instant, and finds what a clone as of that instant is to be made of.

There is no history of rows but that of `snapshots`, so Time Travel is answered where nothing changed since the
instant, or where somebody asked for the time just then.
Source: docs.snowflake.com/en/sql-reference/constructs/at-before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, unsupported
from snowlocal.snapshots import Snapshot
from snowlocal.storage import STORED, columns_of
from snowlocal.tokens import Reader


@dataclass(frozen=True, slots=True)
class Instant:
    """AT (TIMESTAMP => expression) or AT (OFFSET => expression), not yet computed."""

    kind: str
    expression: str


def read_instant(reader: Reader) -> Instant | None:
    """The AT or BEFORE clause at the reader's place, or None. Raises 000002 for STATEMENT and STREAM."""
    before = reader.sees("BEFORE")
    if not before and not reader.sees("AT"):
        return None
    reader.next()
    inner = Reader(reader.parenthesised())
    kind = inner.next().upper
    if not inner.accept("=>"):
        inner.expect("=")
        inner.expect(">")
    if kind not in ("TIMESTAMP", "OFFSET"):
        raise unsupported(f"{'BEFORE' if before else 'AT'} ({kind} => …)")
    if before:
        raise unsupported(f"BEFORE ({kind} => …)")
    return Instant(kind, inner.rest())


def moment(ctx: Context, instant: Instant) -> datetime:
    """The instant as a time. Text and times without a zone are UTC. Raises SnowflakeError for any other value."""
    value: Any = ctx.run(f"SELECT {instant.expression}").tuples()[0][0]
    if instant.kind == "OFFSET":
        try:
            return now() + timedelta(seconds=float(value))
        except (TypeError, ValueError):
            raise _bad(instant) from None
    if isinstance(value, str):
        value = ctx.run(f"SELECT ({instant.expression})::TIMESTAMP_NTZ").tuples()[0][0]
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise _bad(instant)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def past(ctx: Context, source: Entry, instant: Instant) -> Snapshot:
    """What a clone of `source` as of the instant is to be made of.

    That is what there is now where nothing in `source` changed since; else a snapshot must have been taken then.
    Raises 000707 where there is neither. Writes are remembered since this account was opened.
    """
    at = moment(ctx, instant)
    if at > now() or at < ctx.account.started:
        raise _unavailable(ctx, source)
    snapshot = ctx.account.snapshots.of(at)
    present = ctx.account.snapshots.present()
    changed = _changed(present, source, at)
    if changed is None:
        return present
    if snapshot is None or source.id not in snapshot.below(source.parent):
        raise _unavailable(ctx, source if changed.dropped else changed)
    return snapshot


def there(ctx: Context, source: Entry, inside: list[Entry], snapshot: Snapshot) -> list[Entry]:
    """Those of the objects in `source` that were there then; how they are defined is as of now.

    A schema's tasks are left out. Rules: docs.snowflake.com/en/sql-reference/sql/create-clone, "General usage notes".
    Raises 000707 for what was there and is gone by now, and for tables that had other columns.
    """
    then = snapshot.below(source.id)
    now_there = {source.id, *(entry.id for entry in ctx.catalog.below(source.id))}
    for entry in then.values():
        if entry.id not in now_there:
            raise _unavailable(ctx, entry)
        if entry.kind in STORED and _shape(entry) != _shape(ctx.catalog.get(entry.id)):
            raise _unavailable(ctx, entry)
    kept = [
        e for e in inside if e.id in then and not (source.kind == "SCHEMA" and e.kind == "TASK")
    ]
    for entry in kept:
        if entry.parent not in then:
            raise _unavailable(ctx, entry)
    return kept


def _shape(table: Entry) -> list[tuple[str, str, bool]]:
    return [(c.name, c.type, c.nullable) for c in columns_of(table)]


def _changed(present: Snapshot, source: Entry, at: datetime) -> Entry | None:
    """An object in `source`, or itself, that changed after a time; one that is dropped counts, too."""
    for entry in present.below(source.id, dropped=True).values():
        last = max(entry.created, entry.altered, entry.dropped or entry.created)
        if max(last, present.written.get(entry.id, last)) > at:
            return entry
    return None


def _unavailable(ctx: Context, entry: Entry) -> SnowflakeError:
    return SnowflakeError(
        707,
        "02000",
        f"Time travel data is not available for {entry.kind.lower()} {ctx.catalog.text_of(entry)}. "
        "The requested time is either beyond the allowed time travel period or before the object creation time.",
    )


def _bad(instant: Instant) -> SnowflakeError:
    return compilation(
        1045, "22023", f"invalid value [{instant.expression}] for parameter '{instant.kind}'"
    )
