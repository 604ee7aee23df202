"""Objects that share a request: recorded one by one, whatever stops it in between."""

import re

import pytest

from snowlane.errors import ExitCode

TABLE = "op.sql('CREATE SCHEMA DW.M')\nop.sql('CREATE TABLE DW.M.T (A INT, B INT)')"
VIEW = "CREATE OR REPLACE VIEW DW.M.{} COPY GRANTS AS SELECT {} FROM DW.M.{}\n"


@pytest.fixture
def names(account) -> tuple[str, str]:
    """The schema of the state tables, and the database of the objects."""
    text = (account.project / "envs" / "dev.toml").read_text()
    state = re.search(r'\[state\]\ndatabase = "(\w+)"', text)[1]
    return f"{state}.SNOWLANE_DEV", re.search(r'DW = "(\w+)"', text)[1]


def view(shop, name: str, columns: str, source: str = "T") -> None:
    shop.object(f"dw/m/views/{name.lower()}", VIEW.format(name, columns, source))


def journal(account, names) -> list[tuple]:
    """Name, last event and error of each object that was sent, in order."""
    table = f"{names[0]}.JOURNAL"
    return account.query(
        f"SELECT b.NAME, e.EVENT, e.ERROR FROM {table} b JOIN {table} e "
        "ON b.DEPLOYMENT_ID = e.DEPLOYMENT_ID AND b.ORDINAL = e.ORDINAL AND e.STAGE IS NULL "
        "WHERE b.STAGE = 'object' ORDER BY b.RECORDED_AT, b.ORDINAL"
    )


def times_run(account, names, what: str) -> int:
    ((count,),) = account.query(
        f"SELECT COUNT(*) FROM TABLE({names[1]}.INFORMATION_SCHEMA.QUERY_HISTORY("
        "RESULT_LIMIT => 10000)) WHERE EXECUTION_STATUS = 'SUCCESS' "
        f"AND STARTSWITH(QUERY_TEXT, 'CREATE OR REPLACE {what}')"
    )
    return count


def test_whole_texts_share_a_request_and_others_do_not(account, shop) -> None:
    shop.revision("r1", TABLE)
    view(shop, "V", "A")
    shop.object("dw/m/streams/s", "CREATE OR REPLACE STREAM DW.M.S COPY GRANTS ON TABLE DW.M.T\n")
    shop.object(
        "dw/m/views/kept",
        "CREATE OR REPLACE MATERIALIZED VIEW DW.M.KEPT COPY GRANTS AS SELECT A FROM DW.M.T\n",
    )
    shop.object(
        "dw/m/procedures/p",
        "CREATE OR REPLACE PROCEDURE DW.M.P() COPY GRANTS RETURNS INT LANGUAGE SQL AS\n"
        "$$BEGIN LET n INT := 1; RETURN :n; END$$\n",
    )
    shop.object(
        "dw/m/tasks/k",
        "CREATE OR REPLACE TASK DW.M.K WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS CALL DW.M.P()\n",
    )
    plan = account.snowlane("plan", "dev", "--format", "json").data
    requests = {each["name"]: each["requests"] for each in plan["stages"]}
    assert requests == {
        "r1": 2,
        "view DW.M.KEPT": 1,
        "stream DW.M.S": 1,
        "procedure DW.M.P()": 1,
        "task DW.M.K": 0,
        "view DW.M.V": 1,
    }
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    assert "Nothing to do" in account.snowlane("plan", "dev").out


def test_what_came_before_the_one_that_fails_is_recorded(account, shop, names) -> None:
    shop.revision("r1", TABLE)
    for name, columns in (("V1", "A"), ("V2", "B"), ("V3", "MISSING"), ("V4", "A")):
        view(shop, name, columns)
    failed = account.snowlane("migrate", "dev")
    assert failed.code == ExitCode.HALF_APPLIED, failed.err
    assert "dev: object view DW.M.V3, statement 1 of 1 failed" in failed.err
    assert "904 (42000)" in failed.err
    assert f"in: CREATE OR REPLACE VIEW {names[1]}.M.V3" in failed.err
    assert "correct migrations/objects/dw/m/views/v3.sql" in failed.err
    sent = journal(account, names)
    assert [(name, event) for name, event, _ in sent] == [
        ("view DW.M.V1", "DONE"),
        ("view DW.M.V2", "DONE"),
        ("view DW.M.V3", "FAILED"),
        ("view DW.M.V4", "FAILED"),
    ]
    assert sent[3][2] == "not begun: a statement before it in the same request failed"
    view(shop, "V3", "A")
    done = account.snowlane("migrate", "dev", "--format", "json")
    assert (done.code, done.data["statements_run"]) == (ExitCode.DONE, 2)
    for name in ("V1", "V2", "V3", "V4"):
        assert times_run(account, names, f"VIEW {names[1]}.M.{name} ") == 1, name


def test_one_that_must_follow_and_fails_is_due_again(account, shop, names) -> None:
    shop.revision("r1", TABLE)
    view(shop, "BELOW", "A, B")
    shop.object(
        "dw/m/views/upon",
        "CREATE OR REPLACE VIEW DW.M.UPON (X, Y) COPY GRANTS AS SELECT * FROM DW.M.BELOW\n",
    )
    star = ("--override", "lint=it takes all columns")
    assert account.snowlane("migrate", "dev", *star).code == ExitCode.DONE
    view(shop, "BELOW", "A")
    failed = account.snowlane("migrate", "dev", *star)
    assert failed.code == ExitCode.HALF_APPLIED, failed.err
    assert "object view DW.M.UPON, statement 1 of 1 failed" in failed.err
    plan = account.snowlane("plan", "dev", "--format", "json").data
    assert [each["name"] for each in plan["stages"]] == ["view DW.M.UPON"]


def test_a_request_that_was_cut_off_is_settled_from_history(account, shop, names) -> None:
    state, database = names
    shop.revision("r1", TABLE)
    for name in ("V1", "V2", "V3"):
        view(shop, name, "A")
    assert account.snowlane("migrate", "dev").code == ExitCode.DONE
    # What a block leaves that ended behind its second statement.
    objects = f"(SELECT ORDINAL FROM {state}.JOURNAL WHERE STAGE = 'object')"
    for statement in (
        f"DELETE FROM {state}.JOURNAL WHERE STAGE IS NULL AND ORDINAL IN {objects}",
        f"UPDATE {state}.JOURNAL SET HASH = 'of what history has not' WHERE NAME = 'view DW.M.V3'",
        f"UPDATE {state}.DEPLOYMENTS SET OUTCOME = 'running'",
        f"DELETE FROM {database.replace('DW', 'RAW', 1)}.METADATA.SNOWLANE_OBJECTS",
    ):
        account.query(statement)
    done = account.snowlane("migrate", "dev", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert [error for _, _, error in journal(account, names)[:3]] == [
        "settled from query history: it succeeded",
        "settled from query history: it succeeded",
        "settled from query history: it was never begun",
    ]
    assert done.data["statements_run"] == 3
