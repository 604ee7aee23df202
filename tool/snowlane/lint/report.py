"""Findings for readers: text, Markdown, plain data, and GitHub's annotations."""

from collections.abc import Sequence
from typing import Any

from snowlane.annotations import annotation
from snowlane.lint.finding import Finding, Severity


def as_data(findings: Sequence[Finding], files: int) -> dict[str, Any]:
    """Everything of the findings as JSON takes it; `files` is how many were linted."""
    return {
        "files": files,
        "errors": _count(findings, Severity.ERROR),
        "warnings": _count(findings, Severity.WARNING),
        "findings": [one_as_data(each) for each in findings],
    }


def one_as_data(finding: Finding) -> dict[str, Any]:
    """One finding as JSON takes it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "problem": finding.problem,
        "remedy": finding.remedy,
    }


def as_text(findings: Sequence[Finding], files: int) -> str:
    """The findings for a terminal, and a line that sums up."""
    blocks = [one_as_text(each) for each in findings]
    return "\n\n".join([*blocks, summary(findings, files)])


def one_as_text(finding: Finding) -> str:
    """One finding: where and which rule, what is wrong, what to paste instead."""
    lines = [f"{where(finding)}: {finding.severity.value} {finding.rule}", f"  {finding.problem}"]
    lines += ["  Instead:", *(f"    {line}" for line in finding.remedy.splitlines())]
    return "\n".join(lines)


def as_markdown(findings: Sequence[Finding], files: int) -> str:
    """The findings for a pull request."""
    lines = [f"### {summary(findings, files)}"]
    for each in findings:
        language = "python" if each.file.endswith(".py") else "sql"
        lines += ["", f"**{each.severity.value} {each.rule}** `{where(each)}`", "", each.problem]
        lines += ["", f"```{language}", each.remedy, "```"]
    return "\n".join(lines)


def as_annotations(findings: Sequence[Finding]) -> list[str]:
    """GitHub's workflow commands, which put each finding beside its line."""
    return [
        annotation(
            each.severity.value,
            f"{each.problem}\nInstead:\n{each.remedy}",
            title=each.rule,
            file=each.file,
            line=each.line,
        )
        for each in findings
    ]


def summary(findings: Sequence[Finding], files: int) -> str:
    """How much was found, as one line."""
    counted = f"{files} file{'' if files == 1 else 's'}"
    if not findings:
        return f"Nothing found in {counted}."
    parts = []
    for severity in Severity:
        if count := _count(findings, severity):
            parts.append(f"{count} {severity.value}{'' if count == 1 else 's'}")
    return f"{', '.join(parts)} in {counted}."


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(each.severity is severity for each in findings)


def where(finding: Finding) -> str:
    """File and line, as editors take it."""
    return f"{finding.file}:{finding.line}" if finding.line else finding.file
