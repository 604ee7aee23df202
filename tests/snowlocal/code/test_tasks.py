"""Tasks: definition, states, the rules of graphs, and how they are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.snowlocal.conftest import Connect, error_of

Sql = Callable[..., list[Any]]
_WH = "WAREHOUSE = COMPUTE_WH"
_COLUMNS = (
    "created_on", "name", "id", "database_name", "schema_name", "owner", "comment", "warehouse", "schedule",
    "predecessors", "state", "definition", "condition", "allow_overlapping_execution", "error_integration",
    "last_committed_on", "last_suspended_on", "owner_role_type", "config", "budget", "task_relations",
    "last_suspended_reason",
)  # fmt: skip


def shown(sql: Sql, name: str, where: str) -> dict[str, Any]:
    """A row of SHOW TASKS by column."""
    rows = [dict(zip(_COLUMNS, row, strict=False)) for row in sql(f"SHOW TASKS IN SCHEMA {where}")]
    return next(row for row in rows if row["name"] == name)


@pytest.fixture
def graph(sql: Sql, schema: str) -> str:
    """A root, a child and a grandchild, all suspended; the name of their schema."""
    sql(
        f"CREATE TASK root {_WH} SCHEDULE = '60 MINUTE' AS SELECT 1",
        f"CREATE TASK child {_WH} AFTER root AS SELECT 2",
        f"CREATE TASK grandchild {_WH} AFTER child AS SELECT 3",
    )
    return schema


@pytest.mark.parametrize(
    ("definition", "number"),
    [
        ("SCHEDULE = '1 MINUTE' AS SELECT FROM FROM t", 1003),
        ("SCHEDULE = '1 MINUTE' AS BEGIN INSERT INTO; END", 1003),
        ("SCHEDULE = '1 MINUTE' AS BEGIN SELECT 1 END", 1003),
        ("SCHEDULE = 'sometimes' AS SELECT 1", 1008),
        ("SCHEDULE = '0 MINUTE' AS SELECT 1", 1008),
        ("SCHEDULE = 'USING CRON 61 * * * * UTC' AS SELECT 1", 1008),
        ("SCHEDULE = 'USING CRON 0 * * * * Nowhere/City' AS SELECT 1", 1008),
        ("CONFIG = 'not json' AS SELECT 1", 1008),
        ("USER_TASK_TIMEOUT_MS = 604800001 AS SELECT 1", 1008),
        ("WAREHOUSE = NOWHERE AS SELECT 1", 2003),
        ("ERROR_INTEGRATION = NOWHERE AS SELECT 1", 2003),
        ("AFTER nothing AS SELECT 1", 2003),
        ("FINALIZE = root AS SELECT 1", 2),
        ("TASK_AUTO_RETRY_ATTEMPTS = 2 AS SELECT 1", 2),
        ("WHEN CURRENT_DATE > '2020-01-01' AS SELECT 1", 2),
        ("WHEN (SELECT TRUE) AS SELECT 1", 2),
        ("TIMEZONE = 'Europe/Paris' AS SELECT 1", 2),
        ("NO_SUCH_THING = 1 AS SELECT 1", 1008),
    ],
)
def test_definitions_that_are_refused(sql: Sql, schema: str, definition: str, number: int) -> None:
    assert error_of(lambda: sql(f"CREATE TASK t {definition}"))[0] == number
    assert sql(f"SHOW TASKS IN SCHEMA {schema}") == []


@pytest.mark.parametrize(
    "definition",
    [
        "SCHEDULE = 'USING CRON 0 9-17 * * SUN America/Los_Angeles' AS CALL p()",
        "SCHEDULE = 'USING CRON */5 0 L 1,6 MON-FRI UTC' AS SELECT 1",
        "SCHEDULE = '10 SECONDS' AS SELECT 1",
        "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'XSMALL' SCHEDULE = '2 HOURS' AS SELECT 1",
        "WAREHOUSE = COMPUTE_WH CONFIG = '{\"a\": 1}' ALLOW_OVERLAPPING_EXECUTION = TRUE USER_TASK_TIMEOUT_MS = 60000 "
        "QUERY_TAG = 'x' COMMENT = 'it''s' WHEN SYSTEM$STREAM_HAS_DATA('s') AND NOT SYSTEM$STREAM_HAS_DATA('u') "
        "AS BEGIN LET x INT := 1; INSERT INTO t VALUES (:x); END",
        "WAREHOUSE = COMPUTE_WH AS DECLARE x INT; BEGIN x := 1; END",
        "WAREHOUSE = COMPUTE_WH AS EXECUTE IMMEDIATE $$ BEGIN RETURN 1; END $$",
    ],
)
def test_get_ddl_makes_the_same_task_again(sql: Sql, schema: str, definition: str) -> None:
    sql(f"CREATE TASK t {definition}")
    ddl = sql("SELECT GET_DDL('TASK', 't', TRUE)")[0][0]
    body = definition.partition(" AS ")[2]
    assert ddl.startswith(f"create or replace task {schema}.T")
    assert ddl.endswith(f"as {body};")
    before = shown(sql, "T", schema)
    sql(ddl)
    after = shown(sql, "T", schema)
    assert {k: v for k, v in after.items() if k not in ("created_on", "id")} == {
        k: v for k, v in before.items() if k not in ("created_on", "id")
    }


def test_a_task_arrives_suspended_also_when_replaced(sql: Sql, schema: str) -> None:
    sql(f"CREATE TASK t {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1", "ALTER TASK t RESUME")
    assert shown(sql, "T", schema)["state"] == "started"
    sql(f"CREATE OR REPLACE TASK t {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1")
    row = shown(sql, "T", schema)
    assert (row["state"], row["last_committed_on"]) == ("suspended", None)


def test_a_started_task_must_be_suspended_before_it_changes(sql: Sql, schema: str) -> None:
    sql(f"CREATE TASK t {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1", "ALTER TASK t RESUME")
    for change in (
        "SET SCHEDULE = '5 MINUTE'",
        "MODIFY AS SELECT 2",
        "SET COMMENT = 'x'",
        "UNSET SCHEDULE",
    ):
        number, text = error_of(lambda: sql(f"ALTER TASK t {change}"))  # noqa: B023
        assert number == 91421
        assert f"root task {schema}.T since that root task is not suspended" in text
    sql(
        "ALTER TASK t SUSPEND",
        "ALTER TASK t SET SCHEDULE = '5 MINUTE' COMMENT = 'x'",
        "ALTER TASK t MODIFY AS SELECT 2",
    )
    row = shown(sql, "T", schema)
    assert (row["schedule"], row["comment"], row["definition"]) == ("5 MINUTE", "x", "SELECT 2")
    assert row["last_suspended_reason"] == "USER_SUSPENDED"


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TASK child RESUME",
        "ALTER TASK grandchild SUSPEND",
        "ALTER TASK child MODIFY AS SELECT 9",
        "ALTER TASK child REMOVE AFTER root",
        f"CREATE OR REPLACE TASK child {_WH} AFTER root AS SELECT 9",
        f"CREATE TASK another {_WH} AFTER grandchild AS SELECT 9",
        "DROP TASK child",
        "DROP TASK root",
        f"CREATE OR REPLACE TASK root {_WH} SCHEDULE = '1 MINUTE' AS SELECT 9",
    ],
)
def test_a_graph_with_a_started_root_does_not_change(sql: Sql, graph: str, change: str) -> None:
    sql("ALTER TASK root RESUME")
    number, text = error_of(lambda: sql(change))
    assert (number, f"{graph}.ROOT" in text) == (91421, True)
    sql("ALTER TASK root SUSPEND", change)


def test_children_first_root_last(sql: Sql, graph: str) -> None:
    sql("ALTER TASK grandchild RESUME", "ALTER TASK child RESUME", "ALTER TASK root RESUME")
    assert {row[10] for row in sql(f"SHOW TASKS IN SCHEMA {graph}")} == {"started"}
    sql("ALTER TASK root SUSPEND", "ALTER TASK child SUSPEND")
    sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')")
    assert {row[10] for row in sql(f"SHOW TASKS IN SCHEMA {graph}")} == {"started"}


def test_predecessors_are_shown_with_their_full_names(sql: Sql, graph: str) -> None:
    row = shown(sql, "GRANDCHILD", graph)
    assert json.loads(row["predecessors"]) == [f"{graph}.CHILD"]
    assert json.loads(row["task_relations"]) == {"Predecessors": [f"{graph}.CHILD"]}
    assert f"after {graph}.CHILD" in sql("SELECT GET_DDL('TASK', 'grandchild')")[0][0]


def test_a_replaced_predecessor_keeps_its_followers(sql: Sql, graph: str) -> None:
    sql(f"CREATE OR REPLACE TASK child {_WH} AFTER root AS SELECT 22")
    assert json.loads(shown(sql, "GRANDCHILD", graph)["predecessors"]) == [f"{graph}.CHILD"]


def test_a_dropped_predecessor_leaves_a_suspended_root(sql: Sql, graph: str) -> None:
    sql("ALTER TASK grandchild RESUME", "DROP TASK child")
    row = shown(sql, "GRANDCHILD", graph)
    assert (json.loads(row["predecessors"]), row["state"]) == ([], "suspended")


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("ALTER TASK child ADD AFTER grandchild", 2),
        ("ALTER TASK child ADD AFTER child", 2),
        (f"CREATE OR REPLACE TASK child {_WH} AFTER grandchild AS SELECT 1", 2),
        ("ALTER TASK root ADD AFTER grandchild", 2),
        ("ALTER TASK child SET SCHEDULE = '1 MINUTE'", 2),
        (f"CREATE TASK x {_WH} SCHEDULE = '1 MINUTE' AFTER root AS SELECT 1", 2),
        ("ALTER TASK nothing RESUME", 2003),
        ("EXECUTE TASK nothing", 2003),
        ("EXECUTE TASK child", 2),
        ("EXECUTE TASK root RETRY LAST", 2),
    ],
)
def test_what_graphs_refuse(sql: Sql, graph: str, statement: str, number: int) -> None:
    assert error_of(lambda: sql(statement))[0] == number


def test_a_predecessor_lies_in_the_same_schema(sql: Sql, graph: str) -> None:
    sql(f"CREATE OR REPLACE SCHEMA {graph}_OTHER")
    assert error_of(lambda: sql(f"CREATE TASK x {_WH} AFTER {graph}.root AS SELECT 1"))[0] == 2


def test_a_task_that_nothing_starts_cannot_be_resumed(sql: Sql, schema: str) -> None:
    sql(f"CREATE TASK t {_WH} AS SELECT 1")
    assert error_of(lambda: sql("ALTER TASK t RESUME"))[0] == 1008


def test_add_and_remove_after_and_when(sql: Sql, graph: str) -> None:
    sql(f"CREATE TASK more {_WH} AFTER root AS SELECT 4", "ALTER TASK grandchild ADD AFTER more")
    assert json.loads(shown(sql, "GRANDCHILD", graph)["predecessors"]) == [
        f"{graph}.CHILD",
        f"{graph}.MORE",
    ]
    sql(
        "ALTER TASK grandchild REMOVE AFTER child",
        "ALTER TASK grandchild MODIFY WHEN SYSTEM$STREAM_HAS_DATA('s')",
    )
    row = shown(sql, "GRANDCHILD", graph)
    assert (json.loads(row["predecessors"]), row["condition"]) == (
        [f"{graph}.MORE"],
        "SYSTEM$STREAM_HAS_DATA('s')",
    )
    sql("ALTER TASK grandchild REMOVE WHEN")
    assert shown(sql, "GRANDCHILD", graph)["condition"] is None


def test_a_clone_is_suspended_and_keeps_to_itself(sql: Sql, graph: str) -> None:
    sql(
        f"CREATE OR REPLACE TASK {graph}.grandchild {_WH} AFTER {graph}.child AS INSERT INTO {graph}.t SELECT 1"
    )
    sql(f"ALTER TASK {graph}.grandchild RESUME", f"ALTER TASK {graph}.root RESUME")
    sql(f"CREATE OR REPLACE SCHEMA {graph}_COPY CLONE {graph}")
    row = shown(sql, "GRANDCHILD", f"{graph}_COPY")
    assert json.loads(row["predecessors"]) == [f"{graph}_COPY.CHILD"]
    assert row["definition"] == f"INSERT INTO {graph}.t SELECT 1"
    assert {r[10] for r in sql(f"SHOW TASKS IN SCHEMA {graph}_COPY")} == {"suspended"}
    assert shown(sql, "ROOT", graph)["state"] == "started"


def test_privileges(sql: Sql, schema: str, connect: Connect) -> None:
    role = f"OPS_{schema.split('.')[1]}"
    sql(
        f"CREATE OR REPLACE ROLE {role}",
        f"GRANT ROLE {role} TO USER SNOWLANE",
        f"GRANT USAGE ON DATABASE TESTS TO ROLE {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO ROLE {role}",
        f"GRANT CREATE TASK ON SCHEMA {schema} TO ROLE {role}",
        f"GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE {role}",
        f"CREATE TASK t {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1",
        f"GRANT MONITOR ON TASK t TO ROLE {role}",
    )
    other = connect().cursor()
    for statement in ("USE SECONDARY ROLES NONE", f"USE ROLE {role}", f"USE SCHEMA {schema}"):
        other.execute(statement)
    for statement in ("ALTER TASK t RESUME", "EXECUTE TASK t", "DROP TASK t"):
        assert error_of(lambda: other.execute(statement))[0] == 3001  # noqa: B023
    sql(f"GRANT OPERATE ON TASK t TO ROLE {role}")
    other.execute("ALTER TASK t RESUME")
    other.execute(f"CREATE TASK own {_WH} SCHEDULE = '1 MINUTE' AS SELECT 1")
    for statement in ("ALTER TASK own RESUME", "EXECUTE TASK own"):
        number, text = error_of(lambda: other.execute(statement))  # noqa: B023
        assert (number, "EXECUTE TASK privilege must be granted to owner role" in text) == (
            91089,
            True,
        )
    sql(f"GRANT EXECUTE TASK ON ACCOUNT TO ROLE {role}")
    other.execute("ALTER TASK own RESUME")
