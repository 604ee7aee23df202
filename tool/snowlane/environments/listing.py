"""Registered environments for readers: text, Markdown and plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from snowlane.environments.registry import Registered

_HEADINGS = ("name", "state", "source", "revision", "owner", "age", "expires", "own data")
_STEPS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1024


@dataclass(frozen=True)
class Listed:
    """One registered environment; `own_bytes` is the data it shares with no other, if known."""

    row: Registered
    own_bytes: int | None = None


def as_data(listed: Listed) -> dict[str, Any]:
    """Everything of one environment as JSON takes it; times end in Z."""
    row = listed.row
    return {
        "name": row.name,
        "state": row.state.value,
        "step": row.step,
        "error": row.error or None,
        "source": row.source,
        "made_like": row.made_like,
        "databases": dict(row.databases),
        "role": row.role,
        "warehouse": row.warehouse,
        "stages": dict(row.stages),
        "owner": row.owner,
        "created_at": _iso(row.created_at),
        "expires_at": _iso(row.expires_at),
        "is_expired": row.is_expired,
        "instant": _iso(row.instant),
        "revision": row.revision,
        "bundle": row.bundle,
        "commit": row.commit,
        "left_out": list(row.left_out),
        "own_bytes": listed.own_bytes,
    }


def as_text(listed: Sequence[Listed]) -> str:
    """A table, a line an environment."""
    if not listed:
        return "No environment is registered; `snowlane env clone SRC NAME` makes one."
    lines = [_HEADINGS, *map(_cells, listed)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_markdown(listed: Sequence[Listed]) -> str:
    """The same as a Markdown table."""
    if not listed:
        return as_text(listed)
    lines = [_HEADINGS, ("---",) * len(_HEADINGS)]
    lines += [tuple(cell.replace("|", "\\|") for cell in _cells(each)) for each in listed]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def one_as_text(listed: Listed) -> str:
    """All that is known of one environment, a line a fact."""
    row = listed.row
    facts: Mapping[str, str] = {
        "state": _state(row),
        "error": row.error,
        "source": f"{row.source}, as it was at {_shown(row.instant)}"
        if row.instant
        else row.source,
        "made like": row.made_like or "its own file",
        "databases": ", ".join(f"{logical} {real}" for logical, real in row.databases.items()),
        "role": row.role,
        "warehouse": row.warehouse,
        "revision": row.revision or "base",
        "bundle": (row.bundle or "")[:12],
        "commit": (row.commit or "")[:12],
        "owner": row.owner,
        "created": _shown(row.created_at),
        "expires": _expiry(row),
        "own data": _size(listed.own_bytes),
    }
    lines = [row.name]
    lines += [f"  {name:<10} {value}" for name, value in facts.items() if value]
    lines += [f"  stage      {path}: {url}" for path, url in sorted(row.stages.items())]
    lines += [f"  left out   {each}" for each in row.left_out]
    return "\n".join(lines)


def _cells(listed: Listed) -> tuple[str, ...]:
    row = listed.row
    made = _span(row.asked_at - row.created_at) if row.asked_at and row.created_at else ""
    return (
        row.name,
        row.state.value,
        row.source,
        row.revision or "base",
        row.owner,
        made,
        _expiry(row),
        _size(listed.own_bytes),
    )


def end_as_text(row: Registered) -> str:
    """When an ad-hoc environment ends, as a sentence."""
    return f"{row.name} expires {_shown(row.expires_at)}."


def _state(row: Registered) -> str:
    is_plain = row.step in ("", row.state.value)
    return row.state.value if is_plain else f"{row.state.value} ({row.step})"


def _expiry(row: Registered) -> str:
    if row.expires_at is None or row.asked_at is None:
        return "never"
    left = row.expires_at - row.asked_at
    return f"in {_span(left)}" if left > timedelta(0) else f"{_span(-left)} ago"


def _span(passed: timedelta) -> str:
    """In two units, for a day and 23 hours is no day: `1 day 23 hours`, `5 minutes`."""
    seconds, said = int(passed.total_seconds()), []
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count, seconds = divmod(seconds, size)
        if count:
            said.append(f"{count} {noun}{'' if count == 1 else 's'}")
    return " ".join(said[:2]) or "less than a minute"


def _size(count: int | None) -> str:
    if count is None:
        return "not known"
    size, step = float(count), 0
    while size >= _STEP and step < len(_STEPS) - 1:
        size, step = size / _STEP, step + 1
    return f"{size:.0f} {_STEPS[step]}" if step == 0 else f"{size:.1f} {_STEPS[step]}"


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _iso(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
