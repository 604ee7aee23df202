"""The plan for readers: text, Markdown, SQL and plain data. Adds nothing that the plan lacks."""

from collections.abc import Sequence
from typing import Any

from snowlane.lint.finding import Finding
from snowlane.lint.report import one_as_data, where
from snowlane.plan.model import Plan, Stage

_WIDTH = 96
_SHOWN = 4
_SHORT_HASH = 12


def as_data(plan: Plan) -> dict[str, Any]:
    """Everything of the plan as JSON takes it."""
    return {
        "environment": plan.environment,
        "current": plan.current,
        "target": plan.target,
        "bundle": plan.bundle,
        "statements": plan.statement_count,
        "requests": plan.request_count,
        "restore_point": _restore_point(plan),
        "warnings": list(plan.warnings),
        "stages": [
            {
                "kind": stage.kind.value,
                "name": stage.name,
                "title": stage.title,
                "file": stage.file,
                "records": list(stage.records),
                "done": stage.done,
                "requests": requests,
                "data": list(stage.effects),
                "downstream": list(stage.downstream),
                "findings": [one_as_data(each) for each in stage.findings],
                "statements": [
                    {"index": statement.index, "hash": statement.hash, "text": statement.text}
                    for statement in stage.statements
                ],
            }
            for stage, requests in zip(plan.stages, plan.stage_requests, strict=True)
        ],
    }


def as_text(plan: Plan) -> str:
    """The plan for a terminal: a line a stage and a line a statement."""
    lines = [_headline(plan), ""]
    for stage in plan.stages:
        lines.append(f"  {_stage_line(stage)}")
        lines += [f"      {_first_line(each.text)}" for each in stage.pending]
        lines += [f"    {line}" for line in _remarks(stage)]
        lines += [f"    {_finding_line(each)}" for each in stage.findings]
    if plan.stages:
        lines += ["", _sum(plan)]
    else:
        lines.append("  Nothing to do.")
    lines += [f"Warning: {warning}" for warning in plan.warnings]
    return "\n".join(lines)


def as_markdown(plan: Plan) -> str:
    """The plan for a step summary or a pull request, with the exact SQL folded away."""
    lines = [f"### {_headline(plan)}", ""]
    if plan.is_empty:
        lines.append("Nothing to do.")
    else:
        lines += ["| stage | | requests | data | downstream |", "|---|---|---|---|---|"]
        for stage, requests in zip(plan.stages, plan.stage_requests, strict=True):
            cells = [
                f"{stage.kind.value} `{stage.name}`",
                stage.title,
                str(requests) if requests else "shared",
                "; ".join(stage.effects),
                _some(stage.downstream),
            ]
            escaped = (" ".join(each.split()).replace("|", "\\|") for each in cells)
            lines.append(f"| {' | '.join(escaped)} |")
        lines += [""] * bool(plan.findings)
        lines += [f"- **Lint**: {_finding_line(each)}" for each in plan.findings]
        sql = as_sql(plan).replace("```", "` ` `")
        lines += ["", _sum(plan), "", "<details><summary>SQL</summary>", "", "```sql", sql, "```"]
        lines += ["", "</details>"]
    lines += [f"- **Warning**: {warning}" for warning in plan.warnings]
    return "\n".join(lines)


def as_sql(plan: Plan) -> str:
    """The exact statements, in order, each closed by a semicolon, and what records their end.

    Each travels in a block with the lock's fence and its journal row (`snowlane.plan.journal`), or
    with others in one (`snowlane.plan.shared_request`).
    """
    blocks = []
    for stage in plan.stages:
        lines = [f"-- {_stage_line(stage)}"]
        lines += [f"{statement.text};" for statement in stage.pending]
        lines += [f"{record};" for record in stage.records]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _headline(plan: Plan) -> str:
    before, after = plan.current or "base", plan.target or "base"
    step = f"at {after}" if before == after else f"{before} -> {after}"
    return f"Plan for {plan.environment}: {step} (bundle {plan.bundle[:_SHORT_HASH]})"


def _sum(plan: Plan) -> str:
    touching = [each.what for each in plan.stages if each.effects]
    return (
        f"{_counted(plan.statement_count, 'statement')} in {_counted(len(plan.stages), 'stage')}, "
        f"{_counted(plan.request_count, 'request')} under the lock{_kept(plan)}; "
        f"{f'data is touched by {_some(touching)}' if touching else 'no data is touched'}"
    )


def _restore_point(plan: Plan) -> dict[str, Any] | None:
    """What is known of the point that comes first: nothing but that it comes, where nobody looked."""
    found = plan.foreseen
    if not plan.keeps:
        return None
    return {
        "tables": found.tables if found else None,
        "definitions": found.definitions if found else None,
        "requests": found.requests if found else None,
    }


def _kept(plan: Plan) -> str:
    found = plan.foreseen
    if found is None:
        return " and those of a restore point" if plan.keeps else ""
    return (
        f", {found.requests} of them for a restore point of {_counted(found.tables, 'table')} and "
        f"{_counted(found.definitions, 'definition')}"
    )


def _remarks(stage: Stage) -> list[str]:
    lines = [f"data: {each}" for each in stage.effects]
    if stage.downstream:
        lines.append(f"downstream: {_some(stage.downstream)}")
    return lines


def _some(things: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(things) - _SHOWN
    shown = ", ".join(things[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _stage_line(stage: Stage) -> str:
    title = " ".join(stage.title.split())
    line = f"{stage.what}: {title}" if title else stage.what
    if stage.done:
        line += f" ({stage.done} of {len(stage.statements)} statements ran already)"
    return line


def _finding_line(finding: Finding) -> str:
    problem = " ".join(finding.problem.split())
    return f"{finding.severity.value} {finding.rule} ({where(finding)}): {problem}"


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    shown = next((line for line in lines if line and not line.startswith("--")), text)
    more = len(lines) > 1 or len(shown) > _WIDTH
    return f"{shown[:_WIDTH]} …" if more else shown
