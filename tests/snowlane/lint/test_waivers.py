"""Waivers: where they stand, what they allow, and what is wrong with them."""

import pytest

from snowlane.lint.finding import Finding, Severity
from snowlane.lint.waivers import Waiver, apply_waivers, waivers_of

RULES = ("drop-table", "dml-without-where")


def finding(rule: str, file: str = "a.py") -> Finding:
    return Finding(rule, Severity.ERROR, file, 3, "p", "r")


def test_a_waiver_is_a_comment_and_not_a_text_like_one() -> None:
    source = 'x = """\n# snowlane: allow drop-table: no\n"""\n# snowlane: allow drop-table: it is empty\n'
    assert list(waivers_of("a.py", source)) == [Waiver("a.py", 4, "drop-table", "it is empty", "#")]


@pytest.mark.parametrize(
    ("line", "rule", "reason"),
    [
        ("-- snowlane: allow drop-table: a: b", "drop-table", "a: b"),
        ("  --snowlane:allow drop-table:x", "drop-table", "x"),
        ("-- snowlane: allow drop-table", "drop-table", ""),
        ("-- snowlane: allow", "", ""),
    ],
)
def test_the_forms_of_a_waiver(line: str, rule: str, reason: str) -> None:
    [found] = waivers_of("a.sql", f"SELECT 1\n{line}\n")
    assert (found.line, found.rule, found.reason) == (2, rule, reason)


def test_a_phase_is_no_waiver() -> None:
    assert list(waivers_of("a.sql", "-- snowlane: phase=before\n-- allow drop-table: x")) == []


def test_a_waiver_allows_every_finding_of_its_rule_in_its_file_only() -> None:
    findings = [finding("drop-table"), finding("dml-without-where"), finding("drop-table", "b.py")]
    waiver = Waiver("a.py", 1, "drop-table", "why", "#")
    assert apply_waivers(findings, [waiver], RULES) == findings[1:]


@pytest.mark.parametrize(
    ("rule", "reason", "left"),
    [
        ("dml-without-where", "why", "unused-waiver"),
        ("drop-tabel", "why", "waiver-of-unknown-rule"),
        ("drop-table", "", "waiver-without-reason"),
        ("", "", "waiver-of-unknown-rule"),
    ],
)
def test_a_wrong_waiver_is_a_finding(rule: str, reason: str, left: str) -> None:
    waiver = Waiver("a.py", 1, rule, reason, "#")
    found = apply_waivers([finding("drop-table")], [waiver], RULES)
    assert left in [each.rule for each in found]
    assert all(each.severity is Severity.ERROR for each in found)
