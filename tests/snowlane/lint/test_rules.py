"""Every rule: what it says of a bad project, word for word, and that its remedy satisfies all."""

import os
import shutil
from pathlib import Path

import pytest
from tests.snowlane.conftest import Shop
from tests.snowlane.lint.cases import CASES, NOTHING, TABLES, Case

from snowlane.checking import gather_facts
from snowlane.config.project import Project
from snowlane.lint.engine import lint
from snowlane.lint.finding import Finding
from snowlane.lint.registry import RULES
from snowlane.lint.report import one_as_text
from snowlane.lint.waivers import NAMES

GOLDEN = Path(__file__).parent / "golden"


def findings(shop: Shop, case: Case) -> tuple[Finding, ...]:
    """What the lints say of the project of a case."""
    shutil.rmtree(shop.root / "migrations" / "objects", ignore_errors=True)
    for path in (shop.root / "migrations" / "versions").glob("*.py"):
        path.unlink()
    for name, text in case.files.items():
        (shop.root / "migrations" / "versions" / f"{name}.py").write_text(text)
    shop.revision("20260101_0000", TABLES, NOTHING)
    shop.revision("20260101_0001", case.upgrade, case.downgrade, after=case.after)
    for name, text in case.objects.items():
        shop.object(name, text)
    return lint(gather_facts(Project(shop.root)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_says_what_is_wrong_and_what_to_paste(shop: Shop, case: Case) -> None:
    found = findings(shop, case)
    assert case.rule in {each.rule for each in found}
    said = "\n\n".join(one_as_text(each) for each in found) + "\n"
    golden = GOLDEN / f"{case.rule}.txt"
    if os.environ.get("SNOWLANE_WRITE_GOLDEN"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_remedy_satisfies_every_rule(shop: Shop, case: Case) -> None:
    [finding, *_] = [each for each in findings(shop, case) if each.rule == case.rule]
    assert findings(shop, case.apply(case, finding.remedy)) == ()


def test_every_rule_has_a_case_and_the_name_of_its_file() -> None:
    assert sorted(case.rule for case in CASES) == sorted([*(rule.name for rule in RULES), *NAMES])
    for rule in RULES:
        assert rule.check.__module__ == f"snowlane.lint.rules.{rule.name.replace('-', '_')}"


def test_the_rules_are_all_listed() -> None:
    import snowlane.lint.rules

    files = {path.stem for path in Path(snowlane.lint.rules.__path__[0]).glob("[a-z]*.py")}
    assert files == {rule.name.replace("-", "_") for rule in RULES}


def test_the_page_lists_every_rule_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lints.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule.name}` | {rule.severity.value} | {rule.summary} |" in page
    assert page.count("\n| `") == len(RULES)
    assert all(f"`{name}`" in page for name in NAMES)


def test_the_hook_runs_the_command() -> None:
    hooks = (Path(__file__).parents[3] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "- id: snowlane-check\n" in hooks
    assert "  entry: snowlane check\n" in hooks
    assert "  pass_filenames: false\n" in hooks
