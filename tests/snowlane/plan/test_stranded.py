"""Objects that a downgrade would leave naming what is not there any more."""

import pytest

from snowlane.lint.facts import Facts, ObjectFile, Rendered, RevisionFile
from snowlane.objects.source import read_object
from snowlane.plan.stranded import stranded
from snowlane.sql.mapping import NameMap

NAMES = NameMap({"RAW": "R", "DW": "D"})
TABLES = ("CREATE SCHEMA RAW.S", "CREATE TABLE RAW.S.T (a VARCHAR(10), b INT)")
OBJECTS = (
    "VIEW DW.M.OF_A AS SELECT a FROM RAW.S.T",
    "VIEW DW.M.OF_B AS SELECT b FROM RAW.S.T WHERE b > 0",
    "PROCEDURE RAW.S.WRITES_C() RETURNS INT LANGUAGE SQL AS 'BEGIN UPDATE RAW.S.T SET c = 1; END'",
    "STREAM RAW.S.ST ON TABLE RAW.S.T",
    "VIEW DW.M.OF_U AS SELECT x FROM RAW.S.U",
    "VIEW DW.NEW.GOES AS SELECT x FROM RAW.S.U",
)


def found(upgrade: tuple[str, ...], downgrade: tuple[str, ...]) -> set[str]:
    objects = [
        read_object(f"{text.split()[1]}.sql", f"CREATE OR REPLACE {text}", NAMES)
        for text in OBJECTS
    ]
    facts = Facts(
        (
            RevisionFile("r1.py", "", "r1", upgrade=Rendered(TABLES)),
            RevisionFile(
                "r2.py", "", "r2", upgrade=Rendered(upgrade), downgrade=Rendered(downgrade)
            ),
        ),
        tuple(ObjectFile(each.file, each.text, each) for each in objects),
        NAMES,
        reported=frozenset({"r2.py"}),
        only="downgrade",
    )
    return set(stranded(facts, [each.identity for each in objects]))


@pytest.mark.parametrize(
    ("upgrade", "downgrade", "expected"),
    [
        (
            ("ALTER TABLE RAW.S.T ADD COLUMN c INT",),
            ("ALTER TABLE RAW.S.T DROP COLUMN c",),
            {"procedure RAW.S.WRITES_C names RAW.S.T.C, which is not there then"},
        ),
        (
            ("CREATE TABLE RAW.S.U (x INT)", "CREATE SCHEMA DW.NEW"),
            ("DROP SCHEMA DW.NEW", "DROP TABLE RAW.S.U"),
            {"view DW.M.OF_U names RAW.S.U, which is not there then"},
        ),
        (
            (
                "ALTER TABLE RAW.S.T ADD COLUMN a__new NUMBER(10,2)",
                "ALTER TABLE RAW.S.T RENAME COLUMN a TO a__retired",
                "ALTER TABLE RAW.S.T RENAME COLUMN a__new TO a",
            ),
            ("ALTER TABLE RAW.S.T RENAME COLUMN a TO a__new",),
            {"view DW.M.OF_A names RAW.S.T.A, which is VARCHAR(10) then"},
        ),
        (("ALTER TABLE RAW.S.T ALTER COLUMN a TYPE VARCHAR(20)",), ("SELECT 1",), set()),
        (("CREATE TABLE RAW.S.OTHER (a INT)",), ("DROP TABLE RAW.S.OTHER",), set()),
    ],
)  # fmt: skip
def test_what_names_what_is_lost_is_stranded(upgrade, downgrade, expected) -> None:
    assert found(upgrade, downgrade) == expected
