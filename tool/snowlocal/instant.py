"""AT (…) and BEFORE (…): reads the instant, and says whether what is there now is also what was there then.

The local account keeps no history of rows, so Time Travel is answered only where nothing changed since the instant.
Source: docs.snowflake.com/en/sql-reference/constructs/at-before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from snowlocal.catalog import Entry, now
from snowlocal.context import Context
from snowlocal.errors import SnowflakeError, compilation, unsupported
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


def require_unchanged(ctx: Context, source: Entry, instant: Instant) -> None:
    """Raise 000707 unless `source` and everything in it is now as it was at the instant.

    Writes are remembered since this account was opened; of earlier instants nothing can be said.
    """
    at = moment(ctx, instant)
    tree = _tree(ctx, source)
    if at > now() or at < ctx.account.started:
        raise _unavailable(ctx, source)
    for entry in tree:
        last = [entry.created, entry.altered]
        last += [entry.dropped] if entry.dropped else []
        if entry.id in ctx.account.written:
            last.append(ctx.account.written[entry.id])
        if max(last) > at:
            raise _unavailable(ctx, source if entry.dropped else entry)


def _tree(ctx: Context, source: Entry) -> list[Entry]:
    """The entry and everything under it, dropped things too."""
    found = {source.id: source}
    grew = True
    while grew:
        more = {e.id: e for e in ctx.catalog.all() if e.parent in found and e.id not in found}
        found.update(more)
        grew = bool(more)
    return list(found.values())


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
