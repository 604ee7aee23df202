"""`env refresh`: a standing qa that is in use is made anew from prod, whatever stops that on the way.

One account and one qa for all tests, in the order in which they stand here.
"""

import contextlib

import pytest
from tests.snowlane.commands.env.shop import everything

from extents import CLONES
from snowlane.errors import ExitCode
from snowlane.snowflake.session import Session

LEASES = (
    "UTILITY.SNOWLANE_QA.LEASE",
    "UTILITY.SNOWLANE_QA_REFRESH.LEASE",
    "UTILITY.SNOWLANE_PROD.LEASE",
)
STEPS = "SELECT STATE, STEP FROM UTILITY.SNOWLANE_AD_HOC.ENVIRONMENTS"
REFRESH = ("env", "refresh", "qa", "--yes")
# What qa's own people have and run there; of the table GONE prod knows nothing.
OWN = (
    "CREATE TABLE QA_RAW.S.GONE (A INT)",
    "GRANT USAGE ON DATABASE QA_RAW TO ROLE READER_QA",
    "GRANT USAGE ON SCHEMA QA_RAW.S TO ROLE READER_QA",
    "GRANT SELECT ON TABLE QA_RAW.S.CUSTOMERS TO ROLE READER_QA WITH GRANT OPTION",
    "GRANT SELECT ON TABLE QA_RAW.S.GONE TO ROLE READER_QA",
    "GRANT USAGE ON PROCEDURE QA_DW.M.ADD_SALE(INT) TO ROLE READER_QA",
    "GRANT SELECT ON FUTURE TABLES IN SCHEMA QA_RAW.S TO ROLE READER_QA",
    "CREATE DYNAMIC TABLE QA_DW.M.TOTALS TARGET_LAG = '1 day' WAREHOUSE = WH_QA AS "
    "SELECT COUNT(*) AS N FROM QA_RAW.S.CUSTOMERS",
    "GRANT OWNERSHIP ON DYNAMIC TABLE QA_DW.M.TOTALS TO ROLE DEPLOY_QA",
    "COMMENT ON DATABASE QA_DW IS 'of the analysts'",
    "ALTER TASK QA_DW.M.CHILD RESUME",
    "ALTER TASK QA_DW.M.ROOT RESUME",
    "ALTER ALERT QA_RAW.S.MANY RESUME",
)


class Killed(BaseException):
    """The client is gone: nothing of it handles this, and nothing more is sent."""


@pytest.fixture(scope="module")
def qa(prod):
    done = prod.snowlane("migrate", "qa", "--yes")
    assert done.code == 0, done.err
    for statement in OWN:
        prod.query(statement, warehouse="WH_QA")
    # Once, so that the role that copies is there and may give on future objects.
    prod.query("CREATE ROLE IF NOT EXISTS CLONER")
    prod.query("GRANT MANAGE GRANTS ON ACCOUNT TO ROLE CLONER")
    yield prod
    prod.query("REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE CLONER")


@pytest.fixture
def strike(monkeypatch):
    """Have the n-th statement from now on be the last that this client sends, or not even that."""
    send = Session.execute

    def at(number, error=Killed, only=""):
        left = [number]

        def execute(session, text, **options):
            if only in text:
                left[0] -= 1
            if left[0] == 0 or (left[0] < 0 and error is Killed):
                left[0] = min(left[0], -1)
                raise error
            return send(session, text, **options)

        monkeypatch.setattr(Session, "execute", execute)
        return left

    yield at
    monkeypatch.undo()


def running(account):
    """What runs by itself in qa."""
    found = [
        f"{kind} {row['name']}"
        for kind, place in (("TASKS", "DW"), ("ALERTS", "RAW"))
        for row in account.rows(f"SHOW {kind} IN DATABASE QA_{place}")
        if row["state"] == "started"
    ]
    found += [
        row["name"]
        for row in account.rows("SHOW DYNAMIC TABLES IN DATABASE QA_DW")
        if row["scheduling_state"] != "SUSPENDED"
    ]
    for pipe in ("OUTSIDE_PIPE", "INSIDE_PIPE"):
        ((status,),) = account.query(f"SELECT SYSTEM$PIPE_STATUS('QA_RAW.S.{pipe}')")
        found += [pipe] if '"RUNNING"' in status else []
    return found


ALL = ["TASKS CHILD", "TASKS ROOT", "ALERTS MANY", "TOTALS", "OUTSIDE_PIPE", "INSIDE_PIPE"]


def content(account):
    """What qa holds, who may read it, and what runs."""
    found = {}
    for database in ("QA_RAW", "QA_DW"):
        ((script,),) = account.query(f"SELECT GET_DDL('DATABASE', '{database}', TRUE)")
        found[database] = script.partition(";")[2]
    for table in ("QA_RAW.S.CUSTOMERS", "QA_RAW.S.MASKED", "QA_DW.M.SALES", "QA_DW.M.PEOPLE"):
        found[table] = sorted(account.query(f"SELECT * FROM {table}"))
    grants = account.rows("SHOW GRANTS TO ROLE READER_QA")
    found["grants"] = sorted(
        (row["privilege"], row["name"], row["grant_option"])
        for row in grants
        if row["name"].startswith(("QA_RAW", "QA_DW"))
    )
    found["future"] = account.query("SHOW FUTURE GRANTS IN SCHEMA QA_RAW.S")[0][1:]
    return found | {"running": running(account)}


def state_of(account, name):
    rows = account.query(f"{STEPS} WHERE NAME = '{name}'")
    return rows[0][0] if rows else None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("qa",), 3, "making qa anew must be confirmed"),
        (("prod", "--yes"), 3, "prod is protected"),
        (("nowhere", "--yes"), 2, "there is no environment 'nowhere'"),
        (("qa", "--yes", "--grace", "soon"), 2, "'soon' is not usable"),
    ],
)
def test_what_is_refused_before_anything(qa, arguments, code, said):
    refused = qa.snowlane("env", "refresh", *arguments)
    assert (refused.code, refused.out) == (code, ""), refused.err
    assert said in refused.err
    assert not [row for row in qa.rows("SHOW DATABASES") if row["name"].startswith("QA_REFRESH")]


def test_a_half_applied_qa_is_refused(qa):
    table = "UTILITY.SNOWLANE_QA"
    for statement in (
        f"INSERT INTO {table}.DEPLOYMENTS (ID, NUMBER, STARTED_AT, OUTCOME, BUNDLE, STATEMENTS_RUN) "
        "SELECT 'half', 1000, SYSDATE(), 'half-applied', 'x', 1",
        f"INSERT INTO {table}.JOURNAL (DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, STAGE, NAME, "
        "STATEMENT_INDEX, STATEMENT_COUNT, HASH) SELECT 'half', 1, 'DONE', SYSDATE(), 'upgrade', "
        "'r9', 1, 2, 'h'",
    ):
        qa.query(statement)
    try:
        refused = qa.snowlane(*REFRESH)
        assert refused.code == ExitCode.REFUSED
        assert "finish it first: `snowlane migrate qa`" in refused.err
    finally:
        qa.query(f"DELETE FROM {table}.DEPLOYMENTS WHERE ID = 'half'")
        qa.query(f"DELETE FROM {table}.JOURNAL WHERE DEPLOYMENT_ID = 'half'")


def test_a_qa_in_use_is_left_as_it_is(qa):
    before = everything(qa, "QA_RAW", "QA_DW")
    qa.query(
        f"UPDATE {LEASES[0]} SET TOKEN = 't', OWNER = 'BOB', SESSION_ID = '1', "
        "ACQUIRED_AT = SYSDATE(), EXPIRES_AT = DATEADD(minute, 2, SYSDATE())"
    )
    refused = qa.snowlane(*REFRESH)
    assert refused.code == ExitCode.LOCKED
    assert "wait for it, then run `snowlane env refresh qa` again" in refused.err
    assert everything(qa, "QA_RAW", "QA_DW") == before
    assert state_of(qa, "qa_refresh") == "ready"
    qa.query(f"UPDATE {LEASES[0]} SET TOKEN = NULL, OWNER = NULL, EXPIRES_AT = NULL")


def test_a_clone_that_only_has_the_name_of_the_copy_is_not_taken_for_it(qa):
    table = "UTILITY.SNOWLANE_AD_HOC.ENVIRONMENTS"
    ((stages,),) = qa.query(f"SELECT STAGES FROM {table} WHERE NAME = 'qa_refresh'")
    before = everything(qa, "QA_RAW", "QA_DW")
    # As one that somebody made: without the addresses of qa.
    qa.query(f"UPDATE {table} SET STAGES = '{{}}' WHERE NAME = 'qa_refresh'")
    for state in ("ready", "failed"):
        qa.query(f"UPDATE {table} SET STATE = '{state}' WHERE NAME = 'qa_refresh'")
        refused = qa.snowlane(*REFRESH)
        assert (refused.code, refused.out) == (ExitCode.REFUSED, "")
        assert "qa_refresh is not the copy with which qa is made anew" in refused.err
        assert "drop it, `snowlane env drop qa_refresh`" in refused.err
    assert everything(qa, "QA_RAW", "QA_DW") == before
    qa.query(f"UPDATE {table} SET STATE = 'ready', STAGES = '{stages}' WHERE NAME = 'qa_refresh'")


def test_interrupted_before_the_exchange_everything_runs_as_before(qa, strike):
    assert running(qa) == ALL
    # The second time, when what runs has been suspended.
    strike(1, KeyboardInterrupt, only="OBJECT_PRIVILEGES")
    stopped = qa.snowlane(*REFRESH)
    assert stopped.code == ExitCode.FAILED, stopped.err
    assert "going on with the copy qa_refresh of prod" in stopped.err
    assert "stopped before anything was exchanged" in stopped.err
    assert "suspending task QA_DW.M.ROOT" in stopped.err
    assert running(qa) == ALL
    assert (state_of(qa, "qa"), state_of(qa, "qa_refresh")) == (None, "ready")
    assert qa.snowlane("plan", "qa").code == 0


def test_an_exchange_refused_in_the_middle_is_finished_by_the_same_command(qa, strike):
    before = everything(qa, "PROD_RAW", "PROD_DW")
    qa.query("GRANT USAGE ON DATABASE QA_REFRESH_DW TO ROLE CLONER")
    qa.query("GRANT OWNERSHIP ON DATABASE QA_REFRESH_DW TO ROLE ACCOUNTADMIN COPY CURRENT GRANTS")
    stopped = qa.snowlane(*REFRESH)
    assert stopped.code == ExitCode.HALF_APPLIED, stopped.err
    assert "the refresh of qa is not finished" in stopped.err
    assert "run `snowlane env refresh qa` again: it goes on" in stopped.err
    assert qa.query("SELECT DISTINCT NAME FROM QA_RAW.S.CUSTOMERS") == [("***",)]
    assert "ROOT" not in str(running(qa))
    # The reader's access was there at once, and nobody else comes in between.
    assert ("SELECT", "QA_RAW.S.CUSTOMERS") in [
        (row["privilege"], row["name"]) for row in qa.rows("SHOW GRANTS TO ROLE READER_QA")
    ]
    for command in (("plan", "qa"), ("migrate", "qa", "--yes"), ("pipeline", "resume", "qa")):
        refused = qa.snowlane(*command)
        assert refused.code == ExitCode.REFUSED, (command, refused.out, refused.err)
        assert "finish it: `snowlane env refresh qa`" in refused.err
    for command in ("drop", "show"):
        other = qa.snowlane("env", command, "qa_refresh", *(["--yes"] if command == "drop" else []))
        assert other.code == (ExitCode.REFUSED if command == "drop" else 0), other.err
    assert "QA_REFRESH_RAW" in str(qa.query("SHOW DATABASES"))

    qa.query("GRANT OWNERSHIP ON DATABASE QA_REFRESH_DW TO ROLE DEPLOY_QA COPY CURRENT GRANTS")
    done = qa.snowlane(*REFRESH, "--format", "json")
    assert done.code == 0, done.err + done.out
    assert (done.data["source"], done.data["complete"], done.data["kept_as"]) == (
        "prod",
        True,
        "qa_refresh",
    )
    assert done.data["grants_gone"] == ["GRANT SELECT ON TABLE QA_RAW.S.GONE TO ROLE READER_QA"]
    assert everything(qa, "PROD_RAW", "PROD_DW") == before


def test_it_is_prods_copy_with_qas_own_grants_and_runs(qa):
    found = content(qa)
    assert "PROD" not in found["QA_RAW"] + found["QA_DW"]
    assert "QA_REFRESH" not in found["QA_RAW"] + found["QA_DW"]
    assert sorted(found["running"]) == sorted(ALL)
    assert set(found["grants"]) >= {
        ("USAGE", "QA_RAW.S", "false"),
        ("SELECT", "QA_RAW.S.CUSTOMERS", "true"),
        ("USAGE", "QA_DW.M.ADD_SALE(NUMBER)", "false"),
        ("SELECT", "QA_DW.M.NAMES", "false"),
    }
    assert found["future"][:3] == ("SELECT", "TABLE", "QA_RAW.S.<TABLE>")
    stages = {row["name"]: row["url"] for row in qa.rows("SHOW STAGES IN DATABASE QA_RAW")}
    assert stages == {"OUTSIDE": "s3://shop-qa/in/", "INSIDE": ""}
    comments = {row["name"]: row["comment"] for row in qa.rows("SHOW DATABASES")}
    assert comments["QA_DW"] == "of the analysts"
    verified = qa.snowlane("env", "verify", "qa")
    assert verified.code == 0, verified.out
    assert "Nothing to do" in qa.snowlane("plan", "qa").out
    newest = qa.snowlane("history", "qa").out.splitlines()
    assert "done" in newest[0]
    assert "made anew from prod" in newest[1]


def test_what_it_held_before_is_kept_and_used_by_nobody(qa):
    assert qa.query("SELECT COUNT(*) FROM QA_REFRESH_RAW.S.GONE") == [(0,)]
    assert state_of(qa, "qa_refresh") == "replaced"
    for command, said in (
        (("plan", "qa_refresh"), "what qa held before it was made anew"),
        (REFRESH, "`snowlane env drop qa_refresh` lets that go"),
    ):
        refused = qa.snowlane(*command)
        assert refused.code == ExitCode.REFUSED
        assert said in refused.err
    qa.query(
        "UPDATE UTILITY.SNOWLANE_AD_HOC.ENVIRONMENTS SET EXPIRES_AT = "
        "DATEADD(hour, -1, SYSDATE()) WHERE NAME = 'qa_refresh'"
    )
    collected = qa.snowlane("env", "gc", "--yes")
    assert "qa_refresh" in collected.out, collected.err
    assert "QA_REFRESH" not in str(qa.query("SHOW DATABASES"))


@CLONES.whole_only
def test_killed_between_any_two_statements_it_goes_on(qa, strike, monkeypatch):
    wanted = content(qa)
    # First when the copy is made, then later and later in what follows.
    strike(1, only="answers VARCHAR")
    at, done, steps = 0, None, set()
    while done is None:
        with contextlib.suppress(Killed):
            done = qa.snowlane(*REFRESH, "--grace", "0", "--format", "json")
        monkeypatch.undo()
        expire(qa)
        steps |= set(qa.query(f"{STEPS} WHERE NAME = 'qa'"))
        at += 1
        strike(at)
    monkeypatch.undo()
    assert done.code == 0, done.err
    assert len(steps) > 4, steps
    assert content(qa) == wanted
    assert "QA_REFRESH" not in str(qa.query("SHOW DATABASES"))


def expire(account):
    """Let the killed client's leases be past, as they are after two minutes."""
    for table in LEASES:
        if table.split(".")[1] in str(account.query("SHOW SCHEMAS IN DATABASE UTILITY")):
            account.query(
                f"UPDATE {table} SET EXPIRES_AT = DATEADD(second, -1, SYSDATE()) "
                "WHERE TOKEN IS NOT NULL"
            )
