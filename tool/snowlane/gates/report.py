"""Verdicts for readers: one table as text and Markdown, and plain data."""

from collections.abc import Sequence
from typing import Any

from snowlane.gates.verdict import Outcome, Verdict

_WIDTH = max(len(each.value) for each in Outcome)


def as_data(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Everything of the verdicts as JSON takes it."""
    return [
        {
            "gate": each.gate,
            "outcome": each.outcome.value,
            "found": each.found,
            "way_out": each.way_out or None,
            "reason": each.reason or None,
        }
        for each in verdicts
    ]


def as_text(verdicts: Sequence[Verdict]) -> str:
    """A line a gate; what else it found, the way out and the reason of an override below it."""
    wide = max((len(each.gate) for each in verdicts), default=0)
    margin = " " * (_WIDTH + wide + 6)
    lines = []
    for each in verdicts:
        first, *rest = each.found.splitlines()
        lines.append(f"  {each.outcome.value:<{_WIDTH}}  {each.gate:<{wide}}  {first}")
        lines += [f"{margin}{line}" for line in [*rest, *_notes(each)]]
    return "\n".join(lines)


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """One row a gate."""
    lines = ["| gate | | found |", "|---|---|---|"]
    for each in verdicts:
        text = "<br>".join(_cell(line) for line in [*each.found.splitlines(), *_notes(each)])
        mark = each.outcome.value
        lines.append(f"| {each.gate} | {f'**{mark}**' if each.stops else mark} | {text} |")
    return "\n".join(lines)


def _notes(verdict: Verdict) -> list[str]:
    if verdict.outcome is Outcome.OVERRIDDEN:
        return [f"reason: {verdict.reason}"]
    first, *rest = verdict.way_out.splitlines() or [""]
    return [f"to go on: {first}", *rest] if first else []


def _cell(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    escaped = line.strip().replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return "&nbsp;" * indent + escaped
