"""CLONE: what a copy holds, whose it is, what it still points at, and what of Time Travel can be true here."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


@pytest.fixture
def source(rows: Rows, name: str) -> str:
    """A database whose schema S has a table with two rows and what else there is, all of it qualified."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.S")
    rows("CREATE TABLE T (A NUMBER) COMMENT = 'base'", "INSERT INTO T VALUES (1), (2)")
    rows(f"CREATE VIEW V AS SELECT A FROM {name}.S.T", "CREATE SEQUENCE SQ START 7")
    rows("CREATE STREAM A_STREAM ON TABLE T", "INSERT INTO T VALUES (3)")
    rows("CREATE STAGE INTERNAL_STAGE", "CREATE STAGE EXTERNAL_STAGE URL = 's3://bucket/path/'")
    rows("CREATE FILE FORMAT F TYPE = CSV")
    rows(
        f"CREATE TASK ROOT WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' AS INSERT INTO {name}.S.T VALUES (9)",
        "CREATE TASK CHILD WAREHOUSE = COMPUTE_WH AFTER ROOT AS SELECT 1",
        "ALTER TASK CHILD RESUME",
        "ALTER TASK ROOT RESUME",
    )
    rows("CREATE PROCEDURE P(A VARCHAR) RETURNS VARCHAR LANGUAGE SQL AS 'BEGIN RETURN A; END'")
    return name


def _names(rows: Rows, statement: str) -> list[str]:
    return [row["name"] for row in rows(statement)]


def _count(rows: Rows, relation: str) -> int:
    return int(rows(f"SELECT COUNT(*) AS N FROM {relation}")[0]["N"])


def test_a_clone_has_its_own_rows(rows: Rows, source: str) -> None:
    copy = f"{source}_C"
    rows(f"CREATE DATABASE {copy} CLONE {source}")
    assert _count(rows, f"{copy}.S.T") == 3
    rows(f"INSERT INTO {copy}.S.T VALUES (4)", f"DELETE FROM {source}.S.T")
    assert (_count(rows, f"{copy}.S.T"), _count(rows, f"{source}.S.T")) == (4, 0)


def test_the_clone_is_current_and_its_own(rows: Rows, source: str) -> None:
    rows(f"CREATE ROLE {source}_R", f"GRANT USAGE ON DATABASE {source} TO ROLE {source}_R")
    rows(f"GRANT SELECT ON TABLE {source}.S.T TO ROLE {source}_R")
    rows(f"CREATE DATABASE {source}_C CLONE {source}")
    assert rows("SELECT CURRENT_DATABASE() AS D") == [{"D": f"{source}_C"}]
    container = {r["privilege"] for r in rows(f"SHOW GRANTS ON DATABASE {source}_C")}
    child = {r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {source}_C.S.T")}
    assert (container, child) == ({"OWNERSHIP"}, {"OWNERSHIP", "SELECT"})


def test_texts_still_point_at_the_source(rows: Rows, source: str) -> None:
    copy = f"{source}_C"
    rows(f"CREATE DATABASE {copy} CLONE {source}", f"INSERT INTO {copy}.S.T VALUES (4)")
    assert _count(rows, f"{copy}.S.V") == 3
    (task,) = rows(f"SHOW TASKS LIKE 'ROOT' IN DATABASE {copy}")
    assert f"{source}.S.T" in task["definition"]


def test_tasks_arrive_suspended_and_follow_their_own_root(rows: Rows, source: str) -> None:
    copy = f"{source}_C"
    rows(f"CREATE DATABASE {copy} CLONE {source}")
    tasks = {r["name"]: r for r in rows(f"SHOW TASKS IN DATABASE {copy}")}
    assert {r["state"] for r in tasks.values()} == {"suspended"}
    assert f"{copy}.S.ROOT" in tasks["CHILD"]["predecessors"]
    assert {r["state"] for r in rows(f"SHOW TASKS IN DATABASE {source}")} == {"started"}


def test_streams_follow_the_cloned_table_from_now_on(rows: Rows, source: str) -> None:
    copy = f"{source}_C"
    rows(f"CREATE DATABASE {copy} CLONE {source}")
    assert rows(f"SELECT A FROM {copy}.S.A_STREAM") == []
    rows(f"INSERT INTO {copy}.S.T VALUES (4)")
    assert rows(f"SELECT A FROM {copy}.S.A_STREAM") == [{"A": 4}]
    assert rows(f"SELECT A FROM {source}.S.A_STREAM") == [{"A": 3}]


def test_internal_stages_only_when_asked_for(rows: Rows, source: str) -> None:
    rows(f"CREATE DATABASE {source}_C CLONE {source}")
    assert _names(rows, f"SHOW STAGES IN DATABASE {source}_C") == ["EXTERNAL_STAGE"]
    rows(f"CREATE DATABASE {source}_D CLONE {source} INCLUDE INTERNAL STAGES")
    both = ["EXTERNAL_STAGE", "INTERNAL_STAGE"]
    assert _names(rows, f"SHOW STAGES IN DATABASE {source}_D") == both


def test_pipes_arrive_stopped_and_those_on_internal_stages_not_at_all(
    rows: Rows, source: str
) -> None:
    for pipe, options, stage in (
        ("AUTO", "AUTO_INGEST = TRUE", "EXTERNAL_STAGE"),
        ("PLAIN", "", "EXTERNAL_STAGE"),
        ("HIDDEN", "", "INTERNAL_STAGE"),
    ):
        rows(
            f"CREATE PIPE {source}.S.{pipe} {options} AS COPY INTO {source}.S.T FROM @{source}.S.{stage}"
        )
    rows(f"CREATE DATABASE {source}_C CLONE {source} INCLUDE INTERNAL STAGES")
    assert _names(rows, f"SHOW PIPES IN DATABASE {source}_C") == ["AUTO", "PLAIN"]
    for pipe, state in (("AUTO", "STOPPED_CLONED"), ("PLAIN", "PAUSED")):
        (status,) = rows(f"SELECT SYSTEM$PIPE_STATUS('{source}_C.S.{pipe}') AS S")
        assert f'"executionState": "{state}"' in status["S"]


def test_what_the_role_does_not_own_is_left_out(rows: Rows, source: str) -> None:
    rows(f"CREATE ROLE {source}_R", f"GRANT ROLE {source}_R TO USER SNOWLANE")
    rows(f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {source}_R")
    rows(f"GRANT USAGE ON DATABASE {source} TO ROLE {source}_R")
    rows(f"GRANT USAGE ON SCHEMA {source}.S TO ROLE {source}_R")
    rows(f"CREATE TABLE {source}.S.HIDDEN (A NUMBER)")
    rows(f"GRANT SELECT ON TABLE {source}.S.T TO ROLE {source}_R")
    rows(f"GRANT SELECT ON STREAM {source}.S.A_STREAM TO ROLE {source}_R")
    rows(f"GRANT MONITOR ON TASK {source}.S.ROOT TO ROLE {source}_R")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {source}_R")
    rows(f"CREATE DATABASE {source}_C CLONE {source}", "USE ROLE ACCOUNTADMIN")
    (table,) = rows(f"SHOW TABLES IN DATABASE {source}_C")
    assert (table["name"], table["owner"]) == ("T", "ACCOUNTADMIN")
    assert rows(f"SHOW STREAMS IN DATABASE {source}_C") == []
    assert rows(f"SHOW TASKS IN DATABASE {source}_C") == []
    (database,) = rows(f"SHOW DATABASES LIKE '{source}\\\\_C'")
    assert database["owner"] == f"{source}_R"


def test_children_stay_their_owners(rows: Rows, source: str) -> None:
    rows(f"CREATE ROLE {source}_R", f"GRANT ROLE {source}_R TO USER SNOWLANE")
    rows(f"GRANT USAGE ON DATABASE {source} TO ROLE {source}_R")
    rows(f"GRANT OWNERSHIP ON TABLE {source}.S.T TO ROLE {source}_R")
    rows(f"GRANT OWNERSHIP ON SCHEMA {source}.S TO ROLE {source}_R")
    rows(f"CREATE DATABASE {source}_C CLONE {source}")
    (table,) = rows(f"SHOW TABLES IN DATABASE {source}_C")
    assert table["owner"] == f"{source}_R"


def test_a_schema_and_a_table(rows: Rows, source: str) -> None:
    rows(f"CREATE SCHEMA {source}.S2 CLONE {source}.S")
    assert _names(rows, f"SHOW TABLES IN SCHEMA {source}.S2") == ["T"]
    rows(f"CREATE TABLE {source}.S2.T2 CLONE {source}.S.T")
    (table,) = rows(f"SHOW TABLES LIKE 'T2' IN SCHEMA {source}.S2")
    assert (table["rows"], table["comment"]) == (3, "base")


def test_grants_of_a_cloned_table(rows: Rows, source: str) -> None:
    rows(f"GRANT SELECT ON TABLE {source}.S.T TO ROLE PUBLIC")
    rows(f"CREATE TABLE {source}.S.A CLONE {source}.S.T")
    rows(f"CREATE TABLE {source}.S.B CLONE {source}.S.T COPY GRANTS")
    bare = [r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {source}.S.A")]
    kept = [r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {source}.S.B")]
    assert (bare, kept) == (["OWNERSHIP"], ["OWNERSHIP", "SELECT"])
    rows(f"GRANT INSERT ON TABLE {source}.S.A TO ROLE PUBLIC")
    rows(f"CREATE OR REPLACE TABLE {source}.S.A CLONE {source}.S.T COPY GRANTS")
    replaced = [r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {source}.S.A")]
    assert replaced == ["OWNERSHIP", "INSERT"]


def test_future_grants_are_cloned_with_their_container(rows: Rows, source: str) -> None:
    rows(f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {source}.S TO ROLE PUBLIC")
    rows(f"CREATE DATABASE {source}_C CLONE {source}", f"CREATE TABLE {source}_C.S.N (A NUMBER)")
    grants = [r["privilege"] for r in rows(f"SHOW GRANTS ON TABLE {source}_C.S.N")]
    assert grants == ["OWNERSHIP", "SELECT"]


def test_default_sequences_and_keys_inside_the_clone_are_the_clones(
    rows: Rows, source: str
) -> None:
    rows(f"CREATE TABLE {source}.S.K (A NUMBER PRIMARY KEY)")
    rows(
        f"CREATE TABLE {source}.S.D (N NUMBER DEFAULT {source}.S.SQ.NEXTVAL, A NUMBER REFERENCES {source}.S.K (A))"
    )
    rows(f"INSERT INTO {source}.S.D (A) VALUES (0)", f"CREATE DATABASE {source}_C CLONE {source}")
    for database in (source, f"{source}_C"):
        rows(f"INSERT INTO {database}.S.D (A) VALUES (1)")
        assert rows(f"SELECT N FROM {database}.S.D WHERE A = 1") == [{"N": 8}]
    (key,) = rows(f"SHOW IMPORTED KEYS IN TABLE {source}_C.S.D")
    assert key["pk_database_name"] == f"{source}_C"


def test_default_sequences_and_keys_outside_stay_the_sources(rows: Rows, source: str) -> None:
    rows(f"CREATE SCHEMA {source}.OTHER", f"CREATE TABLE {source}.S.K (A NUMBER PRIMARY KEY)")
    rows(
        f"CREATE TABLE {source}.OTHER.D (N NUMBER DEFAULT {source}.S.SQ.NEXTVAL, A NUMBER REFERENCES {source}.S.K (A))"
    )
    rows(f"CREATE SCHEMA {source}.OTHER2 CLONE {source}.OTHER")
    rows(
        f"INSERT INTO {source}.OTHER.D (A) VALUES (1)",
        f"INSERT INTO {source}.OTHER2.D (A) VALUES (1)",
    )
    assert rows(f"SELECT N FROM {source}.OTHER2.D") == [{"N": 8}]
    (key,) = rows(f"SHOW IMPORTED KEYS IN TABLE {source}.OTHER2.D")
    assert key["pk_schema_name"] == "S"


def test_replacing_and_names_that_are_taken(rows: Rows, source: str) -> None:
    rows(f"CREATE DATABASE {source}_C", f"CREATE TABLE {source}_C.PUBLIC.OLD (A NUMBER)")
    assert error_of(lambda: rows(f"CREATE DATABASE {source}_C CLONE {source}"))[0] == 2002
    rows(f"CREATE DATABASE IF NOT EXISTS {source}_C CLONE {source}")
    assert _names(rows, f"SHOW TABLES IN DATABASE {source}_C") == ["OLD"]
    rows(f"CREATE OR REPLACE DATABASE {source}_C CLONE {source}")
    assert _names(rows, f"SHOW TABLES IN DATABASE {source}_C") == ["T"]


def test_transient_stays_transient(rows: Rows, source: str) -> None:
    rows(f"CREATE TRANSIENT TABLE {source}.S.TT (A NUMBER)")
    refused = error_of(lambda: rows(f"CREATE TABLE {source}.S.X CLONE {source}.S.TT"))
    assert refused[0] == 2120
    rows(f"CREATE TRANSIENT TABLE {source}.S.X CLONE {source}.S.TT")
    assert rows(f"SHOW TABLES LIKE 'X' IN SCHEMA {source}.S")[0]["kind"] == "TRANSIENT"


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("CREATE DATABASE {0}_C CLONE NO_SUCH", 2003),
        ("CREATE TABLE {0}.S.X CLONE {0}.S.NONE", 2003),
        ("CREATE DATABASE {0}_C CLONE {0} BEFORE (STATEMENT => 'x')", 2),
        ("CREATE DATABASE {0}_C CLONE {0} AT (TIMESTAMP => '2020-01-01'::TIMESTAMP_LTZ)", 707),
        ("CREATE DATABASE {0}_C CLONE {0} AT (OFFSET => -3600)", 707),
        ("CREATE DATABASE {0}_C CLONE {0} AT (OFFSET => 60)", 707),
        ("CREATE TABLE {0}.S.X CLONE {0}.S.T AT (OFFSET => 'soon')", 1045),
    ],
)
def test_refusals(rows: Rows, source: str, statement: str, number: int) -> None:
    assert error_of(lambda: rows(statement.format(source)))[0] == number
    assert _names(rows, f"SHOW DATABASES LIKE '{source}%'") == [source]


def _now(rows: Rows) -> str:
    return str(rows("SELECT CURRENT_TIMESTAMP()::TIMESTAMP_NTZ::VARCHAR AS NOW")[0]["NOW"])


def test_at_an_instant_since_which_nothing_changed(rows: Rows, source: str) -> None:
    at = _now(rows)  # without a cast or zone it means UTC
    rows(f"CREATE DATABASE {source}_C CLONE {source} AT (TIMESTAMP => '{at}')")
    rows(f"CREATE DATABASE {source}_D CLONE {source} AT (TIMESTAMP => '{at}'::TIMESTAMP_LTZ)")
    assert _count(rows, f"{source}_C.S.T") == _count(rows, f"{source}_D.S.T") == 3


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE {0}.S.T ADD COLUMN B NUMBER",
        "CREATE OR REPLACE TABLE {0}.S.T (A NUMBER)",
        "DROP TABLE {0}.S.T",
        "DROP STREAM {0}.S.A_STREAM",
    ],
)
def test_after_some_changes_the_instant_before_is_gone(
    rows: Rows, source: str, change: str
) -> None:
    at = _now(rows)
    rows(change.format(source))
    cloning = f"CREATE DATABASE {source}_C CLONE {source} AT (TIMESTAMP => '{at}'::TIMESTAMP_LTZ)"
    number, text = error_of(lambda: rows(cloning))
    assert number == 707
    assert "Time travel data is not available" in text


def test_a_table_that_parts_from_its_clone_counts_on_and_keeps_its_definition(
    rows: Rows, source: str
) -> None:
    rows(
        "CREATE TABLE N (ID NUMBER AUTOINCREMENT, A NUMBER)",
        "INSERT INTO N (A) VALUES (1), (2)",
        "CREATE TABLE M CLONE N",
    )
    before = rows("SELECT GET_DDL('TABLE', 'N') AS T")
    rows("INSERT INTO N (A) VALUES (3)")
    assert rows("SELECT GET_DDL('TABLE', 'N') AS T") == before
    assert [row["ID"] for row in rows("SELECT ID FROM N ORDER BY A")] == [1, 2, 3]
