"""`snowlane rollback` on the local account: what a migration broke is as it was before."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import ProgrammingError
from tests.snowlane.commands.snapshots import Snapshot, taken

from snowlane.errors import ExitCode

BASE = """
op.sql('CREATE SCHEMA RAW.S')
op.sql('CREATE SCHEMA DW.M')
op.sql('''CREATE TABLE RAW.S.SALES (id NUMBER AUTOINCREMENT, item VARCHAR(20) NOT NULL,
    price VARCHAR(20), extra VARIANT) CLUSTER BY (item)''')
op.sql('CREATE TABLE RAW.S.STORES (name VARCHAR(20))')
op.sql('CREATE TABLE DW.M.FACT (item VARCHAR(20), total NUMBER(10,2))')
op.sql('CREATE TABLE RAW.S.SINK (item VARCHAR(20))')
op.sql('CREATE STAGE RAW.S.ST')
"""
BREAK = """
op.sql("UPDATE RAW.S.SALES SET price = 'broken'")
op.sql('ALTER TABLE DW.M.FACT ADD COLUMN margin NUMBER(10,2)')
op.sql('DROP TABLE RAW.S.STORES')
op.sql('CREATE SCHEMA RAW.NEW')
op.sql('CREATE TABLE RAW.NEW.T (a INT)')
op.sql('CREATE TABLE RAW.S.ADDED (a INT)')
op.sql('CREATE VIEW RAW.S.ADDED_VIEW AS SELECT a FROM RAW.S.ADDED')
"""
VIEW = "CREATE OR REPLACE VIEW DW.M.TOTALS COPY GRANTS COMMENT = 'sums' AS\nSELECT item, {} FROM DW.M.FACT"
PROCEDURE = """CREATE OR REPLACE PROCEDURE DW.M.LOAD(day VARCHAR) COPY GRANTS
RETURNS VARCHAR LANGUAGE SQL AS
$$BEGIN INSERT INTO DW.M.FACT (item, total) SELECT item, {} FROM RAW.S.SALES; RETURN 'ok'; END$$"""
STREAM = "CREATE OR REPLACE STREAM DW.M.SALES_CHANGES COPY GRANTS ON TABLE RAW.S.SALES"
FACT_STREAM = "CREATE OR REPLACE STREAM DW.M.FACT_CHANGES COPY GRANTS ON TABLE DW.M.FACT"
ROOT = "CREATE OR REPLACE TASK DW.M.ROOT WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT {}"
CHILD = "CREATE OR REPLACE TASK DW.M.CHILD WAREHOUSE = WH AFTER DW.M.ROOT AS SELECT 2"
IDLE = "CREATE OR REPLACE TASK DW.M.IDLE WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS SELECT 3"
PIPE = "CREATE OR REPLACE PIPE RAW.S.P AS COPY INTO RAW.S.SINK FROM @RAW.S.ST PATTERN = '{}'"
TABLES = ("RAW.S.SALES", "RAW.S.STORES", "DW.M.FACT")
DEFINED = (
    *(("TABLE", each) for each in TABLES),
    ("VIEW", "DW.M.TOTALS"),
    ("PROCEDURE", "DW.M.LOAD(VARCHAR)"),
    ("TASK", "DW.M.ROOT"),
    ("TASK", "DW.M.CHILD"),
    ("PIPE", "RAW.S.P"),
)
# SHOW what -> the columns that are compared: names, comments, states, staleness.
SHOWN = {
    "SCHEMAS": (1,),
    "TABLES": (1, 3, 5, 6),
    "VIEWS": (1, 4, 6),
    "TASKS": (1, 9, 10),
    "STREAMS": (1, 6, 10),
    "PIPES": (1, 4),
}
GRANTED = (
    "TABLE RAW.S.SALES",
    "TABLE RAW.S.STORES",
    "TABLE DW.M.FACT",
    "VIEW DW.M.TOTALS",
    "PROCEDURE DW.M.LOAD(VARCHAR)",
    "STREAM DW.M.FACT_CHANGES",
)


class Platform:
    """A deployed project with data, and questions about it by logical names."""

    def __init__(self, account, shop, session) -> None:
        self.account = account
        self.shop = shop
        self.session = session
        self.names = {"RAW": "DEV_RAW", "DW": "DEV_DW", "STATE": "UTILITY"}

    def sql(self, text: str) -> list[tuple]:
        for logical, physical in self.names.items():
            text = re.sub(rf"\b{logical}\.", f"{physical}.", text)
        return self.session.cursor().execute(text).fetchall()

    def objects(self, price: str, total: str, root: int, pattern: str) -> None:
        self.shop.object("dw/m/views/totals", VIEW.format(total))
        self.shop.object("dw/m/procedures/load", PROCEDURE.format(price))
        self.shop.object("dw/m/streams/sales_changes", STREAM)
        self.shop.object("dw/m/streams/fact_changes", FACT_STREAM)
        self.shop.object("dw/m/tasks/root", ROOT.format(root))
        self.shop.object("dw/m/tasks/child", CHILD)
        self.shop.object("dw/m/tasks/idle", IDLE)
        self.shop.object("raw/s/pipes/p", PIPE.format(pattern))

    def deploy(self, *options: str):
        return self.account.snowlane("migrate", "dev", *options)

    def rollback(self, *options: str):
        return self.account.snowlane("rollback", "dev", *options)

    def points(self) -> list[dict]:
        return self.rollback("--list", "--format", "json").data["points"]

    def picture(self) -> dict:
        """Everything a rollback promises to bring back."""
        found = {f"rows of {each}": sorted(self.sql(f"SELECT * FROM {each}")) for each in TABLES}
        found |= {f"definition of {kind} {name}": self.ddl(kind, name) for kind, name in DEFINED}
        found |= {f"grants on {each}": self.grants(each) for each in GRANTED}
        for database in ("RAW", "DW"):
            for kind, columns in SHOWN.items():
                rows = self.sql(f"SHOW {kind} IN DATABASE {self.names[database]}")
                found[f"{kind} of {database}"] = {
                    tuple(row[column] for column in columns)
                    for row in rows
                    if not any("SNOWLANE_RESTORE" in str(value) for value in row)
                }
        for name in ("ALEMBIC_VERSION", "SNOWLANE_OBJECTS", "SNOWLANE_REVISIONS"):
            found[name] = sorted(self.sql(f"SELECT * FROM RAW.METADATA.{name}"))
        found["pipe"] = self.pipe()
        return found

    def picture_or_error(self) -> object:
        try:
            return self.picture()
        except ProgrammingError as error:
            return error

    def data(self) -> list:
        rows = self.sql("SELECT * FROM RAW.S.SALES")
        return [sorted(rows, key=str), self.sql("SELECT * FROM DW.M.TOTALS"), self.pipe()]

    def deployments(self) -> list[tuple]:
        return self.sql(
            "SELECT OUTCOME, FROM_REVISION, TO_REVISION FROM STATE.SNOWLANE_DEV.DEPLOYMENTS "
            "ORDER BY NUMBER"
        )

    def drain(self) -> None:
        """Consume what waits in the streams."""
        for stream, column in (("SALES_CHANGES", "item"), ("FACT_CHANGES", "item")):
            self.sql(f"INSERT INTO RAW.S.SINK SELECT {column} FROM DW.M.{stream}")
        self.sql("DELETE FROM RAW.S.SINK")

    def ddl(self, kind: str, name: str) -> list[tuple]:
        database, rest = name.split(".", 1)
        return self.sql(f"SELECT GET_DDL('{kind}', '{self.names[database]}.{rest}', TRUE)")

    def grants(self, on: str) -> set[tuple]:
        return {(row[1], row[5]) for row in self.sql(f"SHOW GRANTS ON {on}")}

    def pipe(self) -> str:
        (row,) = self.sql(f"SELECT SYSTEM$PIPE_STATUS('{self.names['RAW']}.S.P')")
        return re.search(r'"executionState":\s*"(\w+)"', row[0])[1]


def deploy_first(platform: Platform) -> None:
    """One deployment, then rows, grants, a started task graph and a paused pipe."""
    platform.shop.revision("r1", BASE)
    platform.objects("1", "total", 1, "a.*")
    done = platform.deploy()
    assert done.code == ExitCode.DONE, done.err
    platform.sql("INSERT INTO RAW.S.SALES (item, price) SELECT 'mug', '7.50'")
    platform.sql("INSERT INTO RAW.S.SALES (item, price) SELECT 'knife', '18.90'")
    platform.sql("INSERT INTO RAW.S.STORES SELECT 'S01'")
    platform.sql("INSERT INTO DW.M.FACT SELECT 'mug', 7.50")
    platform.sql("CREATE ROLE IF NOT EXISTS READER")
    for each in GRANTED:
        privilege = "USAGE" if each.startswith("PROCEDURE") else "SELECT"
        platform.sql(f"GRANT {privilege} ON {each} TO ROLE READER")
    platform.sql("GRANT MONITOR ON TASK DW.M.ROOT TO ROLE READER")
    platform.drain()
    platform.sql("ALTER TASK DW.M.CHILD RESUME")
    platform.sql("ALTER TASK DW.M.ROOT RESUME")
    platform.sql("ALTER PIPE RAW.S.P SET PIPE_EXECUTION_PAUSED = TRUE")


def break_it(platform: Platform, *options: str) -> None:
    platform.shop.revision("r2", BREAK, after="r1")
    platform.objects("2", "margin", 7, "b.*")
    platform.shop.object(
        "dw/m/views/fresh", "CREATE OR REPLACE VIEW DW.M.FRESH COPY GRANTS AS\nSELECT 1 AS a"
    )
    done = platform.deploy("--restore-point", *options)
    assert done.code == ExitCode.DONE, done.err


def on(work: Callable[[Platform], object]) -> Callable[..., None]:
    """What prepares a snapshot by working on its platform."""

    def prepare(account, shop) -> None:
        with snowflake.connector.connect(**account.connection) as session:
            work(Platform(account, shop, session))

    return prepare


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Snapshot, dict[str, Any]]:
    """The platform as it was deployed first, and its picture."""
    pictures: list[dict[str, Any]] = []

    def prepare(platform: Platform) -> None:
        deploy_first(platform)
        pictures.append(platform.picture())

    return taken(tmp_path_factory.mktemp("first") / "at", on(prepare)), pictures[0]


@pytest.fixture(scope="module")
def second(first, tmp_path_factory) -> Snapshot:
    """The platform after the migration that broke it."""
    return taken(tmp_path_factory.mktemp("second") / "at", on(break_it), first[0])


def opened(snapshot: Snapshot, tmp_path) -> Iterator[Platform]:
    with (
        snapshot.copied(tmp_path / "at") as (account, shop),
        snowflake.connector.connect(**account.connection) as session,
    ):
        yield Platform(account, shop, session)


@pytest.fixture
def platform(first, tmp_path) -> Iterator[Platform]:
    """Deployed once."""
    yield from opened(first[0], tmp_path)


@pytest.fixture
def broken(second, tmp_path) -> Iterator[Platform]:
    """Deployed once, and then broken by a migration that kept a restore point."""
    yield from opened(second, tmp_path)


@pytest.fixture
def before(first) -> dict[str, Any]:
    """What a rollback must bring back."""
    return first[1]


def test_everything_is_as_it_was(broken, before) -> None:
    assert broken.picture_or_error() != before
    broken.sql("INSERT INTO RAW.S.ADDED SELECT 1")
    broken.sql("ALTER TASK DW.M.IDLE RESUME")
    done = broken.rollback("--yes", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    after = broken.picture()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}
    assert done.data["to_revision"] == "r1"
    actions = {each["table"].split(".", 1)[1]: each["action"] for each in done.data["tables"]}
    assert actions == {
        "M.FACT": "replaced by its clone",
        "S.SALES": "filled again",
        "S.SINK": "unchanged",
        "S.STORES": "brought back",
        "S.ADDED": "dropped",
        "NEW.T": "dropped",
    }


def test_the_next_migrate_applies_the_whole_revision_again(broken) -> None:
    assert broken.rollback("--yes").code == ExitCode.DONE
    done = broken.deploy("--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["revision"] == "r2"
    assert broken.sql("SELECT COUNT(*) FROM RAW.S.SALES WHERE price = 'broken'") == [(2,)]
    assert broken.sql("SELECT margin FROM DW.M.TOTALS") == [(None,)]


def test_what_was_written_since_is_shown_before(broken) -> None:
    broken.sql("INSERT INTO RAW.S.SALES (item, price) SELECT 'board', '24.00'")
    broken.sql("INSERT INTO RAW.S.ADDED SELECT 1")
    shown = broken.rollback()
    assert shown.code == ExitCode.REFUSED
    assert "--yes" in shown.err
    lines = [line.strip().split(".", 1)[-1] for line in shown.err.splitlines()]
    assert "S.SALES: 3 rows written or changed, 2 rows of then changed or removed" in lines
    assert "S.ADDED: the table was made since, with 1 row" in lines
    assert "S.STORES: brought back" in lines
    assert broken.sql("SELECT COUNT(*) FROM RAW.S.SALES") == [(3,)]


def test_files_loaded_since_are_shown(broken, tmp_path) -> None:
    file = tmp_path / "a1.csv"
    file.write_text("lamp\nclock\n")
    broken.sql(f"PUT file://{file} @RAW.S.ST AUTO_COMPRESS = FALSE")
    broken.sql("COPY INTO RAW.S.SINK FROM @RAW.S.ST PATTERN = '.*a1.*'")
    done = broken.rollback("--yes", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    (loaded,) = done.data["files_loaded_since"]
    assert loaded["file"].endswith("a1.csv")
    assert loaded["rows"] == 2
    assert "Files loaded since" in done.err
    assert broken.sql("SELECT * FROM RAW.S.SINK") == []


def test_rows_that_a_policy_masks_or_hides_from_the_role_come_back_whole(platform) -> None:
    """A query that fills a table reads through the policies of its role; a clone does not."""
    platform.sql(
        "CREATE MASKING POLICY RAW.S.MASKED AS (v VARCHAR) RETURNS VARCHAR ->"
        " CASE WHEN CURRENT_ROLE() = 'ACCOUNTADMIN' THEN v ELSE '***' END"
    )
    platform.sql(
        "CREATE ROW ACCESS POLICY RAW.S.HIDDEN AS (v VARCHAR) RETURNS BOOLEAN ->"
        " CURRENT_ROLE() = 'ACCOUNTADMIN' OR v <> 'S01'"
    )
    platform.sql("ALTER TABLE RAW.S.SALES MODIFY COLUMN item SET MASKING POLICY RAW.S.MASKED")
    platform.sql("ALTER TABLE RAW.S.STORES ADD ROW ACCESS POLICY RAW.S.HIDDEN ON (name)")
    platform.sql("USE ROLE ACCOUNTADMIN")
    before = [platform.sql(f"SELECT * FROM {each} ORDER BY 1") for each in TABLES]
    assert before[1] == [("S01",)]
    writes = 'op.sql("DELETE FROM RAW.S.SALES WHERE id = 1")\nop.sql("INSERT INTO RAW.S.STORES SELECT \'S02\'")'
    platform.shop.revision("r2", writes, after="r1")
    assert platform.deploy("--restore-point").code == ExitCode.DONE
    given = "MODIFY COLUMN price SET MASKING POLICY RAW.S.MASKED"
    platform.sql(f"ALTER TABLE RAW.S.SALES {given}")
    refused = platform.rollback("--yes")
    assert refused.code == ExitCode.REFUSED
    assert "M.SALES_CHANGES on" in refused.err
    done = platform.rollback("--yes", "--accept-stream-loss", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    actions = {each["table"].split(".", 1)[1]: each["action"] for each in done.data["tables"]}
    assert actions == {"S.SALES": "replaced by its clone", "S.STORES": "replaced by its clone"}
    assert "the rows cannot be compared; take it that some were written" in done.err
    assert "S.STORES: a policy may mask values or hide rows from the role" in done.err
    assert "S.SALES loses the masking policy" in done.err
    assert [platform.sql(f"SELECT * FROM {each} ORDER BY 1") for each in TABLES] == before
    platform.sql("USE ROLE DEPLOY_DEV")
    assert platform.sql("SELECT DISTINCT item FROM RAW.S.SALES") == [("***",)], "it is masked still"
    assert platform.sql("SELECT * FROM RAW.S.STORES") == []


def test_a_stream_with_rows_waiting_begins_anew_only_with_consent(broken) -> None:
    broken.sql("INSERT INTO DW.M.FACT (item, total) SELECT 'board', 24")
    refused = broken.rollback("--yes")
    assert refused.code == ExitCode.REFUSED
    assert "M.FACT_CHANGES on" in refused.err
    assert "--accept-stream-loss" in refused.err
    assert broken.sql("SELECT COUNT(*) FROM DW.M.FACT") == [(2,)]
    assert broken.rollback("--yes", "--accept-stream-loss").code == ExitCode.DONE
    assert broken.sql("SELECT COUNT(*) FROM DW.M.FACT_CHANGES") == [(0,)]
    broken.sql("INSERT INTO DW.M.FACT SELECT 'board', 24")
    assert broken.sql("SELECT COUNT(*) FROM DW.M.FACT_CHANGES") == [(1,)]


def test_points_are_listed(platform) -> None:
    assert platform.rollback("--list").out.strip() == "dev has no restore point."
    break_it(platform)
    (point,) = platform.points()
    assert point["state"] == "ready"
    assert point["revision"] == "r1"
    assert len(point["bundle"]) == 64
    assert sorted(name.split(".", 1)[1] for name in point["tables"]) == [
        "M.FACT",
        "S.SALES",
        "S.SINK",
        "S.STORES",
    ]
    (deployment,) = platform.sql(
        f"SELECT TO_REVISION FROM STATE.SNOWLANE_DEV.DEPLOYMENTS WHERE ID = '{point['deployment']}'"
    )
    assert deployment == ("r2",)
    assert f"{point['id']}  ready" in platform.rollback("--list").out


def test_a_rollback_is_a_deployment_and_can_itself_be_undone(broken) -> None:
    data = broken.data()
    broken.sql("INSERT INTO RAW.S.ADDED SELECT 1")
    assert broken.rollback("--yes").code == ExitCode.DONE
    assert broken.deployments()[-1] == ("done", "r2", "r1")
    assert "nothing to do" in broken.rollback("--yes").out
    first, second = broken.points()
    assert second["rollback_to"] == first["id"]
    done = broken.rollback("--to", second["id"], "--yes")
    assert done.code == ExitCode.DONE, done.err
    assert broken.sql("SELECT * FROM RAW.S.ADDED") == [(1,)]
    assert broken.sql("SELECT a FROM RAW.S.ADDED_VIEW") == [(1,)]
    assert broken.data() == data
    assert broken.sql("SELECT VERSION_NUM FROM RAW.METADATA.ALEMBIC_VERSION") == [("r2",)]


def test_two_migrations_are_taken_back_at_once(broken, before) -> None:
    first = broken.points()[0]["id"]
    broken.shop.revision(
        "r3",
        "op.sql('DROP TABLE RAW.S.SALES')\nop.sql('CREATE TABLE RAW.S.LATER (a INT)')",
        after="r2",
    )
    deployed = broken.deploy("--restore-point", "--override", "lint=the objects fail meanwhile")
    assert deployed.code == ExitCode.DONE
    done = broken.rollback("--to", first, "--yes")
    assert done.code == ExitCode.DONE, done.err
    after = broken.picture()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}


def test_a_migration_without_a_point_stands_in_the_way(broken) -> None:
    broken.shop.revision("r3", "op.sql('CREATE TABLE RAW.S.LATER (a INT)')", after="r2")
    assert broken.deploy().code == ExitCode.DONE
    refused = broken.rollback("--yes")
    assert refused.code == ExitCode.REFUSED
    assert "to r3: what it changed cannot be put back" in refused.err
    assert broken.sql("SELECT VERSION_NUM FROM RAW.METADATA.ALEMBIC_VERSION") == [("r3",)]


def test_a_point_that_was_dropped_by_hand_is_refused(broken) -> None:
    (point,) = broken.points()
    broken.sql(f"DROP SCHEMA DW.SNOWLANE_RESTORE_{point['id']}")
    refused = broken.rollback("--yes")
    assert refused.code == ExitCode.REFUSED
    assert f"the restore point {point['id']} is gone" in refused.err
    assert "M_FACT" in refused.err or "_FACT" in refused.err
    assert broken.points()[0]["state"] == "gone"
    assert broken.sql("SELECT VERSION_NUM FROM RAW.METADATA.ALEMBIC_VERSION") == [("r2",)]


def test_a_point_that_there_is_not_is_a_wrong_name(platform) -> None:
    none = platform.rollback("--yes")
    assert none.code == ExitCode.REFUSED
    assert "migrate dev --to REV" in none.err
    break_it(platform)
    wrong = platform.rollback("--to", "yesterday", "--yes")
    assert wrong.code == ExitCode.USAGE
    assert platform.points()[0]["id"] in wrong.err


def test_expired_points_go_at_the_next_migrate(broken) -> None:
    (point,) = broken.points()
    broken.sql(
        "UPDATE STATE.SNOWLANE_DEV.RESTORE_POINTS SET EXPIRES_AT = DATEADD('day', -1, SYSDATE())"
    )
    assert broken.points()[0]["state"] == "expired"
    broken.shop.revision("r3", "op.sql('CREATE TABLE RAW.S.LATER (a INT)')", after="r2")
    done = broken.deploy()
    assert done.code == ExitCode.DONE, done.err
    assert point["id"] in done.err
    assert broken.points() == []
    names = [row[1] for row in broken.sql(f"SHOW SCHEMAS IN DATABASE {broken.names['RAW']}")]
    assert not [name for name in names if name.startswith("SNOWLANE_RESTORE")]


def test_a_half_applied_migration_is_taken_back(platform, before) -> None:
    platform.shop.revision("r2", BREAK + "op.sql('DROP TABLE RAW.S.NOT_THERE')", after="r1")
    assert platform.deploy("--restore-point").code == ExitCode.HALF_APPLIED
    done = platform.rollback("--yes")
    assert done.code == ExitCode.DONE, done.err
    after = platform.picture()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}
    platform.shop.revision("r2", BREAK, after="r1")
    assert platform.deploy().code == ExitCode.DONE


def test_a_migration_that_was_tried_again_is_taken_back_to_before_its_first_try(
    platform, before
) -> None:
    platform.shop.revision("r2", BREAK + "op.sql('DROP TABLE RAW.S.NOT_THERE')", after="r1")
    for _ in range(2):
        assert platform.deploy("--restore-point").code == ExitCode.HALF_APPLIED
    before_it, inside = platform.points()
    assert (before_it["half_applied"], inside["half_applied"]) == (None, "upgrade r2")
    assert f"{inside['id']}  ready       at r1 inside upgrade r2" in platform.rollback("--list").out

    refused = platform.rollback("--yes", "--to", inside["id"])
    assert refused.code == ExitCode.REFUSED
    assert f"the restore point {inside['id']} was made inside upgrade r2" in refused.err
    done = platform.rollback("--yes")
    assert done.code == ExitCode.DONE, done.err
    assert before_it["id"] in done.out
    after = platform.picture()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}

    platform.shop.revision("r2", BREAK, after="r1")
    assert platform.deploy().code == ExitCode.DONE


def test_a_rollback_that_fails_is_gone_on_with_by_rollback_alone(broken, before) -> None:
    (point,) = broken.points()
    rows = broken.sql("SELECT * FROM RAW.S.SALES")
    # The role does not see what another one made: only making the table tells, and that comes first.
    broken.sql("CREATE VIEW RAW.S.STORES AS SELECT 1 AS a")
    failed = broken.rollback("--yes")
    assert failed.code == ExitCode.HALF_APPLIED, failed.err
    assert "DEPLOY_DEV does not see what has this name" in failed.err
    assert f"snowlane rollback dev --to {point['id']}" in failed.err
    assert broken.sql("SELECT * FROM RAW.S.SALES") == rows
    broken.sql("DROP VIEW RAW.S.STORES")
    # Nor does it replace what somebody took over, which it meets with the tables put back.
    broken.sql("GRANT OWNERSHIP ON VIEW DW.M.TOTALS TO ROLE SYSADMIN COPY CURRENT GRANTS")
    failed = broken.rollback("--yes")
    assert failed.code == ExitCode.HALF_APPLIED, failed.err
    refused = broken.deploy()
    assert refused.code == ExitCode.HALF_APPLIED
    assert "snowlane rollback dev" in refused.err
    broken.sql("GRANT OWNERSHIP ON VIEW DW.M.TOTALS TO ROLE DEPLOY_DEV COPY CURRENT GRANTS")
    done = broken.rollback("--yes")
    assert done.code == ExitCode.DONE, done.err
    assert point["id"] in done.out
    after = broken.picture()
    assert {key: after[key] for key in after if after[key] != before[key]} == {}


def test_a_protected_environment_is_kept_without_being_asked(account, shop) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE TABLE RAW.S.T (a INT)')")
    assert account.snowlane("migrate", "prod", "--yes").code == ExitCode.DONE
    listed = account.snowlane("rollback", "prod", "--list", "--format", "json").data["points"]
    assert [each["revision"] for each in listed] == [None]
    done = account.snowlane("rollback", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err
    assert "schema" in done.err
    assert account.snowlane("migrate", "prod", "--yes").code == ExitCode.DONE
