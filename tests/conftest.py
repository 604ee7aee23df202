"""Options of the whole suite, and the report on the facts that the conformance tests tried."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from conformance import report

_FIRST = (
    "workflows/test_demo",
    "workflows/test_deploy",
    "platform/test_changes",
    "faults",
    "platform",
    "snowlane/commands/pipeline",
    "snowlane/commands/env",
    "snowlane/commands",
    "conformance",
)
# At each sign-in the connector asks for cloud metadata services, which takes seconds where names do not resolve.
os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
# Where the suite itself runs in GitHub Actions, what it tries must not reach that run's summary.
for _name in [name for name in os.environ if name.startswith("GITHUB_")]:
    del os.environ[_name]


# How long an example takes says nothing on a machine that is busy with other things. What a change is judged by is
# the same each time; `make faults` looks at examples that nobody has seen.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("SNOWLANE_FAULTS") != "whole",
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the conformance tests."""
    group = parser.getgroup("conformance")
    group.addoption(
        "--account-connection",
        metavar="NAME",
        help="run the conformance tests on the account of this section of Snowflake's connections.toml,"
        " not on a local account",
    )
    group.addoption(
        "--conformance-report",
        metavar="FILE",
        type=Path,
        help="write what each fact turned out to be to this Markdown file"
        " (conformance-report.md where --account-connection is given)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of a fact."""
    config.addinivalue_line(
        "markers", "fact(fact): the statement about Snowflake that the test tries"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest goes first: workers take whole files, and so end at about the same time."""
    tests = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        place = item.path.relative_to(tests).as_posix()
        return next((n for n, each in enumerate(_FIRST) if place.startswith(each)), len(_FIRST))

    items.sort(key=rank)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which account is tried."""
    name = config.getoption("--account-connection")
    return f"conformance on the account of connection: {name}" if name else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List what was found of each fact: all of them on a real account, else those that do not hold."""
    found = report.collect(one for reports in terminalreporter.stats.values() for one in reports)
    if not found:
        return
    connection = config.getoption("--account-connection")
    wanted: Path | None = config.getoption("--conformance-report")
    path = wanted or (Path("conformance-report.md") if connection else None)
    shown = found if path else [one for one in found if one.verdict == report.DOES_NOT_HOLD]
    terminalreporter.section("conformance")
    for line in report.lines(shown):
        terminalreporter.write_line(line)
    terminalreporter.write_line(report.totals(found))
    if path:
        path.write_text(report.markdown(found, connection or "a local account"))
        terminalreporter.write_line(f"Written to {path}.")
