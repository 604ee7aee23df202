"""SWAP WITH: names are exchanged, everything else stays with its object, streams on the tables go stale."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """Two databases <name>_A and <name>_B, each with a table S.T that holds its letter."""
    for letter in ("A", "B"):
        rows(f"CREATE DATABASE {name}_{letter}", f"CREATE SCHEMA {name}_{letter}.S")
        rows("CREATE TABLE T (X VARCHAR)", f"INSERT INTO T VALUES ('{letter}')")
    return name


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {0}_A.S.T SWAP WITH {0}_B.S.T",
        "ALTER SCHEMA {0}_A.S SWAP WITH {0}_B.S",
        "ALTER DATABASE {0}_A SWAP WITH {0}_B",
    ],
)
def test_names_are_exchanged(rows: Rows, place: str, statement: str) -> None:
    rows(statement.format(place))
    assert rows(f"SELECT X FROM {place}_A.S.T") == [{"X": "B"}]
    assert rows(f"SELECT X FROM {place}_B.S.T") == [{"X": "A"}]


def test_privileges_go_with_the_object(rows: Rows, place: str) -> None:
    rows(f"GRANT SELECT ON TABLE {place}_A.S.T TO ROLE PUBLIC")
    rows(f"ALTER TABLE {place}_A.S.T SWAP WITH {place}_B.S.T")
    held = {
        letter: [r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {place}_{letter}.S.T")]
        for letter in ("A", "B")
    }
    assert held == {"A": ["OWNERSHIP"], "B": ["OWNERSHIP", "SELECT"]}


def test_streams_on_both_go_stale(rows: Rows, place: str) -> None:
    for letter in ("A", "B"):
        rows(f"CREATE STREAM {place}_{letter}.S.ST ON TABLE {place}_{letter}.S.T")
    rows(f"ALTER TABLE {place}_A.S.T SWAP WITH {place}_B.S.T")
    for letter in ("A", "B"):
        assert error_of(lambda db=letter: rows(f"SELECT * FROM {place}_{db}.S.ST"))[0] == 91901


def test_streams_survive_the_swap_of_their_database(rows: Rows, place: str) -> None:
    rows(f"CREATE STREAM {place}_A.S.ST ON TABLE {place}_A.S.T")
    rows(f"ALTER DATABASE {place}_A SWAP WITH {place}_B", f"INSERT INTO {place}_B.S.T VALUES ('C')")
    assert rows(f"SELECT X FROM {place}_B.S.ST") == [{"X": "C"}]


def test_both_must_be_owned(rows: Rows, place: str) -> None:
    rows(f"CREATE ROLE {place}_R", f"GRANT ROLE {place}_R TO USER SNOWLANE")
    for letter in ("A", "B"):
        rows(f"GRANT USAGE ON DATABASE {place}_{letter} TO ROLE {place}_R")
        rows(f"GRANT USAGE ON SCHEMA {place}_{letter}.S TO ROLE {place}_R")
    rows(f"GRANT OWNERSHIP ON TABLE {place}_A.S.T TO ROLE {place}_R")
    rows(f"GRANT SELECT ON TABLE {place}_B.S.T TO ROLE {place}_R")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {place}_R")
    swapping = f"ALTER TABLE {place}_A.S.T SWAP WITH {place}_B.S.T"
    assert error_of(lambda: rows(swapping))[0] == 3001


@pytest.mark.parametrize(
    ("other", "number"), [("{0}_B.S.NONE", 2003), ("{0}_A.S.T", 1422), ("{0}_A.S.V", 2203)]
)
def test_refusals(rows: Rows, place: str, other: str, number: int) -> None:
    rows(f"CREATE VIEW {place}_A.S.V AS SELECT 1 AS X")
    swapping = f"ALTER TABLE {place}_A.S.T SWAP WITH {other.format(place)}"
    assert error_of(lambda: rows(swapping))[0] == number
    assert rows(f"SELECT X FROM {place}_A.S.T") == [{"X": "A"}]
