"""Drift for readers: text, Markdown and plain data. Adds nothing that was not found."""

from typing import Any

from snowlane.drift.finding import Drift, Finding, Remedy


def as_data(drift: Drift) -> dict[str, Any]:
    """Everything of the drift as JSON takes it."""
    return {
        "environment": drift.environment,
        "revision": drift.revision,
        "findings": [
            {
                "name": each.name,
                "kind": each.kind,
                "difference": each.difference.value,
                "problem": each.problem,
                "expected": each.expected,
                "found": each.found,
                "remedies": [
                    {"goal": way.goal, "where": way.where, "code": way.code}
                    for way in each.remedies
                ],
            }
            for each in drift.findings
        ],
        "not_followed": [
            {"where": each.where, "statement": each.statement, "why": each.why}
            for each in drift.not_followed
        ],
    }


def as_text(drift: Drift) -> str:
    """The drift for a terminal: each difference with the ways to mend it, ready to paste."""
    lines = [headline(drift)]
    for each in drift.findings:
        lines += ["", f"  {each.kind} {each.name}: {each.problem}"]
        for way in each.remedies:
            lines.append(f"    {_way(way)}:")
            lines += [f"      {line}" for line in way.code.splitlines()]
    if drift.not_followed:
        lines += ["", "  What these statements change is not known, and was not compared:"]
        for left in drift.not_followed:
            lines.append(f"    {left.where}: {left.why}")
            lines.append(f"      {left.statement}")
    return "\n".join(lines)


def as_markdown(drift: Drift) -> str:
    """The drift for a step summary, the ways to mend it folded away."""
    lines = [f"### {headline(drift)}", ""]
    if drift.findings:
        lines += ["| what | | difference |", "|---|---|---|"]
        lines += [f"| {each.kind} | `{each.name}` | {_cell(each)} |" for each in drift.findings]
        lines += ["", "<details><summary>How to mend it</summary>", ""]
        for each in drift.findings:
            lines += [f"**{each.kind} `{each.name}`**", ""]
            for way in each.remedies:
                code = way.code.replace("```", "` ` `")
                lines += [f"{_way(way)}:", "", f"```{_language(way)}", code, "```", ""]
        lines.append("</details>")
    for left in drift.not_followed:
        statement = left.statement.replace("`", "'")
        lines.append(f"- Not followed: {left.where}: {left.why}: `{statement}`")
    return "\n".join(lines)


def headline(drift: Drift) -> str:
    """How many differences there are, and at which revision."""
    count = len(drift.findings)
    found = f"{count} difference{'' if count == 1 else 's'}" if count else "no drift"
    left = len(drift.not_followed)
    note = f", {left} statement{'' if left == 1 else 's'} not followed" if left else ""
    return f"{drift.environment} at {drift.revision or 'base'}: {found}{note}"


def _way(way: Remedy) -> str:
    return f"{way.goal}, {way.where}"


def _cell(finding: Finding) -> str:
    return " ".join(finding.problem.split()).replace("|", "\\|")


def _language(way: Remedy) -> str:
    return "python" if way.code.lstrip().startswith(("op.", "import ")) else "sql"
