"""Sales, orders and stock through every layer at the head: nothing lost, nothing doubled."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal

import pytest
from tests.platform.conftest import SOURCE

from snowlane.sample import DAYS, customers_insert, products_insert, sales_file

FILES = [sales_file(day) for day in DAYS]


@pytest.fixture(scope="module")
def loaded(platform):
    """The platform with the sample's shop and its three days, brought up to the facts."""
    platform.sql(customers_insert("DEV_RAW"))
    platform.sql(products_insert("DEV_RAW"))
    platform.run_task("TASK_PROCESS_CUSTOMER_CHANGES", "TASK_LOAD_DIM_CUSTOMER")
    platform.run_task("TASK_PROCESS_PRODUCT_CHANGES", "TASK_LOAD_DIM_PRODUCT")
    for file in FILES:
        platform.load("pos", file.name, file.text)
    platform.run_task("TASK_BRONZE_TO_SILVER_POS")
    platform.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")
    return platform


def test_every_line_reaches_staging_and_every_valid_one_the_fact(loaded):
    lines, broken = sum(file.lines for file in FILES), sum(file.broken for file in FILES)
    assert loaded.counts() == (lines, lines, lines - broken)


def test_each_broken_line_says_why(loaded):
    reasons = loaded.sql(
        "SELECT reasons, COUNT(*) FROM DEV_DW.MART.INVALID_SALES GROUP BY reasons ORDER BY reasons"
    )
    total = "total_amount is not quantity x unit_price - discount_amount + tax_amount"
    assert reasons == [
        ("product_id is missing", 1),
        ("quantity is missing or no number", 2),
        ("store_id is missing", 3),
        (total, 3),
        ("transaction_date is missing or no date", 1),
        ("transaction_id is missing", 3),
        ("unit_price is missing or no number", 1),
        (f"unit_price is not above zero; {total}", 3),
    ]


def test_amounts_of_valid_lines_are_those_of_the_files(loaded):
    valid = loaded.sql(
        "SELECT source_file_name, source_file_row_number FROM DEV_STAGING.SILVER.STG_POS"
        " WHERE is_valid"
    )
    lines = {
        (file.name, number): line
        for file in FILES
        for number, line in enumerate(csv.DictReader(io.StringIO(file.text)), start=1)
    }
    first = min(number for _, number in valid)
    picked = [lines[name.rsplit("/")[-1], number - first + 1] for name, number in valid]
    expected = sum(Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in picked)
    sums = "SELECT SUM(quantity * unit_price), SUM(total_amount) FROM"
    paid = sum(Decimal(line["total_amount"]) for line in picked)
    assert loaded.sql(f"{sums} DEV_STAGING.SILVER.STG_POS WHERE is_valid") == [(expected, paid)]
    assert loaded.sql(f"{sums} DEV_DW.FACTS.FACT_SALES") == [(expected, paid)]
    assert loaded.sql(
        "SELECT SUM(gross_amount), SUM(total_amount) FROM DEV_DW.MART.DAILY_SALES_BY_STORE_PRODUCT"
    ) == [(expected, paid)]


def test_running_everything_again_changes_no_row(loaded):
    before = loaded.sql("SELECT * FROM DEV_DW.FACTS.FACT_SALES ORDER BY sales_key")
    loaded.sql("CALL DEV_DW.FACTS.SP_LOAD_FACT_SALES()")
    loaded.sql("CALL DEV_DW.DIMENSIONS.SP_LOAD_DIM_CUSTOMER_SCD_TYPE2()")
    loaded.run_task("TASK_BRONZE_TO_SILVER_POS")
    assert loaded.sql("SELECT * FROM DEV_DW.FACTS.FACT_SALES ORDER BY sales_key") == before


def test_ids_are_trimmed_and_upper_case(loaded):
    assert loaded.sql(
        "SELECT DISTINCT store_id FROM DEV_STAGING.SILVER.STG_POS WHERE is_valid ORDER BY 1"
    ) == [("S01",), ("S02",), ("S03",), ("S04",)]


def test_returns_are_valid_and_promotions_reach_the_fact(loaded):
    assert loaded.value("SELECT COUNT(*) FROM DEV_DW.FACTS.FACT_SALES WHERE quantity < 0") == 6
    assert [
        code
        for (code,) in loaded.sql(
            "SELECT promotion_code FROM DEV_DW.MART.SALES_BY_PROMOTION ORDER BY promotion_code"
        )
    ] == ["AUTUMN10", "NONE"]


def test_keys_are_known_but_for_anonymous_sales(loaded):
    unknown = loaded.sql(
        "SELECT COUNT_IF(date_key = -1), COUNT_IF(time_key = -1), COUNT_IF(store_key = -1),"
        " COUNT_IF(product_key = -1) FROM DEV_DW.FACTS.FACT_SALES"
    )
    assert unknown == [(0, 0, 0, 0)]
    anonymous = loaded.value(
        "SELECT COUNT(*) FROM DEV_STAGING.SILVER.STG_POS WHERE is_valid AND customer_id IS NULL"
    )
    assert anonymous > 0
    assert (
        loaded.value("SELECT COUNT(*) FROM DEV_DW.FACTS.FACT_SALES WHERE customer_key = -1")
        == anonymous
    )


def test_a_deleted_period_is_reloaded_by_the_procedure(loaded):
    before = loaded.counts()
    period = (
        "WHERE date_key IN (SELECT date_key FROM DEV_DW.DIMENSIONS.DIM_DATE"
        " WHERE date_value BETWEEN '2026-11-02' AND '2026-11-03')"
    )
    loaded.sql(f"DELETE FROM DEV_DW.FACTS.FACT_SALES {period}")
    assert loaded.counts()[2] < before[2]
    loaded.sql("CALL DEV_DW.FACTS.SP_LOAD_FACT_SALES()")
    assert loaded.counts() == before


def test_a_correction_in_raw_replaces_the_line_and_adds_none(loaded):
    before = loaded.counts()
    loaded.sql(
        "UPDATE DEV_RAW.BRONZE.RAW_POS SET transaction_id = 'T-MENDED' WHERE transaction_id IS NULL"
    )
    loaded.run_task("TASK_PROCESS_POS_CHANGES", "TASK_LOAD_FACT_SALES")
    raw, staging, fact = before
    assert loaded.counts() == (raw, staging, fact + 3)


def test_a_changed_customer_gets_a_second_version(loaded):
    loaded.sql(
        "INSERT INTO DEV_RAW.BRONZE.RAW_CUSTOMERS (customer_id, last_name, email, customer_segment)"
        " VALUES (' c001', 'Lindqvist', 'mara@example.com', 'VIP')"
    )
    loaded.run_task("TASK_PROCESS_CUSTOMER_CHANGES", "TASK_LOAD_DIM_CUSTOMER")
    versions = loaded.sql(
        "SELECT customer_segment, is_current, effective_to_date = LEAD(effective_from_date)"
        " OVER (PARTITION BY customer_id ORDER BY effective_from_date)"
        " FROM DEV_DW.DIMENSIONS.DIM_CUSTOMER WHERE customer_id = 'C001'"
        " ORDER BY effective_from_date"
    )
    assert versions == [("LOYAL", False, True), ("VIP", True, None)]
    assert loaded.value("SELECT COUNT(*) FROM DEV_DW.DIMENSIONS.DIM_CUSTOMER") == 1 + 12 + 1


def test_a_line_that_does_not_fit_is_left_out_and_reported(loaded):
    raw, _, _ = loaded.counts()
    header, good, *_ = FILES[2].text.splitlines()
    long = good.replace("S0", "S" * 60, 1)
    loaded.load("pos", "sales_20261105.csv", "\n".join([header, good, long, good]) + "\n")
    assert loaded.counts()[0] == raw + 2
    status, errors, message = loaded.sql(
        "SELECT status, error_count, first_error_message FROM TABLE("
        "DEV_RAW.INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'DEV_RAW.BRONZE.RAW_POS',"
        " START_TIME => DATEADD('hour', -1, CURRENT_TIMESTAMP())))"
        " WHERE file_name LIKE '%sales_20261105.csv'"
    )[0]
    assert (status, errors) == ("Partially loaded", 1)
    assert "length limit (50) exceeded" in message


def test_orders_and_their_lines_reach_the_facts(loaded):
    orders = [
        {
            "order_id": "o-1",
            "order_date": "2026-11-02",
            "customer_id": "c002",
            "status": "paid",
            "total_amount": 33.90,
            "items": [
                {"product_id": "p001", "quantity": 2, "unit_price": 7.50},
                {"product_id": "P002", "quantity": 1, "unit_price": 18.90},
            ],
        },
        {"order_id": "o-2", "order_date": "soon", "customer_id": "C003", "items": []},
    ]
    loaded.load("orders", "orders_1.json", json.dumps(orders))
    loaded.run_task("TASK_BRONZE_TO_SILVER_ORDERS", "TASK_BRONZE_TO_SILVER_ORDER_ITEMS")
    loaded.run_task("TASK_LOAD_FACT_ORDERS")
    assert loaded.sql(
        "SELECT order_id, is_valid, ARRAY_TO_STRING(validation_errors, '; ')"
        " FROM DEV_STAGING.SILVER.STG_ORDERS ORDER BY order_id"
    ) == [
        ("O-1", True, ""),
        (
            "O-2",
            False,
            "order_date is missing or no date; total_amount is missing or no number",
        ),
    ]
    assert loaded.sql(
        "SELECT o.order_id, o.order_status, o.date_key, SUM(i.line_amount), o.total_amount"
        " FROM DEV_DW.FACTS.FACT_ORDERS AS o"
        " JOIN DEV_DW.FACTS.FACT_ORDER_ITEMS AS i ON o.order_id = i.order_id"
        " GROUP BY o.order_id, o.order_status, o.date_key, o.total_amount"
    ) == [("O-1", "PAID", 20261102, Decimal("33.90"), Decimal("33.90"))]


def test_stock_counts_reach_the_snapshot(loaded):
    loaded.load(
        "inventory",
        "stock_1.csv",
        "store_id,product_id,product_sku,inventory_date,quantity_on_hand,quantity_reserved,"
        "quantity_available,reorder_point,reorder_quantity,unit_cost,location\n"
        "S01,P001,KIT-P001,2026-11-03,40,4,36,10,50,3.20,A-1\n"
        "S01,P002,KIT-P002,2026-11-03,many,4,36,10,50,3.20,A-1\n",
    )
    loaded.run_task("TASK_BRONZE_TO_SILVER_INVENTORY")
    loaded.run_task("TASK_LOAD_FACT_INVENTORY_SNAPSHOT")
    assert loaded.sql(
        "SELECT store_id, product_id, quantity_available, stock_value"
        " FROM DEV_DW.MART.CURRENT_INVENTORY"
    ) == [("S01", "P001", Decimal("36.00"), Decimal("128.00"))]


def test_the_alert_acts_only_when_no_line_came_for_two_hours(loaded):
    def state() -> str:
        loaded.sql("EXECUTE ALERT DEV_RAW.METADATA.ALERT_DATA_FRESHNESS")
        return loaded.ended(
            "SELECT state FROM TABLE(DEV_RAW.INFORMATION_SCHEMA.ALERT_HISTORY())"
            " ORDER BY scheduled_time DESC",
            still="EXECUTING",
        )

    assert state() == "CONDITION_FALSE"
    loaded.sql(
        "UPDATE DEV_RAW.BRONZE.RAW_POS SET load_timestamp = DATEADD('hour', -3, load_timestamp)"
    )
    # This account has no integration to mail through; that the action began is what counts.
    assert state() in ("TRIGGERED", "ACTION_FAILED")


def test_the_queries_that_replace_the_runbooks_run_and_find_nothing_wrong(loaded):
    page = (SOURCE / "docs" / "runbook-corrections.md").read_text(encoding="utf-8")
    found = {}
    for block in re.findall(r"```sql\n(.*?)```", page, re.DOTALL):
        for statement in filter(str.strip, block.split(";\n")):
            found[statement] = loaded.sql(statement)
    rows = {statement.split("\n")[0]: each for statement, each in found.items()}
    loads = rows["SELECT file_name, status, row_count, error_count, first_error_message"]
    assert all(error_count > 0 for _, _, _, error_count, _ in loads)
    runs = rows["SELECT scheduled_time, state, error_message"]
    assert {state for _, state, _ in runs} == {"SUCCEEDED"}
    overlap = rows["SELECT customer_id, effective_from_date, effective_to_date, next_from"]
    assert (overlap, rows["SELECT customer_id"]) == ([], [])
    assert rows["SELECT query_text, execution_time"] != []
