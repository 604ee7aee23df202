"""Warehouses: sizes, states, and who may change them."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


def _shown(rows: Rows, name: str) -> dict[str, object]:
    (row,) = rows(f"SHOW WAREHOUSES LIKE '{name}'")
    return row


def test_a_new_warehouse_is_started_and_used(rows: Rows, name: str) -> None:
    rows(f"CREATE WAREHOUSE {name} WITH WAREHOUSE_SIZE = 'MEDIUM' AUTO_SUSPEND = 60 COMMENT = 'c'")
    shown = _shown(rows, name)
    assert (shown["state"], shown["size"], shown["auto_suspend"]) == ("STARTED", "Medium", 60)
    assert (shown["is_current"], shown["comment"]) == ("Y", "c")
    assert rows("SELECT CURRENT_WAREHOUSE() AS W") == [{"W": name}]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("XSMALL", "X-Small"),
        ("'X-SMALL'", "X-Small"),
        ("'large'", "Large"),
        ("XXLARGE", "2X-Large"),
        ("'2X-LARGE'", "2X-Large"),
        ("X6LARGE", "6X-Large"),
    ],
)
def test_sizes(rows: Rows, name: str, written: str, shown: str) -> None:
    rows(f"CREATE WAREHOUSE {name}", f"ALTER WAREHOUSE {name} SET WAREHOUSE_SIZE = {written}")
    assert _shown(rows, name)["size"] == shown


def test_states(rows: Rows, name: str) -> None:
    rows(f"CREATE WAREHOUSE {name} INITIALLY_SUSPENDED = TRUE")
    assert error_of(lambda: rows(f"ALTER WAREHOUSE {name} SUSPEND"))[0] == 90064
    rows(f"ALTER WAREHOUSE {name} RESUME")
    assert _shown(rows, name)["state"] == "STARTED"
    assert error_of(lambda: rows(f"ALTER WAREHOUSE {name} RESUME"))[0] == 90063
    rows(f"ALTER WAREHOUSE {name} RESUME IF SUSPENDED", f"ALTER WAREHOUSE {name} SUSPEND")
    assert _shown(rows, name)["state"] == "SUSPENDED"


@pytest.mark.parametrize(
    ("property_", "number"),
    [("MIN_CLUSTER_COUNT = 3 MAX_CLUSTER_COUNT = 2", 1008), ("RESOURCE_MONITOR = m", 2)],
)
def test_properties_that_are_refused(rows: Rows, name: str, property_: str, number: int) -> None:
    assert error_of(lambda: rows(f"CREATE WAREHOUSE {name} {property_}"))[0] == number


def test_operate_suspends_but_does_not_resize(rows: Rows, name: str) -> None:
    rows(
        f"CREATE WAREHOUSE {name}", f"CREATE ROLE {name}_R", f"GRANT ROLE {name}_R TO USER SNOWLANE"
    )
    rows(f"GRANT OPERATE ON WAREHOUSE {name} TO ROLE {name}_R")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {name}_R", f"ALTER WAREHOUSE {name} SUSPEND")
    refused = error_of(lambda: rows(f"ALTER WAREHOUSE {name} SET WAREHOUSE_SIZE = LARGE"))
    assert refused[0] == 3001


def test_rename_and_drop_reach_the_session(rows: Rows, name: str) -> None:
    rows(f"CREATE WAREHOUSE {name}", f"ALTER WAREHOUSE {name} RENAME TO {name}_B")
    assert rows("SELECT CURRENT_WAREHOUSE() AS W") == [{"W": f"{name}_B"}]
    rows(f"DROP WAREHOUSE {name}_B")
    assert rows("SELECT CURRENT_WAREHOUSE() AS W") == [{"W": None}]
    assert error_of(lambda: rows(f"USE WAREHOUSE {name}_B"))[0] == 2043


def test_describe(rows: Rows, name: str) -> None:
    rows(f"CREATE WAREHOUSE {name}")
    (row,) = rows(f"DESCRIBE WAREHOUSE {name}")
    assert list(row) == ["created_on", "name", "kind"]
    assert (row["name"], row["kind"]) == (name, "WAREHOUSE")
