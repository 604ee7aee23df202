"""Which unchanged objects are applied again: those that Snowflake breaks with what they stand on."""

import pytest

from snowlane.lint.facts import Facts, ObjectFile, Rendered, RevisionFile
from snowlane.objects.source import SqlObject, read_object
from snowlane.plan.due import due_objects
from snowlane.plan.facts import Applied
from snowlane.plan.reshaped import reshaped
from snowlane.sql.mapping import NameMap

NAMES = NameMap({"RAW": "R", "DW": "D"})
TABLES = (
    "CREATE TABLE RAW.S.T (a VARCHAR(10), b NUMBER(10,2))",
    "CREATE TABLE RAW.S.U (a VARCHAR(10), b NUMBER(10,2))",
)
OBJECTS = (
    "VIEW DW.M.STAR AS SELECT * FROM RAW.S.T",
    "VIEW DW.M.STAR_OF_STAR AS SELECT x.* FROM DW.M.STAR x",
    "VIEW DW.M.NAMED AS SELECT a, b FROM RAW.S.T",
    "VIEW DW.M.COUNTED AS SELECT COUNT(*) AS n FROM RAW.S.T",
    "VIEW DW.M.OF_NAMED AS SELECT a FROM DW.M.NAMED",
    "VIEW DW.M.OTHER AS SELECT * FROM RAW.S.U",
    "DYNAMIC TABLE DW.M.DYN TARGET_LAG = '1 hour' WAREHOUSE = W AS SELECT * FROM RAW.S.T",
    "MATERIALIZED VIEW DW.M.MAT AS SELECT a FROM RAW.S.T",
    "STREAM RAW.S.ON_T ON TABLE RAW.S.T",
    "STREAM RAW.S.ON_U ON TABLE RAW.S.U",
    "STREAM DW.M.ON_NAMED ON VIEW DW.M.NAMED",
    "STREAM DW.M.ON_STAR ON VIEW DW.M.STAR",
    "PIPE RAW.S.P AS COPY INTO RAW.S.T (a) FROM @RAW.S.FILES",
    "TASK DW.M.K WAREHOUSE = W AS INSERT INTO RAW.S.U SELECT * FROM RAW.S.T",
)


def an_object(text: str) -> SqlObject:
    return read_object(f"{text.split()[1]}.sql", f"CREATE OR REPLACE {text}", NAMES)


def due(*pending: str, changed: dict[str, str] | None = None) -> dict[str, str]:
    """The reasons of all objects but the text of some, after these statements."""
    before = [an_object(each) for each in OBJECTS]
    applied = Applied("r1", {each.identity: each.hash for each in before})
    objects = [
        an_object(text.replace(*(changed or {}).get(str(each.identity.name), ("", ""))))
        for text, each in zip(OBJECTS, before, strict=True)
    ]
    facts = Facts(
        (
            RevisionFile("r1.py", "", "r1", upgrade=Rendered(TABLES)),
            RevisionFile("r2.py", "", "r2", upgrade=Rendered(pending)),
        ),
        tuple(ObjectFile(each.file, each.text, each) for each in objects),
        NAMES,
        reported=frozenset({"r2.py"}),
    )
    found = due_objects(objects, applied, reshaped(facts))
    return {each.object.identity.name: each.reason for each in found}


COLUMNS = {
    "STAR": "RAW.S.T has other columns",
    "DYN": "RAW.S.T has other columns",
    "STAR_OF_STAR": "DW.M.STAR has other columns",
    "ON_STAR": "DW.M.STAR is replaced",
}


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE RAW.S.T ADD COLUMN c INT",
        "ALTER TABLE RAW.S.T RENAME COLUMN b TO c",
        "EXECUTE IMMEDIATE $$ BEGIN ALTER TABLE RAW.S.T DROP COLUMN b; END $$",
    ],
)
def test_a_star_follows_the_columns_and_streams_follow_the_view(statement) -> None:
    assert due(statement) == COLUMNS


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE OR REPLACE TABLE RAW.S.T (a VARCHAR(10), b NUMBER(10,2))",),
        ("DROP TABLE RAW.S.T", TABLES[0]),
        ("ALTER TABLE RAW.S.T RENAME TO RAW.S.X", TABLES[0]),
        ("CREATE TABLE RAW.S.X LIKE RAW.S.T", "ALTER TABLE RAW.S.T SWAP WITH RAW.S.X"),
    ],
)
def test_a_table_made_anew_takes_its_streams_with_it_and_those_on_views_of_it(statements) -> None:
    anew = "RAW.S.T is made anew"
    broken = ("ON_T", "ON_NAMED", "ON_STAR", "MAT", "P")
    assert due(*statements) == dict.fromkeys(broken, anew)


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE OR REPLACE STAGE RAW.S.FILES",),
        ("DROP STAGE RAW.S.FILES", "CREATE STAGE RAW.S.FILES URL = 's3://x/'"),
    ],
)
def test_a_stage_made_anew_takes_its_pipes_with_it(statements) -> None:
    assert due(*statements) == {"P": "RAW.S.FILES is made anew"}


def test_another_family_of_types_is_followed_through_the_views_that_name_the_column() -> None:
    found = due(
        "ALTER TABLE RAW.S.T ADD COLUMN a__new NUMBER(10,2)",
        "ALTER TABLE RAW.S.T RENAME COLUMN a TO a__retired",
        "ALTER TABLE RAW.S.T RENAME COLUMN a__new TO a",
    )
    assert found["NAMED"] == found["MAT"] == "RAW.S.T.A has another type"
    assert found["OF_NAMED"] == "DW.M.NAMED.A has another type"
    assert found["ON_NAMED"] == "DW.M.NAMED is replaced"
    assert found["STAR"] == "RAW.S.T has other columns"
    assert found.keys().isdisjoint({"COUNTED", "OTHER", "ON_T", "ON_U", "K"})


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE RAW.S.T ALTER COLUMN a TYPE VARCHAR(50)",
        "CREATE TABLE IF NOT EXISTS RAW.S.T (a INT)",
        "ALTER TABLE RAW.S.T RENAME TO RAW.S.X",
        "INSERT INTO RAW.S.T SELECT 'x', 1",
        "CREATE TABLE RAW.S.NEW (a INT)",
        "CREATE STAGE RAW.S.FILES",
    ],
)
def test_nothing_is_applied_again_where_snowflake_does_not_need_it(statement) -> None:
    assert due(statement) == {}


def test_a_changed_view_takes_its_streams_and_stars_with_it() -> None:
    assert due(changed={"NAMED": ("a, b", "b, a")}) == {
        "NAMED": "changed",
        "ON_NAMED": "DW.M.NAMED is replaced",
    }
    assert due(changed={"STAR": ("RAW.S.T", "RAW.S.U")}) == {
        "STAR": "changed",
        "STAR_OF_STAR": "DW.M.STAR has other columns",
        "ON_STAR": "DW.M.STAR is replaced",
    }
