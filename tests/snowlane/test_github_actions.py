"""What GitHub Actions shows of a run: the step's summary, and messages beside the run."""

import pytest
from tests.snowlane.commands.conftest import Account, Outcome

from snowlane.annotations import annotation
from snowlane.errors import ExitCode
from snowlane.step_summary import add_to_summary


@pytest.fixture
def summary(tmp_path, monkeypatch):
    """The file of a step's summary."""
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def check(shop) -> Outcome:
    return Account({}, shop.root).snowlane("check", "--format", "json")


def test_a_result_goes_to_the_summary_and_output_stays_what_was_asked_for(shop, summary) -> None:
    shop.revision("r1", "op.sql('DROP TABLE RAW.S.T')", "pass")
    done = check(shop)
    assert done.code == ExitCode.REFUSED
    assert done.data["errors"] >= 1
    assert "**error downgrade-missing** `migrations/versions/r1.py" in summary.read_text()


def test_an_error_stands_beside_the_run_and_in_the_summary(shop, summary, monkeypatch) -> None:
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "hunter22")
    done = Account({}, shop.root).snowlane("plan", "hunter22\n::set-output name=x::y")
    assert done.code == ExitCode.USAGE
    (line,) = [each for each in done.err.splitlines() if each.startswith("::error")]
    assert line.startswith("::error title=snowlane::'***")
    assert "cannot name an environment%0A" in line
    assert summary.read_text().startswith("### Error: '***")
    assert "hunter22" not in done.err + summary.read_text()


def test_wrong_usage_is_annotated_too(shop, summary) -> None:
    done = Account({}, shop.root).snowlane("plan", "dev", "--bogus")
    assert done.code == ExitCode.USAGE
    assert "\n::error title=snowlane::No such option" in done.err


def test_outside_actions_there_is_neither(shop, summary, monkeypatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    shop.revision("r1", "op.sql('DROP TABLE RAW.S.T')")
    assert "::" not in check(shop).err
    assert not summary.exists()


def test_a_summary_that_cannot_be_written_stops_nothing(shop, summary, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary / "no" / "folder"))
    done = check(shop)
    assert done.code == ExitCode.DONE
    assert "the step summary could not be written" in done.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "::warning::50%25%0Aa: b, c"),
        (
            {"title": "a: b, c", "file": "x.py", "line": 3},
            "::warning file=x.py,line=3,title=a%3A b%2C c::50%25%0Aa: b, c",
        ),
    ],
)
def test_texts_cannot_end_a_command(options, expected) -> None:
    assert annotation("warning", "50%\na: b, c", **options) == expected


def test_a_summary_that_is_too_long_is_cut_and_closed(summary) -> None:
    text = "<details><summary>SQL</summary>\n\n```sql\n" + "SELECT 1;\n" * 100
    assert add_to_summary(text, longest=600) == ""
    assert add_to_summary("### more", longest=600) == ""
    written = summary.read_text()
    assert len(written.encode()) <= 600
    assert written.count("```") % 2 == 0
    assert written.count("<details>") == written.count("</details>") == 1
    assert "cut here" in written
