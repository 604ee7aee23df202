"""The demo's story: the platform before its last two changes, each of them, and a day of sales after every step.

Knows what happens in which order; where it happens and how it is shown are others' matters.
"""

import csv
import io
from dataclasses import replace
from decimal import Decimal

from snowlane.demo.carrying import carry
from snowlane.demo.facts import CHANGED_COLUMNS, Chapter, Counts, Story, Sums
from snowlane.demo.platform import Platform
from snowlane.demo.scratch import Scratch
from snowlane.deploying import Progress, deploy
from snowlane.plan.model import Plan
from snowlane.sample import DAYS, SalesFile, customers_insert, products_insert, sales_file

# What each deployment ends at; the days of DAYS follow them one by one.
_CHAPTERS = (
    ("the platform before its last two changes", "20261105_0900"),
    ("promotion_code added to raw, staging and fact", "20261116_0900"),
    ("raw_pos.quantity from VARCHAR to NUMBER(10,2)", "20261119_0900"),
)
_COUNTS = """
SELECT
    (SELECT COUNT(*) FROM RAW.BRONZE.RAW_POS),
    (SELECT COUNT(*) FROM STAGING.SILVER.STG_POS WHERE is_valid),
    (SELECT COUNT(*) FROM STAGING.SILVER.STG_POS WHERE NOT is_valid),
    (SELECT COUNT(*) FROM DW.FACTS.FACT_SALES)
"""
_REASONS = """
SELECT reasons, COUNT(*) FROM DW.MART.INVALID_SALES GROUP BY reasons ORDER BY COUNT(*) DESC, reasons
"""
# Key -1 is the member that sales of nobody and nothing known point at.
_MASTER_DATA = (
    (
        customers_insert,
        "CUSTOMER",
        "SELECT COUNT(*) FROM DW.DIMENSIONS.DIM_CUSTOMER WHERE customer_key > 0",
    ),
    (
        products_insert,
        "PRODUCT",
        "SELECT COUNT(*) FROM DW.DIMENSIONS.DIM_PRODUCT WHERE product_key > 0",
    ),
)
_VALID = (
    "SELECT source_file_name, source_file_row_number FROM STAGING.SILVER.STG_POS WHERE is_valid"
)
_GROSS = (
    "SELECT SUM(quantity * unit_price) FROM STAGING.SILVER.STG_POS WHERE is_valid",
    "SELECT SUM(quantity * unit_price) FROM DW.FACTS.FACT_SALES",
)


def tell(scratch: Scratch, progress: Progress, details: Progress) -> Story:
    """Let it all happen; `progress` hears of the steps and `details` what a deployment says.

    Raises what deploying raises, and SnowlaneError when a task fails.
    """
    files = [sales_file(day) for day in DAYS]
    environment = scratch.target.environment
    statements = _deploy(scratch, 0, progress, details)
    with scratch.target.open(as_administrator=True) as session:
        platform = Platform(session, environment, scratch.buckets)
        progress("loading customers and products")
        customers, products = _master_data(platform)
        chapters: list[Chapter] = []
        for index, (title, revision) in enumerate(_CHAPTERS):
            if index:
                statements = _deploy(scratch, index, progress, details)
            before = chapters[-1].loaded if chapters else Counts()
            migrated = _counts(platform, files[:index])
            types = _types(platform)
            progress(f"loading {files[index].name}: bucket, pipe, tasks, procedures")
            _bring(platform, files[index])
            loaded = files[: index + 1]
            chapters.append(
                Chapter(
                    title,
                    revision,
                    statements,
                    types,
                    before,
                    migrated,
                    files[index].name,
                    sum(file.broken for file in loaded),
                    _counts(platform, loaded),
                )
            )
        reasons = platform.rows(_REASONS)
        story = Story(
            environment.name,
            customers,
            products,
            tuple(chapters),
            tuple((str(text), int(rows)) for text, rows in reasons),
            _sums(platform, files),
        )
    # What does not hold on dev goes nowhere.
    return replace(story, steps=carry(scratch, progress, details)) if story.is_true else story


def _deploy(scratch: Scratch, index: int, progress: Progress, details: Progress) -> int:
    """Migrate to where a chapter begins; how many statements ran."""
    title, revision = _CHAPTERS[index]
    progress(f"migrating {scratch.target.environment.name} to {revision}: {title}")
    scratch.lay_out(revision)
    _, deployed = deploy(scratch.target, to="head", progress=details, confirm=_agree)
    return deployed.statements_run if deployed else 0


def _agree(_: Plan) -> None:
    """Nobody is asked: what is deployed to goes away with the demo."""


def _master_data(platform: Platform) -> tuple[int, int]:
    """Load customers and products into their dimensions; how many there are then."""
    found = []
    for insert, what, count in _MASTER_DATA:
        platform.rows(insert("RAW"))
        platform.run_task(f"TASK_PROCESS_{what}_CHANGES", f"TASK_LOAD_DIM_{what}")
        found.append(int(platform.value(count)))
    return found[0], found[1]


def _bring(platform: Platform, file: SalesFile) -> None:
    """A file from the bucket to the fact."""
    platform.drop_into_bucket(file.name, file.text)
    platform.load(file.name)
    platform.run_task("TASK_BRONZE_TO_SILVER_POS")
    platform.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")


def _counts(platform: Platform, files: list[SalesFile]) -> Counts:
    rows = (int(value) for value in platform.rows(_COUNTS)[0])
    return Counts(sum(file.lines for file in files), *rows)


def _types(platform: Platform) -> dict[str, str | None]:
    described = {table: platform.types(table) for table, _ in CHANGED_COLUMNS}
    return {f"{table}.{column}": described[table].get(column) for table, column in CHANGED_COLUMNS}


def _sums(platform: Platform, files: list[SalesFile]) -> Sums:
    valid = platform.rows(_VALID)
    # A header may count as a row of its file or not; the first line of ours is a valid one.
    first = min(number for _, number in valid)
    lines = {
        (file.name, number): line
        for file in files
        for number, line in enumerate(csv.DictReader(io.StringIO(file.text)), start=first)
    }
    picked = [lines[name.rsplit("/", 1)[-1], number] for name, number in valid]
    gross = sum(
        (Decimal(each["quantity"]) * Decimal(each["unit_price"]) for each in picked), Decimal()
    )
    return Sums(gross, *(Decimal(platform.value(query)) for query in _GROSS))
