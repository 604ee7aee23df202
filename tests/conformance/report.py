"""What the conformance tests found, fact by fact, for a terminal and as Markdown. Reads pytest's reports only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.facts import Fact

HOLDS = "holds"
DOES_NOT_HOLD = "does not hold"
NOT_TRIED = "could not be tried"
_WORST_FIRST = (DOES_NOT_HOLD, NOT_TRIED, HOLDS)
_SHOWN = 240


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact, what became of it, and what was seen instead or why it could not be tried."""

    fact: Fact
    verdict: str
    seen: str = ""


def collect(reports: Iterable[Any]) -> list[Finding]:
    """One finding a fact from the reports of its tests, those on memory and inference first."""
    found: dict[Fact, Finding] = {}
    for report in reports:
        properties = dict(getattr(report, "user_properties", ()))
        if "fact" not in properties or "verdict" not in properties:
            continue
        fact = Fact(**properties["fact"])
        one = Finding(fact, properties["verdict"], properties.get("seen", ""))
        found[fact] = _worse(found[fact], one) if fact in found else one
    return sorted(found.values(), key=lambda one: (not one.fact.risky, one.fact.section))


def _worse(first: Finding, second: Finding) -> Finding:
    if first.verdict == second.verdict and first.seen != second.seen:
        return replace(first, seen="; ".join(s for s in (first.seen, second.seen) if s)[:_SHOWN])
    return min(first, second, key=lambda one: _WORST_FIRST.index(one.verdict))


def shortened(text: str) -> str:
    """What was seen, on one line of bearable length."""
    line = " ".join(text.split()).removeprefix("AssertionError: ")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def lines(findings: Sequence[Finding]) -> list[str]:
    """A table for the terminal."""
    table = []
    for one in findings:
        table.append(
            f"{one.verdict:18}  {one.fact.section:>2}  {one.fact.statement} ({one.fact.source})"
        )
        if one.seen:
            table.append(f"{'':18}      {one.seen}")
    return table


def totals(findings: Sequence[Finding]) -> str:
    """How many facts there are of each verdict."""
    count = {verdict: sum(one.verdict == verdict for one in findings) for verdict in _WORST_FIRST}
    return (
        f"{len(findings)} facts: {count[HOLDS]} hold, {count[DOES_NOT_HOLD]} do not hold,"
        f" {count[NOT_TRIED]} could not be tried."
    )


def markdown(findings: Sequence[Finding], account: str) -> str:
    """The report file."""
    rows = [
        "| "
        + " | ".join(
            _cell(text)
            for text in (
                one.verdict,
                one.fact.section,
                one.fact.statement,
                one.fact.source,
                one.seen,
            )
        )
        + " |"
        for one in findings
    ]
    head = [
        f"# Conformance of {account}",
        "",
        totals(findings),
        "",
        "| verdict | section | fact | source | seen |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
