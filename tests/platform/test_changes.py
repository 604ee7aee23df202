"""The type change with data under it, and the way back; down to nothing and up again.

Sales that flow before, between and after both changes are what the demo shows: tests/workflows/test_demo.py.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.platform.conftest import HEAD, NUMBER, PROMOTION

from extents import WORKFLOWS

pytestmark = WORKFLOWS.whole_only
STRANDED = ("--override", "objects=they are applied again at the head")
QUANTITIES = "SELECT file_row_number, quantity FROM DEV_RAW.BRONZE.RAW_POS ORDER BY 1"


def columns(platform) -> dict[str, str]:
    """The columns of raw_pos and their types."""
    rows = platform.sql("DESCRIBE TABLE DEV_RAW.BRONZE.RAW_POS")
    return {row[0]: row[1] for row in rows}


@pytest.fixture(scope="module")
def worded(open_platform):
    """A platform just before the type change, with lines whose quantity is text of every kind."""
    return open_platform(PROMOTION)


def fill(platform, *quantities: str | None) -> None:
    """Make raw_pos hold lines with these quantities and nothing else."""
    platform.sql("DELETE FROM DEV_RAW.BRONZE.RAW_POS")
    values = ", ".join(
        f"('by hand', {number}, {'NULL' if text is None else repr(text)})"
        for number, text in enumerate(quantities)
    )
    platform.sql(
        f"INSERT INTO DEV_RAW.BRONZE.RAW_POS (file_name, file_row_number, quantity) VALUES {values}"
    )


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ("twelve", "text that is no NUMBER(10,2)"),
        ("123456789", "text that is no NUMBER(10,2)"),
        ("1.005", "more than two decimals"),
    ],
)
def test_a_quantity_that_would_lose_its_value_stops_the_change_before_it_begins(
    worded, capsys, quantity, reason
):
    worded.lay_out(PROMOTION)
    assert worded.migrate() == 0
    fill(worded, "1", quantity)
    before = columns(worded)
    worded.lay_out(NUMBER)
    assert worded.migrate() != 0
    assert reason in capsys.readouterr().err
    assert columns(worded) == before


def test_the_change_and_its_way_back_keep_every_value(worded):
    worded.lay_out(NUMBER)
    fill(worded, "1", "2.50", "-3", "", None, " 7 ")
    assert worded.migrate() == 0
    assert columns(worded)["QUANTITY"] == "NUMBER(10,2)"
    whole = [Decimal("1.00"), Decimal("2.50"), Decimal("-3.00"), None, None, Decimal("7.00")]
    assert [quantity for _, quantity in worded.sql(QUANTITIES)] == whole

    worded.sql("UPDATE DEV_RAW.BRONZE.RAW_POS SET quantity = 4 WHERE file_row_number = 0")
    worded.sql(
        "INSERT INTO DEV_RAW.BRONZE.RAW_POS (file_name, file_row_number, quantity)"
        " VALUES ('by hand', 6, 8.25)"
    )
    assert worded.migrate(PROMOTION, *STRANDED) == 0
    described = columns(worded)
    assert described["QUANTITY"] == "VARCHAR(50)"
    assert not [name for name in described if "__" in name]
    back = [quantity for _, quantity in worded.sql(QUANTITIES)]
    assert back == ["4.00", "2.50", "-3", "", None, " 7 ", "8.25"]


def test_down_to_nothing_and_up_again_ends_in_the_same_platform(open_platform):
    platform = open_platform(HEAD)
    first = inventory(platform)
    assert platform.migrate("base", *STRANDED) == 0
    assert {schema for _, schema, *_ in inventory(platform)} <= {"METADATA"}
    assert platform.migrate() == 0
    assert inventory(platform) == first


def inventory(platform) -> list[tuple[str, ...]]:
    """Every column and every object of the three databases, without times and keys."""
    found: list[tuple[str, ...]] = []
    for database in ("DEV_RAW", "DEV_STAGING", "DEV_DW"):
        found += platform.sql(
            "SELECT table_catalog, table_schema, table_name, column_name, data_type, is_nullable"
            f" FROM {database}.INFORMATION_SCHEMA.COLUMNS"
            " WHERE table_schema NOT IN ('INFORMATION_SCHEMA', 'METADATA')"
        )
        for kind in ("STAGES", "PIPES", "STREAMS", "TASKS", "PROCEDURES", "ALERTS", "FILE FORMATS"):
            cursor = platform.cursor(f"SHOW {kind} IN DATABASE {database}")
            names = [column.name for column in cursor.description]
            wanted = [names.index(each) for each in ("schema_name", "name")]
            found += [(database, *(row[index] for index in wanted), kind) for row in cursor]
    return sorted(found)
