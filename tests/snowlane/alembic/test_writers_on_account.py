"""Writers parked for a change of type and put back exactly as they were, on the local account."""

import pytest
from snowflake.connector.errors import ProgrammingError

CHANGE = (
    "op.change_column_type('t', 'q', 'NUMBER(10, 2)', old_type='VARCHAR(50)', schema='RAW.B',"
    " writers=('pipe RAW.B.P', 'pipe RAW.B.Q', 'task RAW.B.ROOT', 'task RAW.B.CHILD',"
    " 'task RAW.B.OFF'))"
)


@pytest.fixture
def written(raw):
    """A table that a running and a paused pipe, a graph of tasks and a suspended task write."""
    raw.sql("CREATE TABLE RAW.B.T (q VARCHAR(50))")
    raw.sql("INSERT INTO RAW.B.T VALUES ('1')")
    raw.sql("CREATE STAGE RAW.B.FILES")
    for pipe in ("P", "Q"):
        raw.sql(f"CREATE PIPE RAW.B.{pipe} AS COPY INTO RAW.B.T (q) FROM @RAW.B.FILES")
    raw.sql("ALTER PIPE RAW.B.Q SET PIPE_EXECUTION_PAUSED = TRUE")
    timing = "WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE'"
    insert = "AS INSERT INTO RAW.B.T (q) VALUES ('2')"
    raw.sql(f"CREATE TASK RAW.B.ROOT {timing} {insert}")
    raw.sql(f"CREATE TASK RAW.B.CHILD WAREHOUSE = COMPUTE_WH AFTER RAW.B.ROOT {insert}")
    raw.sql(f"CREATE TASK RAW.B.OFF {timing} {insert}")
    raw.sql("ALTER TASK RAW.B.CHILD RESUME")
    raw.sql("ALTER TASK RAW.B.ROOT RESUME")
    return raw


def states(raw) -> dict[str, str]:
    found = {row[1]: row[10] for row in raw.sql("SHOW TASKS IN SCHEMA RAW.B")}
    for pipe in ("P", "Q"):
        [[status]] = raw.sql(
            f"SELECT PARSE_JSON(SYSTEM$PIPE_STATUS('RAW.B.{pipe}')):executionState::VARCHAR"
        )
        found[pipe] = status
    return found


RUNNING = {
    "CHILD": "started",
    "OFF": "suspended",
    "ROOT": "started",
    "P": "RUNNING",
    "Q": "PAUSED",
}
PARKED = {
    "CHILD": "suspended",
    "OFF": "suspended",
    "ROOT": "suspended",
    "P": "PAUSED",
    "Q": "PAUSED",
}


def test_writers_are_parked_for_the_change_and_put_back_as_they_were(written) -> None:
    assert states(written) == RUNNING
    seen = []
    for statement in written.render(CHANGE):
        written.send(statement)
        if "RENAME COLUMN" in statement:
            seen.append(states(written))
    assert seen == [PARKED]
    assert states(written) == RUNNING
    assert written.tables() == {"T"}


def test_each_statement_about_writers_may_run_twice(written) -> None:
    for statement in written.render(CHANGE):
        written.send(statement)
        if "__PARKED" in statement and not statement.startswith("DROP"):
            written.send(statement)
    assert states(written) == RUNNING


def test_a_stopped_change_leaves_its_writers_parked_and_known(written) -> None:
    statements = written.render(CHANGE)
    cut_over = next(each for each in statements if "RENAME COLUMN" in each)
    for statement in statements[: statements.index(cut_over)]:
        written.send(statement)
    written.sql("INSERT INTO RAW.B.T (q) VALUES ('three')")
    with pytest.raises(ProgrammingError):
        written.send(cut_over)
    assert states(written) == PARKED
    written.sql("UPDATE RAW.B.T SET q = '3' WHERE q = 'three'")
    for statement in statements[statements.index(cut_over) :]:
        written.send(statement)
    assert states(written) == RUNNING


def test_writers_that_are_not_there_yet_are_left_out(raw) -> None:
    raw.sql("CREATE TABLE RAW.B.T (q VARCHAR(50))")
    raw.upgrade(CHANGE)
    assert raw.columns()["Q"] == "NUMBER(10,2)"
    assert raw.tables() == {"T"}
