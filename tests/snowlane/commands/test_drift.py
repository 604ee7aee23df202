"""`snowlane status --drift` finds what was changed by hand, and its remedies mend it."""

import re
import textwrap
from collections.abc import Iterator

import pytest
import snowflake.connector
from tests.snowlane.commands.conftest import Account
from tests.snowlane.commands.snapshots import Snapshot, taken
from tests.snowlane.conftest import Shop

from snowlane.errors import ExitCode

SETUP = """
op.sql("CREATE SCHEMA RAW.S COMMENT = 'files'")
op.sql('CREATE SCHEMA DW.M')
op.sql('''CREATE TABLE RAW.S.T (a VARCHAR(10) NOT NULL COMMENT 'key', b NUMBER(10, 2) DEFAULT 0,
  c TIMESTAMP_NTZ, d DATE) CLUSTER BY (a) COMMENT = 'rows' ''')
op.sql('CREATE TABLE RAW.S.U (a INT)')
op.sql("CREATE TABLE RAW.S.V (a VARCHAR(10) NOT NULL COMMENT 'key', b INT DEFAULT 0, c VARCHAR DEFAULT 'z')")
op.sql("CREATE STAGE RAW.S.ST URL = 's3://bucket/x/'")
op.sql('CREATE FILE FORMAT RAW.S.FF TYPE = CSV SKIP_HEADER = 1')
op.sql('CREATE SEQUENCE RAW.S.SQ')
"""
OBJECTS = {
    "dw/m/views/v": "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a FROM RAW.S.T",
    "dw/m/procedures/p": "CREATE OR REPLACE PROCEDURE DW.M.P(n INT) COPY GRANTS RETURNS VARCHAR LANGUAGE SQL AS $$\n"
    "BEGIN\n  RETURN 'x';\nEND\n$$",
    "dw/m/tasks/k": "CREATE OR REPLACE TASK DW.M.K WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS CALL DW.M.P(1)",
    "dw/m/masking_policies/hidden": "-- snowlane: phase=before\n"
    "CREATE OR REPLACE MASKING POLICY DW.M.HIDDEN AS (v STRING) RETURNS STRING -> '***'",
    "dw/m/row_access_policies/above": "-- snowlane: phase=before\n"
    "CREATE OR REPLACE ROW ACCESS POLICY DW.M.ABOVE AS (a NUMBER) RETURNS BOOLEAN -> a > 0 COMMENT = 'c'",
    "dw/m/tags/team": "CREATE OR REPLACE TAG DW.M.TEAM ALLOWED_VALUES 'web', 'data'",
    "raw/s/streams/st": "CREATE OR REPLACE STREAM RAW.S.CHANGES COPY GRANTS ON TABLE RAW.S.T",
}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Snapshot:
    """A deployed environment with one thing of most kinds."""

    def prepare(account: Account, shop: Shop) -> None:
        shop.revision("r1", SETUP)
        for name, text in OBJECTS.items():
            shop.object(name, text)
        done = account.snowlane("migrate", "dev")
        assert done.code == ExitCode.DONE, done.err

    return taken(tmp_path_factory.mktemp("drift") / "at", prepare)


@pytest.fixture
def platform(deployed, tmp_path) -> Iterator[Account]:
    """A copy of it."""
    with deployed.copied(tmp_path / "at") as (account, _):
        yield account


@pytest.fixture
def shop(platform) -> Shop:
    """The project that is deployed there."""
    return Shop(platform.project)


def by_hand(platform, *statements: str) -> None:
    """Run statements as the deploy role, with the physical databases in place of RAW and DW."""
    text = (platform.project / "envs" / "dev.toml").read_text()
    for name in ("RAW", "DW"):
        physical = re.search(rf'^{name} = "(\w+)"', text, re.MULTILINE)[1]
        statements = [re.sub(rf"(?<![\w.]){name}\.", f"{physical}.", each) for each in statements]
    paste(platform, "\n".join(f"{each};" for each in statements))


def paste(platform, script: str) -> None:
    """Run a script as the deploy role, exactly as it is."""
    with snowflake.connector.connect(**platform.connection) as connection:
        connection.cursor().execute("USE ROLE DEPLOY_DEV")
        for _ in connection.execute_string(script):
            pass


def measured(platform) -> list[dict]:
    """The findings now."""
    done = platform.snowlane("status", "dev", "--drift", "--format", "json")
    assert done.code == ExitCode.DONE, done.err + done.out
    (drift,) = done.data["drift"]
    assert drift["not_followed"] == []
    return drift["findings"]


def test_what_was_deployed_is_no_drift(platform) -> None:
    assert measured(platform) == []
    done = platform.snowlane("status", "dev", "--drift", "--exit-code")
    assert done.code == ExitCode.DONE, done.out
    assert "drift     none, measured now" in done.out


FIRST = [
    ("ALTER TABLE RAW.S.T ADD COLUMN e INT", "RAW.S.T.E", "added by hand"),
    ("ALTER TABLE RAW.S.T DROP COLUMN d", "RAW.S.T.D", "is missing"),
    ("ALTER TABLE RAW.S.T ALTER COLUMN a TYPE VARCHAR(20)", "RAW.S.T.A", "type should be VARCHAR(10)"),
    ("ALTER TABLE RAW.S.T ALTER COLUMN b TYPE NUMBER(12, 2)", "RAW.S.T.B", "and it is NUMBER(12,2)"),
    ("ALTER TABLE RAW.S.T ALTER COLUMN a DROP NOT NULL", "RAW.S.T.A", "should be NOT NULL"),
    ("ALTER TABLE RAW.S.T ALTER COLUMN b DROP DEFAULT", "RAW.S.T.B", "default should be 0, and it is none"),
    ("COMMENT ON COLUMN RAW.S.T.a IS 'other'", "RAW.S.T.A", "comment should be key, and it is other"),
    ("COMMENT ON TABLE RAW.S.T IS 'other'", "RAW.S.T", "comment should be rows"),
    ("ALTER TABLE RAW.S.T DROP CLUSTERING KEY", "RAW.S.T", "clustering key should be a"),
    ("CREATE TABLE RAW.S.X (a INT)", "RAW.S.X", "table was made by hand"),
    ("DROP TABLE RAW.S.U", "RAW.S.U", "table is missing"),
    ("CREATE SCHEMA DW.X", "DW.X", "schema was made by hand; it holds nothing"),
    ("COMMENT ON SCHEMA RAW.S IS 'other'", "RAW.S", "comment should be files"),
    ("CREATE STAGE RAW.S.Y", "RAW.S.Y", "stage was made by hand"),
    ("ALTER STAGE RAW.S.ST SET URL = 's3://other/'", "RAW.S.ST", "url should be s3://bucket/x/"),
    ("ALTER FILE FORMAT RAW.S.FF SET SKIP_HEADER = 2", "RAW.S.FF", "skip header should be 1"),
    ("DROP SEQUENCE RAW.S.SQ", "RAW.S.SQ", "sequence is missing"),
    ("CREATE VIEW DW.M.X AS SELECT 1 AS a", "DW.M.X", "no object file makes it"),
    ("CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT 'x' AS a", "DW.M.V", "its query"),
    ("DROP PROCEDURE DW.M.P(NUMBER)", "DW.M.P(NUMBER)", "procedure is missing"),
    ("CREATE FUNCTION DW.M.F(a INT) RETURNS INT AS 'a'", "DW.M.F(NUMBER)", "function was made by hand"),
    ("ALTER TASK DW.M.K SET SCHEDULE = '5 MINUTE'", "DW.M.K", "and it is 5 MINUTE"),
    ("DROP STREAM RAW.S.CHANGES", "RAW.S.CHANGES", "stream is missing"),
    ("ALTER MASKING POLICY DW.M.HIDDEN SET BODY -> '*'", "DW.M.HIDDEN", "body should be '***', and it is '*'"),
    ("ALTER TAG DW.M.TEAM ADD ALLOWED_VALUES 'hr'", "DW.M.TEAM", "allowed values should be 'data', 'web'"),
]  # fmt: skip
SECOND = [
    ("DROP STAGE RAW.S.ST", "RAW.S.ST", "stage is missing"),
    ("DROP FILE FORMAT RAW.S.FF", "RAW.S.FF", "file format is missing"),
    ("CREATE FILE FORMAT RAW.S.Z TYPE = JSON", "RAW.S.Z", "file format was made by hand"),
    ("CREATE SEQUENCE RAW.S.Y", "RAW.S.Y", "sequence was made by hand"),
    ("DROP VIEW DW.M.V", "DW.M.V", "view is missing"),
    ("DROP TASK DW.M.K", "DW.M.K", "task is missing"),
    (
        "CREATE OR REPLACE PROCEDURE DW.M.P(n INT) COPY GRANTS RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER "
        "AS 'BEGIN RETURN 2; END'",
        "DW.M.P(NUMBER)",
        "execute as should be OWNER, and it is CALLER",
    ),
    ("CREATE OR REPLACE STREAM RAW.S.CHANGES COPY GRANTS ON TABLE RAW.S.T APPEND_ONLY = TRUE",
     "RAW.S.CHANGES", "mode should be DEFAULT, and it is APPEND_ONLY"),
]  # fmt: skip


@pytest.mark.parametrize("changes", [FIRST, SECOND], ids=["first", "second"])
def test_every_kind_of_change_is_found_and_named(platform, changes) -> None:
    by_hand(platform, *(statement for statement, *_ in changes))
    found = {(each["name"], each["problem"]) for each in measured(platform)}
    for statement, name, words in changes:
        assert any(name == at and words in problem for at, problem in found), statement
    assert len(found) == len(changes)


def test_a_stream_that_went_stale_is_drift(platform) -> None:
    by_hand(platform, "CREATE OR REPLACE TABLE RAW.S.T CLONE RAW.S.T")
    (finding,) = measured(platform)
    assert finding["name"] == "RAW.S.CHANGES"
    assert "the stream is stale" in finding["problem"]


def code_of(finding: dict, goal: str, where: str = "in a new revision") -> str:
    """The code of one remedy."""
    (way,) = (
        each["code"]
        for each in finding["remedies"]
        if each["goal"] == goal and where in each["where"]
    )
    return way


IN_REVISIONS = [
    "ALTER TABLE RAW.S.T ADD COLUMN e VARCHAR(5)",
    'ALTER TABLE RAW.S.T ADD COLUMN "odd" VARIANT',
    "ALTER TABLE RAW.S.T DROP COLUMN c",
    "ALTER TABLE RAW.S.T ALTER COLUMN b TYPE NUMBER(12, 2)",
    "ALTER TABLE RAW.S.T ALTER COLUMN a DROP NOT NULL",
    "ALTER TABLE RAW.S.T ALTER COLUMN d SET NOT NULL",
    "COMMENT ON COLUMN RAW.S.T.a IS 'it''s'",
    "COMMENT ON TABLE RAW.S.T IS ''",
    "ALTER TABLE RAW.S.T DROP CLUSTERING KEY",
    "CREATE TABLE RAW.S.X (a INT, b VARCHAR DEFAULT 'x' NOT NULL)",
    "DROP TABLE RAW.S.U",
    "CREATE SCHEMA DW.X",
    "COMMENT ON SCHEMA RAW.S IS 'other'",
    "DROP STAGE RAW.S.ST",
    "CREATE STAGE RAW.S.Y URL = 's3://y/'",
    "DROP SEQUENCE RAW.S.SQ",
    "CREATE SEQUENCE RAW.S.Z",
    "ALTER FILE FORMAT RAW.S.FF SET SKIP_HEADER = 2",
]
ONLY_KEPT = [
    "ALTER TABLE RAW.S.V ALTER COLUMN a TYPE VARCHAR(20)",
    "ALTER TABLE RAW.S.V ALTER COLUMN b DROP DEFAULT",
]


@pytest.mark.parametrize("goal", ["to undo it", "to keep it"], ids=["undo", "keep"])
def test_remedies_mend_it_as_a_revision(platform, shop, goal) -> None:
    changes = IN_REVISIONS + (ONLY_KEPT if goal == "to keep it" else [])
    by_hand(platform, *changes)
    findings = measured(platform)
    assert len(findings) == len(changes)
    code = "\n".join(code_of(each, goal) for each in findings)
    shop.revision("r2", code, after="r1")
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert measured(platform) == []


BY_HAND = [
    "CREATE SEQUENCE RAW.S.\"s q\" START 5 INCREMENT 7 COMMENT = '10'",
    "CREATE FILE FORMAT RAW.S.\"f f\" TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 2"
    " NULL_IF = ('it''s', '\\\\N') TRIM_SPACE = TRUE COMMENT = 'TRUE'",
    'CREATE TABLE RAW.S."t ""t" ("a b" INT IDENTITY(5, 3), c NUMBER DEFAULT RAW.S.SQ.NEXTVAL)',
]


def test_what_was_made_by_hand_is_kept_with_all_that_it_is(platform, shop) -> None:
    """Another environment gets it from the revision: what that leaves out would differ there unseen."""

    def shown() -> list[dict[str, object]]:
        names = ("SEQUENCES", "FILE FORMATS", "COLUMNS")
        rows = [
            {key: value for key, value in row.items() if key not in ("created_on", "next_value")}
            for name in names
            for row in platform.rows(f"SHOW {name} IN SCHEMA DEV_RAW.S")
        ]
        return sorted(rows, key=str)

    by_hand(platform, *BY_HAND)
    before, findings = shown(), measured(platform)
    code = "\n".join(code_of(each, "to keep it") for each in findings)
    for finding in findings:
        by_hand(platform, f"DROP {finding['kind']} {finding['name']}")
    assert shown() != before
    shop.revision("r2", code, after="r1")
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert shown() == before


def test_a_remedy_does_no_harm_where_there_is_nothing_to_mend(platform, shop) -> None:
    by_hand(platform, *IN_REVISIONS)
    code = "\n".join(code_of(each, "to undo it") for each in measured(platform))
    shop.revision("r2", code, after="r1")
    done = platform.snowlane("migrate", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err
    drift = platform.snowlane("status", "prod", "--drift", "--exit-code")
    assert drift.code == ExitCode.DONE, drift.out


def test_remedies_mend_it_by_hand(platform) -> None:
    by_hand(
        platform,
        "INSERT INTO RAW.S.V (a, b, c) SELECT 'x', 5, 'y'",
        "ALTER TABLE RAW.S.V ALTER COLUMN a TYPE VARCHAR(20)",
        "ALTER TABLE RAW.S.V ALTER COLUMN b DROP DEFAULT",
        "ALTER TABLE RAW.S.V DROP COLUMN c",
        "ALTER STAGE RAW.S.ST SET URL = 's3://other/'",
        "DROP TABLE RAW.S.U",
        "CREATE FUNCTION DW.M.F(a INT) RETURNS INT AS 'a'",
    )
    findings = measured(platform)
    assert len(findings) == 6
    for finding in findings:
        paste(platform, code_of(finding, "to undo it", "by hand"))
    assert measured(platform) == []


def test_objects_are_applied_again_from_their_files(platform) -> None:
    by_hand(
        platform,
        "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT 'x' AS a",
        "DROP PROCEDURE DW.M.P(NUMBER)",
        "ALTER TASK DW.M.K SET SCHEDULE = '5 MINUTE'",
        "DROP STREAM RAW.S.CHANGES",
    )
    findings = measured(platform)
    assert len(findings) == 4
    for finding in findings:
        way = finding["remedies"][0]
        assert way["goal"].startswith("to apply migrations/objects/")
        assert way["where"] == "in dev by hand, then snowlane migrate dev"
        paste(platform, way["code"])
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    assert measured(platform) == []


def test_a_policy_that_tables_have_is_mended_where_it_is(platform) -> None:
    by_hand(
        platform,
        "ALTER TABLE RAW.S.T MODIFY COLUMN a SET MASKING POLICY DW.M.HIDDEN",
        "ALTER MASKING POLICY DW.M.HIDDEN SET BODY -> '*'",
        "ALTER TAG DW.M.TEAM DROP ALLOWED_VALUES 'data'",
    )
    policy, tag = sorted(measured(platform), key=lambda each: each["name"])
    assert policy["problem"] == "it was changed by hand: its body should be '***', and it is '*'"
    for finding in (policy, tag):
        paste(platform, code_of(finding, "to keep it", "what this answers"))
        paste(platform, finding["remedies"][0]["code"])
    done = platform.snowlane("migrate", "dev")
    assert done.code == ExitCode.DONE, done.err
    assert measured(platform) == []


def test_an_object_made_by_hand_becomes_a_file(platform, shop) -> None:
    by_hand(platform, "CREATE VIEW DW.M.X AS SELECT a FROM RAW.S.T")
    (finding,) = measured(platform)
    way = finding["remedies"][1]
    path = platform.project / way["where"].removeprefix("as ")
    assert path.relative_to(platform.project).as_posix() == "migrations/objects/dw/m/views/x.sql"
    path.write_text(textwrap.dedent(way["code"]))
    assert "there before" in measured(platform)[0]["problem"]
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    assert measured(platform) == []


def test_ignored_names_are_no_drift(platform) -> None:
    by_hand(platform, "CREATE TABLE DW.M.DBT_X (a INT)", "CREATE TABLE DW.M.Y (a INT)")
    path = platform.project / "envs" / "dev.toml"
    path.write_text(path.read_text() + '[drift]\nignore = ["DW.M.DBT_*"]\n')
    assert [each["name"] for each in measured(platform)] == ["DW.M.Y"]


def test_what_is_pending_is_no_drift(platform, shop) -> None:
    shop.revision("r2", "op.sql('CREATE TABLE RAW.S.NEW (a INT)')", after="r1")
    shop.object(
        "dw/m/views/v", "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT b FROM RAW.S.T"
    )
    shop.object(
        "dw/m/views/w", "CREATE OR REPLACE VIEW DW.M.W COPY GRANTS AS SELECT b FROM RAW.S.T"
    )
    assert measured(platform) == []


def test_an_earlier_revision_is_compared_with_itself(platform, shop) -> None:
    shop.revision(
        "r2",
        "op.sql('ALTER TABLE RAW.S.T ADD COLUMN e INT')",
        "op.sql('ALTER TABLE RAW.S.T DROP COLUMN e')",
        after="r1",
    )
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    assert measured(platform) == []
    assert platform.snowlane("migrate", "dev", "--to", "r1").code == ExitCode.DONE
    assert measured(platform) == []


def test_a_statement_that_cannot_be_followed_is_named(platform, shop) -> None:
    shop.revision("r2", "op.sql('CALL DW.M.P(1)')", after="r1")
    assert platform.snowlane("migrate", "dev").code == ExitCode.DONE
    done = platform.snowlane("status", "dev", "--drift")
    assert done.code == ExitCode.DONE
    assert "none, 1 statement not followed" in done.out
    assert "migrations/versions/r2.py, line 11: what a procedure does is not followed" in done.out


def test_a_measurement_asks_no_more_for_more_objects(platform, monkeypatch) -> None:
    from snowlane.snowflake.session import Session

    sent: list[str] = []
    for name in ("execute", "query"):
        real = getattr(Session, name)

        def counted(self, text, *args, _real=real, **kwargs):
            sent.append(text)
            return _real(self, text, *args, **kwargs)

        monkeypatch.setattr(Session, name, counted)
    measured(platform)
    few = len(sent)
    sent.clear()
    names = range(12)
    by_hand(
        platform,
        *(f"CREATE TABLE DW.M.T{each} (a INT)" for each in names),
        *(f"CREATE VIEW DW.M.V{each} AS SELECT 1 AS a" for each in names),
        *(f"CREATE STAGE RAW.S.S{each}" for each in names),
    )
    assert len(measured(platform)) == 36
    assert len(sent) == few


def test_a_plan_shows_drift_when_it_is_asked_to(platform) -> None:
    by_hand(platform, "CREATE TABLE DW.M.Y (a INT)")
    plain = platform.snowlane("plan", "dev", "--format", "json")
    assert "drift" not in plain.data
    done = platform.snowlane("plan", "dev", "--drift", "--format", "json")
    assert [each["name"] for each in done.data["drift"]["findings"]] == ["DW.M.Y"]
    assert (
        "table DW.M.Y: the table was made by hand"
        in platform.snowlane("plan", "dev", "--drift").out
    )
    sql = platform.snowlane("plan", "dev", "--drift", "--sql").out
    assert all(line.startswith("--") or not line for line in sql.splitlines())
    empty = platform.snowlane("plan", "prod", "--drift", "--format", "json")
    assert (empty.code, empty.data["drift"]) == (ExitCode.DONE, None)
