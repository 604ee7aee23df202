"""Nothing that a lint calls an error is carried on."""

from collections.abc import Sequence

from snowlane.gates.registry import LINT
from snowlane.gates.verdict import Verdict, failed, passed
from snowlane.lint.finding import Finding, Severity


def judge(findings: Sequence[Finding]) -> Verdict:
    """Whether there is no error among the findings about what would be deployed."""
    errors = [each for each in findings if each.severity is Severity.ERROR]
    warnings = len(findings) - len(errors)
    if not errors:
        more = f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
        return passed(LINT, f"no error in what would be deployed{more}")
    lines = [f"{len(errors)} error{'' if len(errors) == 1 else 's'} in what would be deployed:"]
    for each in errors:
        where = f"{each.file}:{each.line}" if each.line else each.file
        lines.append(f"  {where}: {each.rule}: {each.problem.splitlines()[0]}")
    return failed(LINT, "\n".join(lines), "snowlane check shows each with its remedy")
