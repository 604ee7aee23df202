"""`snowlane demo` as a user runs it: a process of its own, in a checkout or elsewhere.

About a minute: `make workflows` runs it, `make test` does not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.platform.conftest import Platform

from extents import WORKFLOWS
from snowlane import cli
from snowlane.demo.facts import QUANTITY, Chapter, Counts, Step, Story, Sums
from snowlane.demo.report import as_markdown, as_terminal, as_text
from snowlane.sample import DAYS, sales_file
from snowlocal.server import LocalAccount

pytestmark = WORKFLOWS.whole_only

SOURCE = Path(__file__).parents[2]
SECONDS_TO_WAIT = 480
LAYERS = ("file", "raw", "staging valid", "staging invalid", "fact")


def process(temporary: Path, *arguments: str, directory: Path = SOURCE) -> subprocess.Popen[str]:
    """`snowlane demo` in a directory, its temporary files in `temporary`."""
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    # The demo has an account of its own, whatever else is configured.
    environment["SNOWLANE_LOCAL_DIR"] = str(temporary / "not-this-one")
    return subprocess.Popen(
        [sys.executable, "-m", "snowlane", "demo", *arguments],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(temporary: Path, *arguments: str, directory: Path = SOURCE) -> tuple[int, str, str]:
    """The exit code and output of `snowlane demo`."""
    demo = process(temporary, *arguments, directory=directory)
    out, err = demo.communicate(timeout=SECONDS_TO_WAIT)
    return demo.returncode, out, err


def checkout(directory: Path) -> Path:
    """A copy of what a project is."""
    shutil.copy(SOURCE / "alembic.ini", directory)
    for part in ("envs", "migrations"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOURCE / part, directory / part, ignore=ignored)
    return directory


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def here(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """The exit code and output of `snowlane demo` in a directory, run in this process."""
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def called(directory: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(directory)
        with pytest.raises(SystemExit) as left:
            cli.main(["demo", *arguments])
        return int(left.value.code or 0), *capsys.readouterr()

    return called


def expected(days: int) -> dict[str, int]:
    files = [sales_file(day) for day in DAYS[:days]]
    lines, broken = sum(file.lines for file in files), sum(file.broken for file in files)
    valid = lines - broken
    return {
        "file": lines,
        "raw": lines,
        "staging_valid": valid,
        "staging_invalid": broken,
        "fact": valid,
    }


@dataclass(frozen=True)
class Told:
    """A demo that ran to its end, and what it kept."""

    kept: Path
    story: dict[str, Any]
    err: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    kept, temporary = tmp_path_factory.mktemp("demo") / "kept", tmp_path_factory.mktemp("temporary")
    code, out, err = run(temporary, "--format", "json", "--keep", str(kept))
    assert code == 0, err
    assert list(temporary.iterdir()) == []
    return Told(kept, json.loads(out), err)


def test_sales_reach_the_fact_before_between_and_after_the_changes(told):
    story, kept = told.story, told.kept
    chapters = story["chapters"]
    assert [chapter["migrated"] for chapter in chapters] == [expected(days) for days in (0, 1, 2)]
    assert [chapter["loaded"] for chapter in chapters] == [expected(days) for days in (1, 2, 3)]
    types = [chapter["types"] for chapter in chapters]
    for column in ("RAW.BRONZE.RAW_POS", "STAGING.SILVER.STG_POS", "DW.FACTS.FACT_SALES"):
        promotion = [each[f"{column}.PROMOTION_CODE"] for each in types]
        assert promotion == [None, "VARCHAR(50)", "VARCHAR(50)"]
    assert [each[QUANTITY] for each in types] == ["VARCHAR(50)", "VARCHAR(50)", "NUMBER(10,2)"]
    assert sum(each["rows"] for each in story["invalid"]) == expected(3)["staging_invalid"]
    assert len({Decimal(amount) for amount in story["sums"].values()}) == 1
    assert all(check["holds"] for check in story["checks"])
    assert [step["command"].split()[0] for step in story["steps"]] == [
        *("migrate", "migrate"),
        *("promote", "rehearse", "promote") * 2,
        "rollback",
    ]
    assert all("6 of 6 checks hold" in each["result"] for each in story["steps"][3:7:3])
    assert "migrating dev to 20261116_0900" in told.err
    log = ["git", "-C", str(kept / "project"), "log", "--format=%s"]
    committed = subprocess.run(log, check=True, capture_output=True, text=True).stdout.splitlines()
    chapters = ("20261119_0900", "20261116_0900", "20261105_0900")
    assert committed == [f"The platform at {revision}" for revision in chapters]
    assert {path.name for path in kept.iterdir()} == {"project"}
    assert not (kept / "project" / ".snowlane" / "local" / "server.json").exists()


def test_what_was_kept_goes_on(told):
    project = told.kept / "project"
    with LocalAccount(project / ".snowlane" / "local") as account:
        platform = Platform(project, account, account.directory)
        promoted = platform.sql(
            "SELECT MIN(date_key), COUNT(*) > 0 FROM DEV_DW.FACTS.FACT_SALES"
            " WHERE promotion_code = 'AUTUMN10'"
        )
        assert promoted == [(20261103, True)]
        # The pipe was replaced with the last change, and with it went its memory of loaded files.
        platform.refresh("pos")
        platform.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")
        raw, staging, fact = platform.counts()
        platform.close()
    assert (raw, staging, fact) == (
        expected(3)["raw"] + expected(2)["raw"],
        expected(3)["raw"],
        expected(3)["fact"],
    )


def test_text_names_every_layer_and_a_wrong_platform_exits_1(tmp_path, temporary, here):
    project = checkout(tmp_path)
    procedure = project / "migrations/objects/dw/facts/procedures/sp_load_fact_sales.sql"
    text = procedure.read_text()
    price = "            sales.unit_price,\n"
    assert text.count(price) == 1, "the procedure no longer reads as this test knows it"
    procedure.write_text(text.replace(price, "            sales.unit_price - 1 AS unit_price,\n"))
    code, out, _ = here(project)
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("FAILED")] == [
        "FAILED  the sum of quantity x price is the same in file, staging and fact"
    ]
    assert all(layer in out.splitlines()[1] for layer in LAYERS)
    assert "\x1b" not in out
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing_behind(temporary, sent):
    demo = process(temporary)
    assert demo.stderr is not None
    for line in demo.stderr:
        if line.startswith("migrating"):
            break
    demo.send_signal(sent)
    out, err = demo.communicate(timeout=SECONDS_TO_WAIT)
    assert (demo.returncode, out) == (1, "")
    assert err.strip().endswith("Interrupted; nothing more was done.")
    assert list(temporary.iterdir()) == []


def test_outside_of_a_project_it_says_so(tmp_path, here):
    code, out, err = here(tmp_path)
    assert (code, out) == (2, "")
    assert "run outside of one" in err
    assert "Traceback" not in err


def test_another_project_is_not_its_platform(tmp_path, temporary, here):
    project = checkout(tmp_path)
    shutil.rmtree(project / "migrations" / "versions")
    (project / "migrations" / "versions").mkdir()
    code, _, err = here(project)
    assert code == 2
    assert "migrations/versions has no revision 20261105_0900" in err
    assert list(temporary.iterdir()) == []


def test_it_keeps_nothing_in_a_folder_that_is_in_use(tmp_path, here):
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = here(SOURCE, "--keep", str(tmp_path))
    assert code == 2
    assert "not an empty folder" in err
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt", "temporary"}


def test_without_the_local_account_it_names_the_command_to_install_it(temporary):
    code = (
        "import sys\nsys.modules['uvicorn'] = None\nfrom snowlane import cli\ncli.main(['demo'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'snowlane[local]'" in done.stderr
    assert "Traceback" not in done.stderr


NONE, DAY = Counts(), Counts(5, 5, 4, 1, 4)
TYPES = {
    f"{table}.{column}": "NUMBER(10,2)"
    for table in ("RAW.BRONZE.RAW_POS", "STAGING.SILVER.STG_POS", "DW.FACTS.FACT_SALES")
    for column in ("PROMOTION_CODE", "QUANTITY", "QUANTITY__RETIRED")
}
TEXT = {**TYPES, QUANTITY: "VARCHAR(50)"}
CHAPTERS = (
    Chapter("before", "r1", 3, TEXT, NONE, NONE, "one.csv", 1, DAY),
    Chapter("after", "r2", 2, TYPES, DAY, DAY, "two.csv", 2, Counts(10, 10, 8, 2, 8)),
)
TEXT_THERE, NUMBER_THERE = "VARCHAR(50)", "NUMBER(10,2)"
STEPS = (
    Step("migrate prod", "at r1", TEXT_THERE),
    *(
        (
            Step("promote dev qa", "refused by rehearsal", TEXT_THERE),
            Step("rehearse qa", "passed", TEXT_THERE),
            Step("promote dev qa", "merged and deployed, 2 statements", NUMBER_THERE),
        )
        * 2
    ),
    Step("rollback prod", "back at r1", TEXT_THERE),
)
TRUE = Story(
    "dev", 1, 2, CHAPTERS, (("no | price", 2),), Sums(Decimal(9), Decimal(9), Decimal(9)), STEPS
)


def changed(**counts: int) -> Story:
    last = CHAPTERS[-1]
    return replace(
        TRUE, chapters=(CHAPTERS[0], replace(last, loaded=replace(last.loaded, **counts)))
    )


@pytest.mark.parametrize(
    ("story", "broken"),
    [
        (changed(raw=9, staging_valid=7, fact=7), "every line of the files is a row of raw"),
        (changed(staging_valid=7, fact=7), "every row of raw is in staging, valid or invalid"),
        (changed(fact=7), "every valid row is in the fact"),
        (
            replace(TRUE, reasons=()),
            "the invalid rows are the broken lines, each with its reasons",
        ),
        (
            replace(TRUE, chapters=(CHAPTERS[0], replace(CHAPTERS[1], before=NONE))),
            "no deployment changed a count",
        ),
        (
            replace(TRUE, sums=Sums(Decimal(9), Decimal(9), Decimal("8.99"))),
            "the sum of quantity x price is the same in file, staging and fact",
        ),
        (
            replace(TRUE, chapters=(CHAPTERS[0], replace(CHAPTERS[1], types=TEXT))),
            "quantity of raw was text and is a number",
        ),
        (
            replace(TRUE, steps=(STEPS[0], replace(STEPS[1], result="not refused"), *STEPS[2:])),
            "the change was refused until it was rehearsed",
        ),
        (
            replace(TRUE, steps=(*STEPS[:2], replace(STEPS[2], quantity=NUMBER_THERE), *STEPS[3:])),
            "no rehearsal changed what it was a copy of",
        ),
        (
            replace(TRUE, steps=(*STEPS[:6], replace(STEPS[6], quantity=TEXT_THERE), STEPS[7])),
            "it reached prod",
        ),
        (
            replace(TRUE, steps=(*STEPS[:7], replace(STEPS[7], quantity=NUMBER_THERE))),
            "a rollback took it back there",
        ),
    ],
)
def test_a_story_that_is_not_true_says_what_of_it(story, broken):
    assert TRUE.is_true
    assert not story.is_true
    assert [check.what for check in story.checks if not check.holds] == [broken]
    assert f"FAILED  {broken}" in as_text(story)


def test_a_terminal_and_a_summary_hold_the_same_cells():
    rendered = {"terminal": as_terminal(TRUE), "markdown": as_markdown(TRUE), "text": as_text(TRUE)}
    for form, text in rendered.items():
        for cell in (*LAYERS, "one.csv", "VARCHAR(50)", "9.0000", "ok", "refused by rehearsal"):
            assert cell in text, (form, cell)
    assert "no \\| price" in rendered["markdown"]
