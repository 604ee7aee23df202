"""`env clone`: a copy that stands on its own, and leaves its source as it was byte for byte."""

import pytest
from tests.snowlane.commands.env.shop import everything


@pytest.fixture(scope="module")
def qa_ana(prod):
    before = everything(prod, "PROD_RAW", "PROD_DW")
    made = prod.snowlane("env", "clone", "prod", "qa_ana", "--ttl", "2d", "--format", "json")
    assert made.code == 0, made.err
    assert everything(prod, "PROD_RAW", "PROD_DW") == before
    return made


def contents_of(prod, database):
    """The statements of all that a database holds; its own comment says what it is a copy of."""
    ((script,),) = prod.query(f"SELECT GET_DDL('DATABASE', '{database}', TRUE)")
    return script.partition(";")[2]


def test_the_result_says_what_was_made(prod, qa_ana):
    data = qa_ana.data
    assert data["databases"] == {"RAW": "QA_ANA_RAW", "DW": "QA_ANA_DW"}
    assert (data["source"], data["like"], data["state"]) == ("prod", "qa", "ready")
    assert (data["revision"], data["complete"], data["left_out"]) == ("r1", True, [])
    assert data["notes"] == [
        "stage PROD_RAW.S.INSIDE: its files are not copied",
        "READER_PROD is given SELECT on all views that are made in QA_ANA_DW.M; a role with MANAGE "
        "GRANTS ends that: REVOKE SELECT ON FUTURE VIEWS IN SCHEMA QA_ANA_DW.M FROM ROLE READER_PROD",
    ]
    assert "[1/6] copying the databases" in qa_ana.err


def test_nothing_names_the_source(prod, qa_ana):
    for database in ("QA_ANA_RAW", "QA_ANA_DW"):
        assert "PROD" not in contents_of(prod, database)
        for kind in ("TASKS", "STREAMS", "ALERTS", "STAGES", "PIPES", "IMPORTED KEYS"):
            shown = prod.query(f"SHOW {kind} IN DATABASE {database}")
            assert "PROD_" not in str(shown), kind
    assert "shop-prod" not in str(prod.query("SHOW STAGES IN DATABASE QA_ANA_RAW"))


def test_everything_belongs_to_the_environments_role_and_runs_on_its_warehouse(prod, qa_ana):
    for kind in ("TABLES", "VIEWS", "TASKS", "STREAMS", "PIPES", "STAGES", "ALERTS", "SCHEMAS"):
        for database in ("QA_ANA_RAW", "QA_ANA_DW"):
            for row in prod.rows(f"SHOW {kind} IN DATABASE {database}"):
                if row["name"] != "INFORMATION_SCHEMA":
                    assert row["owner"] == "DEPLOY_QA", row
    tasks = prod.rows("SHOW TASKS IN DATABASE QA_ANA_DW")
    assert {row["warehouse"] for row in tasks} == {"WH_QA"}


def test_what_runs_by_itself_is_parked_and_keeps_its_graph(prod, qa_ana):
    tasks = {row["name"]: row for row in prod.rows("SHOW TASKS IN DATABASE QA_ANA_DW")}
    assert {row["state"] for row in tasks.values()} == {"suspended"}
    assert tasks["CHILD"]["predecessors"] == '["QA_ANA_DW.M.ROOT"]'
    assert tasks["ROOT"]["config"] == '{"from": "QA_ANA_RAW.S.CUSTOMERS"}'
    (alert,) = prod.rows("SHOW ALERTS IN DATABASE QA_ANA_RAW")
    assert alert["state"] == "suspended"
    for pipe in ("OUTSIDE_PIPE", "INSIDE_PIPE"):
        ((status,),) = prod.query(f"SELECT SYSTEM$PIPE_STATUS('QA_ANA_RAW.S.{pipe}')")
        assert '"executionState":"PAUSED"' in status.replace(" ", "")


def test_stages_are_internal_and_pipes_read_them(prod, qa_ana):
    stages = {row["name"]: row for row in prod.rows("SHOW STAGES IN DATABASE QA_ANA_RAW")}
    assert {name: row["url"] for name, row in stages.items()} == {"OUTSIDE": "", "INSIDE": ""}
    assert stages["OUTSIDE"]["comment"] == "where files arrive"
    options = prod.rows("DESCRIBE STAGE QA_ANA_RAW.S.OUTSIDE")
    assert {row["property_value"] for row in options if row["property"] == "SKIP_HEADER"} == {"1"}
    pipes = {row["name"]: row for row in prod.rows("SHOW PIPES IN DATABASE QA_ANA_RAW")}
    assert pipes["OUTSIDE_PIPE"]["definition"].endswith("FROM @QA_ANA_RAW.S.OUTSIDE")
    assert pipes["OUTSIDE_PIPE"]["comment"] == "loads customers"
    assert not pipes["OUTSIDE_PIPE"]["notification_channel"]


def test_the_sql_after_ran_before_access_was_given(prod, qa_ana):
    assert prod.query("SELECT DISTINCT NAME FROM QA_ANA_RAW.S.CUSTOMERS") == [("***",)]
    assert prod.query("SELECT N FROM QA_ANA_RAW.S.MASKED") == [(2,)]
    grants = prod.rows("SHOW GRANTS TO ROLE READER_QA")
    ours = [row for row in grants if row["name"].startswith("QA_ANA")]
    assert {(row["privilege"], row["name"]) for row in ours} == {
        ("USAGE", "QA_ANA_DW"),
        ("USAGE", "QA_ANA_DW.M"),
        ("SELECT", "QA_ANA_DW.M.NAMES"),
    }
    grants = prod.rows("SHOW GRANTS TO ROLE READER_PROD")
    assert not [row for row in grants if row["name"].startswith("QA_ANA")]


def test_comments_and_keys_are_kept(prod, qa_ana):
    views = {row["name"]: row for row in prod.rows("SHOW VIEWS IN DATABASE QA_ANA_DW")}
    assert views["NAMES"]["comment"] == "who they are"
    (key,) = prod.rows("SHOW IMPORTED KEYS IN DATABASE QA_ANA_DW")
    assert (key["fk_name"], key["pk_database_name"]) == ("OF_CUSTOMER", "QA_ANA_RAW")


def test_policies_and_tags_are_the_copys_own(prod, qa_ana):
    script = contents_of(prod, "QA_ANA_DW")
    assert "WITH MASKING POLICY QA_ANA_RAW.S.HIDE WITH TAG (QA_ANA_RAW.S.ABOUT='a name')" in script
    assert "ROW ACCESS POLICY QA_ANA_RAW.S.VISIBLE ON (ID)" in script
    assert "TAG (QA_ANA_RAW.S.ABOUT='people')" in script
    policies = prod.rows("SHOW MASKING POLICIES IN DATABASE QA_ANA_RAW")
    assert [(row["name"], row["comment"], row["owner"]) for row in policies] == [
        ("HIDE", "hides", "DEPLOY_QA")
    ]
    assert prod.query("SELECT COUNT(*) FROM QA_ANA_DW.M.PEOPLE") == [(1,)]


def test_dynamic_tables_are_suspended_on_the_copys_tables(prod, qa_ana):
    (table,) = prod.rows("SHOW DYNAMIC TABLES IN DATABASE QA_ANA_DW")
    assert (table["scheduling_state"], table["warehouse"]) == ("SUSPENDED", "WH_QA")
    assert "QA_ANA_RAW.S.CUSTOMERS" in table["text"]


def test_writes_to_the_copy_leave_the_source_as_it_was(prod, qa_ana, tmp_path):
    before = everything(prod, "PROD_RAW", "PROD_DW")
    (tmp_path / "more.csv").write_text("ID,NAME\n3,Cid\n")
    for statement in (
        f"PUT file://{tmp_path}/more.csv @QA_ANA_RAW.S.OUTSIDE",
        "ALTER PIPE QA_ANA_RAW.S.OUTSIDE_PIPE SET PIPE_EXECUTION_PAUSED = FALSE",
        "ALTER PIPE QA_ANA_RAW.S.OUTSIDE_PIPE REFRESH",
        "CALL QA_ANA_DW.M.ADD_SALE(2)",
        "EXECUTE TASK QA_ANA_DW.M.ROOT",
        "EXECUTE ALERT QA_ANA_RAW.S.MANY",
        "DELETE FROM QA_ANA_RAW.S.CUSTOMERS WHERE ID = 1",
    ):
        prod.query(statement)
    assert 'var db = "QA_ANA_RAW"' in contents_of(prod, "QA_ANA_DW")
    assert prod.query("SELECT QA_ANA_DW.M.HOW_MANY(3)") == [(1,)]
    assert prod.query("SELECT COUNT(*) FROM QA_ANA_RAW.S.NEW_CUSTOMERS") != [(0,)]
    assert everything(prod, "PROD_RAW", "PROD_DW") == before


def test_the_copy_is_an_environment_like_any_other(prod, qa_ana):
    assert prod.snowlane("plan", "qa_ana", "--format", "json").data["stages"] == []
    status = prod.snowlane("status", "qa_ana", "--format", "json").data["environments"][0]
    assert status["revision"] == "r1"
    drift = prod.snowlane("status", "qa_ana", "--drift", "--format", "json").data["drift"][0]
    assert {each["difference"] for each in drift["findings"]} == {"added"}
    assert {each["name"] for each in drift["findings"]} == {
        *("DW.M.BY_HAND()", "DW.M.ALL_OF_IT", "DW.M.PEOPLE", "DW.M.TOTALS", "DW.M.IDS"),
        *("RAW.S.HIDE", "RAW.S.VISIBLE", "RAW.S.ABOUT"),
    }
    history = prod.snowlane("history", "qa_ana").out
    assert "clone of prod" in history


def test_a_pipe_that_is_deployed_to_the_copy_reads_its_internal_stage(prod, qa_ana):
    path = prod.project / "migrations" / "objects" / "raw" / "s" / "pipes" / "outside.sql"
    before = path.read_text()
    path.write_text(before.replace("loads customers", "loads them"))
    try:
        done = prod.snowlane("migrate", "qa_ana")
    finally:
        path.write_text(before)
    assert done.code == 0, done.err
    (pipe,) = prod.rows("SHOW PIPES LIKE 'OUTSIDE_PIPE' IN DATABASE QA_ANA_RAW")
    assert (pipe["comment"], pipe["notification_channel"]) == ("loads them", None)


def test_a_copy_is_copied_as_its_source_was(prod, qa_ana):
    made = prod.snowlane("env", "clone", "qa_ana", "qa_bob", "--format", "json")
    assert made.code == 0, made.err
    assert made.data["like"] == "qa"
    for database in ("QA_BOB_RAW", "QA_BOB_DW"):
        script = contents_of(prod, database)
        assert "PROD" not in script
        assert "QA_ANA" not in script
    assert {row["name"] for row in prod.rows("SHOW PIPES IN DATABASE QA_BOB_RAW")} == {
        "OUTSIDE_PIPE",
        "INSIDE_PIPE",
    }
