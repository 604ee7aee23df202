"""The result of a clone as text and as data for JSON."""

from typing import Any

from snowlane.cloning.clone import Cloned

_TIME = "%Y-%m-%d %H:%M:%S"


def as_data(cloned: Cloned) -> dict[str, Any]:
    """Everything that a program may want to know of a new clone."""
    row, findings = cloned.row, cloned.findings
    return {
        "environment": row.name,
        "source": row.source,
        "like": row.made_like,
        "state": row.state.value,
        "complete": cloned.is_whole,
        "databases": dict(row.databases),
        "instant": row.instant.isoformat() if row.instant else None,
        "revision": row.revision,
        "bundle": row.bundle,
        "owner": row.owner,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "repointed": findings.mended,
        "seen_by": findings.seen_by,
        "left_out": list(findings.left_out),
        "notes": list(findings.notes),
        "unresolved": [
            {"object": each.item, "line": each.line, "text": each.text, "why": each.why}
            for each in findings.unresolved
        ],
    }


def as_text(cloned: Cloned) -> str:
    """The same for people."""
    row, findings = cloned.row, cloned.findings
    lines = [
        f"{row.name} is a copy of {row.source}{f' as of {row.instant:{_TIME}} UTC' if row.instant else ''}"
    ]
    width = max(len(logical) for logical in row.databases)
    lines += [f"  {logical:{width}}  {name}" for logical, name in row.databases.items()]
    lines.append(f"  at revision {row.revision or 'base'}; {findings.mended} objects re-pointed")
    lines.append(f"  refers to nothing of {row.source}, as far as {findings.seen_by} sees")
    if row.expires_at:
        lines.append(f"  expires {row.expires_at:{_TIME}} UTC")
    parts = [
        ("Incomplete", findings.left_out),
        (
            "Not judged: look whether these mean the source",
            [
                f"{each.item}, line {each.line}: {each.text} {each.why}"
                for each in findings.unresolved
            ],
        ),
    ]
    for title, listed in parts:
        if listed:
            lines += [f"{title}:", *(f"  {line}" for line in listed)]
    return "\n".join(lines)
