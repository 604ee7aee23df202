"""The result of a refresh as text and as data for JSON."""

from typing import Any

from snowlane.refreshing.refresh import Refreshed

_TIME = "%Y-%m-%d %H:%M:%S"


def as_data(done: Refreshed) -> dict[str, Any]:
    """Everything that a program may want to know."""
    row, kept, findings = done.row, done.kept, done.findings
    return {
        "environment": row.name,
        "source": row.source,
        "state": row.state.value,
        "complete": done.is_whole,
        "databases": dict(row.databases),
        "instant": row.instant.isoformat() if row.instant else None,
        "revision": row.revision,
        "bundle": row.bundle,
        "kept_as": None if done.is_dropped else kept.name,
        "kept_until": None
        if done.is_dropped or kept.expires_at is None
        else kept.expires_at.isoformat(),
        "repointed": findings.mended,
        "left_out": list(findings.left_out),
        "differences": list(done.differences),
        "grants_gone": list(done.grants.gone),
        "grants_refused": list(done.grants.refused),
        "resumed": [str(each) for each in done.restored.changes],
        "not_resumed": [str(each) for each in done.restored.refused],
        "gone": [str(each) for each in done.restored.gone],
        "restore_points_gone": done.points,
    }


def as_text(done: Refreshed) -> str:
    """The same for people."""
    row, kept = done.row, done.kept
    at = f" as of {row.instant:{_TIME}} UTC" if row.instant else ""
    lines = [f"{row.name} is made anew from {row.source}{at}, at revision {row.revision or 'base'}"]
    if done.is_dropped:
        lines.append("  what it held before is dropped")
    else:
        until = f" until {kept.expires_at:{_TIME}} UTC" if kept.expires_at else ""
        lines.append(f"  what it held before is kept as {kept.name}{until}")
    if done.points:
        lines.append(f"  {done.points} restore point(s) of what it held before are forgotten")
    parts = [
        ("Incomplete", done.findings.left_out),
        (f"Not as in {row.source}", done.differences),
        ("Grants on what is there no more", done.grants.gone),
        ("Grants that were not given; an administrator may", done.grants.refused),
        ("Ran before and is there no more", tuple(map(str, done.restored.gone))),
        (
            f"Does not run again; `snowlane pipeline resume {row.name}` tries it once more",
            tuple(map(str, done.restored.refused)),
        ),
    ]
    for title, listed in parts:
        if listed:
            lines += [f"{title}:", *(f"  {line}" for line in listed)]
    return "\n".join(lines)
