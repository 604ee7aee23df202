"""Three real days of a retailer: every row accounted for, every sum equal in file, staging and fact."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from snowlane.sample import COLUMNS

DAYS = sorted((Path(__file__).parents[3] / "shared" / "data" / "online-retail").glob("*.csv"))
ROWS = 7419

pytestmark = pytest.mark.skipif(not DAYS, reason="the retailer's files are not on this machine")


def sale(row: dict[str, str]) -> dict[str, str]:
    """A row of the retailer in the layout of the tills' files."""
    day, time = row["InvoiceDate"].split(" ")
    amount = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
    cancelled = row["InvoiceNo"].startswith("C")
    return {
        "transaction_id": row["InvoiceNo"],
        "store_id": row["Country"],
        "transaction_date": day,
        "transaction_time": time,
        "customer_id": row["CustomerID"].removesuffix(".0"),
        "product_id": row["StockCode"],
        "product_sku": row["StockCode"],
        "quantity": row["Quantity"],
        "unit_price": row["UnitPrice"],
        "total_amount": str(amount),
        "payment_status": "REFUNDED" if cancelled else "COMPLETED",
    }


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with the name of its file."""
    for file in DAYS:
        with file.open(encoding="utf-8", newline="") as stream:
            yield from ((file.name, row) for row in csv.DictReader(stream))


@pytest.fixture(scope="module")
def real(platform):
    """The platform with the three days brought up to the facts."""
    for file in DAYS:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sale(row) for name, row in rows() if name == file.name)
        platform.load("pos", file.name, text.getvalue())
    platform.run_task("TASK_BRONZE_TO_SILVER_POS")
    platform.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")
    return platform


def test_every_row_is_in_staging_valid_or_with_its_reasons(real):
    free = sum(1 for _, row in rows() if Decimal(row["UnitPrice"]) == 0)
    assert real.counts() == (ROWS, ROWS, ROWS - free)
    assert real.sql("SELECT reasons, COUNT(*) FROM DEV_DW.MART.INVALID_SALES GROUP BY reasons") == [
        ("unit_price is not above zero", free)
    ]


def test_sums_of_valid_rows_are_equal_in_file_staging_and_fact(real):
    expected = sum(
        Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
        for _, row in rows()
        if Decimal(row["UnitPrice"]) > 0
    )
    gross = "SELECT SUM(quantity * unit_price) FROM"
    assert real.value(f"{gross} DEV_STAGING.SILVER.STG_POS WHERE is_valid") == expected
    assert real.value(f"{gross} DEV_DW.FACTS.FACT_SALES") == expected
    assert (
        real.value("SELECT SUM(gross_amount) FROM DEV_DW.MART.DAILY_SALES_BY_STORE_PRODUCT")
        == expected
    )


def test_cancelled_invoices_are_returns_and_countries_are_stores(real):
    cancelled = sum(1 for _, row in rows() if row["InvoiceNo"].startswith("C"))
    assert (
        real.value("SELECT COUNT(*) FROM DEV_DW.FACTS.FACT_SALES WHERE transaction_id LIKE 'C%'")
        == cancelled
    )
    countries = {row["Country"].upper() for _, row in rows()}
    stores = real.sql("SELECT store_id FROM DEV_DW.DIMENSIONS.DIM_STORE WHERE store_key > 0")
    assert {store for (store,) in stores} == countries
