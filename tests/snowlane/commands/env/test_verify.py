"""`env verify`: a clone is sound, and each way in which it is not is found and named."""

import pytest

from snowlane.errors import ExitCode

# Ends what the copy's schema took over from production's.
FUTURE = "REVOKE SELECT ON FUTURE VIEWS IN SCHEMA QA_VER_DW.M FROM ROLE READER_PROD"


@pytest.fixture(scope="module")
def clone(prod):
    made = prod.snowlane("env", "clone", "prod", "qa_ver", "--ttl", "1d")
    assert made.code == ExitCode.DONE, made.err
    # The role that copies may not end it here; an administrator does.
    prod.query(FUTURE)
    return prod


@pytest.fixture
def engineer(clone):
    """Somebody who may do in the clone what makes it a window onto production."""
    clone.query("GRANT ROLE DEPLOY_PROD TO ROLE DEPLOY_QA")
    yield lambda text: clone.query(text, role="DEPLOY_QA", warehouse="WH_QA")
    clone.query("REVOKE ROLE DEPLOY_PROD FROM ROLE DEPLOY_QA")


def verify(account, *options: str):
    return account.snowlane("env", "verify", "qa_ver", "--format", "json", *options)


def test_a_fresh_clone_is_sound(clone):
    done = verify(clone, "--parked")
    assert done.code == ExitCode.DONE, done.out
    assert done.data["compared_with"] == "prod"
    assert (done.data["leaks"], done.data["differences"], done.data["access"]) == ([], [], [])
    shown = clone.snowlane("env", "verify", "qa_ver")
    assert shown.out.startswith(
        "qa_ver stands on its own: no reference to another environment, equal to prod, as far as CLONER "
        "sees\n"
    )


def test_what_neither_side_is_seen_to_have_is_named(clone) -> None:
    """A role without rights is told of nothing: that both sides look equal proves nothing then."""
    hidden = ("TABLE {}_RAW.S.MASKED", "VIEW {}_DW.M.A_FIRST")
    owners = {"PROD": "DEPLOY_PROD", "QA_VER": "DEPLOY_QA"}
    grant = "GRANT OWNERSHIP ON {} TO ROLE {} REVOKE CURRENT GRANTS"
    clone.query("CREATE ROLE KEEPER")
    try:
        for prefix in owners:
            for each in hidden:
                clone.query(grant.format(each.format(prefix), "KEEPER"))
        found = verify(clone)
        shown = clone.snowlane("env", "verify", "qa_ver").out
    finally:
        for prefix, owner in owners.items():
            for each in hidden:
                clone.query(grant.format(each.format(prefix), owner))
        clone.query("DROP ROLE KEEPER")
    assert (found.code, found.data["differences"]) == (ExitCode.FAILED, [])
    assert found.data["seen_by"] == "CLONER"
    assert found.data["unseen"] == ["view QA_VER_DW.M.A_FIRST", "table QA_VER_RAW.S.MASKED"]
    assert shown.startswith("qa_ver: 2 findings, as far as CLONER sees\n")
    assert (
        "\nMust be there, and CLONER does not see it: have it granted, or it was dropped:\n"
        in shown
    )
    assert verify(clone).code == ExitCode.DONE


@pytest.mark.parametrize(
    ("does", "undo", "found"),
    [
        (
            "CREATE VIEW QA_VER_DW.M.LOOKS AS\nSELECT ID FROM PROD_RAW.S.CUSTOMERS",
            "DROP VIEW QA_VER_DW.M.LOOKS",
            "view QA_VER_DW.M.LOOKS, line 3: PROD_RAW.S.CUSTOMERS",
        ),
        (
            "CREATE STREAM QA_VER_RAW.S.LISTENS ON TABLE PROD_RAW.S.CUSTOMERS",
            "DROP STREAM QA_VER_RAW.S.LISTENS",
            "stream QA_VER_RAW.S.LISTENS: PROD_RAW.S.CUSTOMERS (what it reads)",
        ),
        (
            "CREATE PIPE QA_VER_RAW.S.FILLS AS COPY INTO PROD_RAW.S.CUSTOMERS FROM @QA_VER_RAW.S.INSIDE",
            "DROP PIPE QA_VER_RAW.S.FILLS",
            "pipe QA_VER_RAW.S.FILLS",
        ),
        (
            "CREATE TASK QA_VER_DW.M.RUNS WAREHOUSE = WH_QA AS CALL PROD_DW.M.ADD_SALE(1)",
            "DROP TASK QA_VER_DW.M.RUNS",
            "PROD_DW.M.ADD_SALE",
        ),
        (
            "CREATE STAGE QA_VER_RAW.S.TAKES URL = 's3://shop-prod/in/'",
            "DROP STAGE QA_VER_RAW.S.TAKES",
            "stage QA_VER_RAW.S.TAKES: s3://shop-prod/in/ (the address of a stage of prod)",
        ),
        (
            "CREATE STAGE QA_VER_RAW.S.BELOW URL = 's3://shop-prod/in/2026/'",
            "DROP STAGE QA_VER_RAW.S.BELOW",
            "s3://shop-prod/in/2026/ (it shares files with s3://shop-prod/in/, a stage of prod)",
        ),
        (
            "CREATE STAGE QA_VER_RAW.S.READS FILE_FORMAT = (FORMAT_NAME = 'PROD_RAW.S.COMMAS')",
            "DROP STAGE QA_VER_RAW.S.READS",
            "stage QA_VER_RAW.S.READS: PROD_RAW.S.COMMAS (its file format)",
        ),
        (
            "CREATE TABLE QA_VER_DW.M.KEYED (C NUMBER(10,0) REFERENCES PROD_RAW.S.CUSTOMERS (ID))",
            "DROP TABLE QA_VER_DW.M.KEYED",
            "table QA_VER_DW.M.KEYED: PROD_RAW.S.CUSTOMERS (the foreign key",
        ),
        (
            "CREATE TABLE QA_VER_DW.M.COUNTED (C NUMBER(10,0) DEFAULT PROD_RAW.S.SQ.NEXTVAL)",
            "DROP TABLE QA_VER_DW.M.COUNTED",
            "table QA_VER_DW.M.COUNTED: PROD_RAW.S.SQ",
        ),
        (
            "ALTER TABLE QA_VER_RAW.S.CUSTOMERS ADD COLUMN MORE INT",
            "ALTER TABLE QA_VER_RAW.S.CUSTOMERS DROP COLUMN MORE",
            "table QA_VER_RAW.S.CUSTOMERS: changed, with MORE besides",
        ),
        (
            "DROP VIEW QA_VER_DW.M.ALL_OF_IT",
            "CREATE VIEW QA_VER_DW.M.ALL_OF_IT AS SELECT * FROM QA_VER_RAW.S.CUSTOMERS",
            "view QA_VER_DW.M.ALL_OF_IT: missing",
        ),
        (
            "GRANT SELECT ON TABLE QA_VER_RAW.S.CUSTOMERS TO ROLE READER_PROD",
            "REVOKE SELECT ON TABLE QA_VER_RAW.S.CUSTOMERS FROM ROLE READER_PROD",
            "REVOKE SELECT ON TABLE QA_VER_RAW.S.CUSTOMERS FROM ROLE READER_PROD",
        ),
        (
            "ALTER ALERT QA_VER_RAW.S.MANY RESUME",
            "ALTER ALERT QA_VER_RAW.S.MANY SUSPEND",
            "alert QA_VER_RAW.S.MANY",
        ),
    ],
    ids=lambda value: value[:34],
)
def test_what_is_wrong_is_found(clone, engineer, does: str, undo: str, found: str) -> None:
    engineer(does)
    try:
        done = clone.snowlane("env", "verify", "qa_ver", "--parked")
        assert done.code == ExitCode.FAILED
        assert found in done.out
    finally:
        engineer(undo)


def test_what_a_role_of_production_would_get_is_found(clone) -> None:
    clone.query("GRANT SELECT ON FUTURE VIEWS IN SCHEMA QA_VER_DW.M TO ROLE READER_PROD")
    found = verify(clone)
    assert (found.code, found.data["access"]) == (ExitCode.FAILED, [FUTURE])
    clone.query(found.data["access"][0])
    assert verify(clone).code == ExitCode.DONE


def test_what_a_role_of_production_owns_is_handed_over(clone, engineer) -> None:
    engineer("CREATE VIEW QA_VER_DW.M.OWNED AS SELECT 1 AS A")
    clone.query("GRANT OWNERSHIP ON VIEW QA_VER_DW.M.OWNED TO ROLE DEPLOY_PROD")
    found = verify(clone)
    assert found.code == ExitCode.FAILED
    (statement,) = (each for each in found.data["access"] if "OWNED" in each)
    assert statement == (
        "GRANT OWNERSHIP ON VIEW QA_VER_DW.M.OWNED TO ROLE DEPLOY_QA REVOKE CURRENT GRANTS"
    )
    clone.query(statement)
    engineer("DROP VIEW QA_VER_DW.M.OWNED")
    assert verify(clone).code == ExitCode.DONE


def test_an_environment_that_nobody_cloned_is_compared_with_its_revisions(prod):
    done = prod.snowlane("env", "verify", "prod", "--format", "json")
    assert done.data["compared_with"] == "its revisions at r1"
    # What somebody made by hand in prod, and nothing that refers to another environment.
    assert done.data["leaks"] == []
    assert any("BY_HAND" in each for each in done.data["differences"])


def test_what_runs_though_it_is_paused_is_found(clone, engineer) -> None:
    engineer("ALTER ALERT QA_VER_RAW.S.MANY RESUME")
    assert verify(clone).code == ExitCode.DONE
    paused = clone.snowlane("pipeline", "pause", "qa_ver")
    assert paused.code == ExitCode.DONE, paused.err
    assert verify(clone).code == ExitCode.DONE
    engineer("ALTER ALERT QA_VER_RAW.S.MANY RESUME")
    found = verify(clone)
    assert (found.code, found.data["running"]) == (ExitCode.FAILED, ["alert QA_VER_RAW.S.MANY"])
    engineer("ALTER ALERT QA_VER_RAW.S.MANY SUSPEND")
