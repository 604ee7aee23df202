"""Nothing that a lint calls an error is carried on."""

from collections.abc import Sequence

from snowlane.gates.registry import LINT
from snowlane.gates.verdict import Verdict, failed, passed
from snowlane.lint.finding import Finding, Severity
from snowlane.lint.report import where


def judge(findings: Sequence[Finding]) -> Verdict:
    """Whether there is no error among the findings about what would be deployed."""
    errors = _errors(findings)
    warnings = len(findings) - len(errors)
    if not errors:
        more = f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
        return passed(LINT, f"no error in what would be deployed{more}")
    lines = [f"{len(errors)} error{'' if len(errors) == 1 else 's'} in what would be deployed:"]
    for each in errors:
        lines.append(f"  {where(each)}: {each.rule}: {each.problem.splitlines()[0]}")
    remedies = [
        f"write instead, or waive a rule in its file: snowlane: allow {errors[0].rule}: REASON"
    ]
    for each in errors:
        remedies += [f"  {where(each)}:", *(f"    {line}" for line in each.remedy.splitlines())]
    return failed(LINT, "\n".join(lines), "\n".join(remedies))


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.severity is Severity.ERROR]
