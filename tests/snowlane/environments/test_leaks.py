"""Every way in which an object can refer to another environment is found, and nothing else."""

import pytest

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, ForeignKey, Item
from snowlane.environments.leaks import leaks
from snowlane.sql.lineage_changes import Column
from snowlane.sql.lineage_tables import Table

FOREIGN = {"PROD_RAW": "prod", "PROD_DW": "prod"}
TABLE = ("QA_DW", "M", "T")


def found(*items, tables=None, keys=(), formats=None):
    contents = Contents({each.key: each for each in items}, tables or {}, tuple(keys))
    return [str(each) for each in leaks(contents, FOREIGN, {"s3://prod/in/": "prod"}, formats)]


def item(kind, text="create or replace", **shown):
    return Item(Key(("QA_DW", "M", "X"), kind), text=text, shown=shown)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            item("VIEW", "create view X as\nselect * from prod_raw.s.t"),
            "view QA_DW.M.X, line 2: PROD_RAW.S.T",
        ),
        (item("VIEW", ""), "view QA_DW.M.X: nobody can tell (its statement cannot be read)"),
        (
            item("NETWORK RULE", "create network rule PROD_DW.M.R"),
            "network rule QA_DW.M.X, line 1: PROD_DW.M.R",
        ),
        (item("TASK", "", definition="CALL PROD_DW.M.P()"), "task QA_DW.M.X, line 1: PROD_DW.M.P"),
        (item("TASK", "", config='{"db": "PROD_DW"}'), "task QA_DW.M.X, line 1: PROD_DW"),
        (
            item("TASK", "", predecessors='["PROD_DW.M.ROOT"]'),
            "task QA_DW.M.X: PROD_DW.M.ROOT (its predecessor)",
        ),
        (
            item("ALERT", "", action="SELECT 1 FROM PROD_RAW.S.T"),
            "alert QA_DW.M.X, line 1: PROD_RAW.S.T",
        ),
        (
            item("STREAM", table_name="QA_DW.M.T", base_tables="PROD_RAW.S.T"),
            "stream QA_DW.M.X: PROD_RAW.S.T (what it reads)",
        ),
        (
            item("STAGE", "", url="s3://prod/in/"),
            "stage QA_DW.M.X: s3://prod/in/ (the address of a stage of prod)",
        ),
        (
            item("STAGE", "", url="S3://Prod/in"),
            "stage QA_DW.M.X: S3://Prod/in (the address of a stage of prod)",
        ),
        (
            item("STAGE", "", url="s3://prod/in/2026/"),
            "stage QA_DW.M.X: s3://prod/in/2026/ (it shares files with s3://prod/in/, a stage of prod)",
        ),
        (
            item("STAGE", "", url="s3://prod"),
            "stage QA_DW.M.X: s3://prod (it shares files with s3://prod/in/, a stage of prod)",
        ),
        (
            item("TABLE", "create table X (A INT WITH MASKING POLICY #UNKNOWN_POLICY)"),
            "table QA_DW.M.X, line 1: #UNKNOWN_POLICY (what it is, the role that copies does not see)",
        ),
    ],
)
def test_a_reference_is_found(given, expected):
    assert found(given) == [expected]


@pytest.mark.parametrize(
    "name",
    ["PROD_RAW.S.CSV", '"PROD_RAW"."S"."CSV"', "prod_raw.s.csv"],
    ids=["plain", "quoted", "small"],
)
def test_the_file_format_of_a_stage_is_found(name):
    stage = item("STAGE", "", url="s3://qa/in/")
    formats = {stage.path: f"FILE_FORMAT = (FORMAT_NAME = '{name}')"}
    assert found(stage, formats=formats) == [
        "stage QA_DW.M.X: PROD_RAW.S.CSV (its file format)",
    ]
    # A delimiter is no name, whatever it says.
    formats = {stage.path: "FILE_FORMAT = (TYPE = CSV, FIELD_DELIMITER = 'PROD_RAW')"}
    assert found(stage, formats=formats) == []


@pytest.mark.parametrize(
    "named",
    [
        "FILE_FORMAT = (FORMAT_NAME = 'PROD_RAW.S.CSV')",
        "FILE_FORMAT = (FORMAT_NAME = PROD_RAW.S.CSV)",
        "FILE_FORMAT = 'PROD_RAW.S.CSV'",
    ],
)
@pytest.mark.parametrize("kind", ["PIPE", "TASK", "PROCEDURE", "VIEW"])
def test_the_file_format_of_a_load_is_found(kind, named):
    copy = f"COPY INTO QA_DW.M.T FROM @QA_DW.M.S {named}"
    given = {
        "PIPE": item(kind, f"create pipe X as {copy}"),
        "TASK": item(kind, "", definition=copy),
        "PROCEDURE": item(kind, f"create procedure X() returns int as $$ begin {copy}; end $$"),
        "VIEW": item(
            kind,
            "create view X as select $1 from @QA_DW.M.S (" + named.replace(" = '", " => '") + ")",
        ),
    }[kind]
    (leak,) = found(given)
    assert leak == f"{kind.lower()} QA_DW.M.X, line 1: PROD_RAW.S.CSV"


def test_a_text_in_a_default_may_be_one_and_hinders_nothing():
    text = "create or replace TABLE T (\n\tA VARCHAR(20) DEFAULT 'PROD_RAW.S'\n)"
    table = Table(TABLE, (Column("A", default="'PROD_RAW.S'"),))
    contents = Contents({item("TABLE", text).key: item("TABLE", text)}, {TABLE: table})
    (leak,) = leaks(contents, FOREIGN)
    assert (str(leak), leak.certain) == (
        "table QA_DW.M.X, line 2: PROD_RAW.S (may be a value and not a name)",
        False,
    )


def test_keys_and_defaults_are_found():
    key = ForeignKey("FK", TABLE, ("A",), ("PROD_RAW", "S", "P"), ("ID",))
    table = Table(
        TABLE, (Column("A", default="PROD_RAW.S.SQ.NEXTVAL"), Column("B", default="'PROD'"))
    )
    assert found(tables={TABLE: table}, keys=[key]) == [
        "table QA_DW.M.T: PROD_RAW.S.P (the foreign key FK)",
        "table QA_DW.M.T: PROD_RAW.S.SQ.NEXTVAL (the default of A)",
    ]


@pytest.mark.parametrize(
    "given",
    [
        item("VIEW", "create view X as select 1 -- as PROD_RAW.S.T does\nfrom PROD_RAW_OLD.S.T"),
        item("PROCEDURE", "create procedure X() as 'return ''see PROD_RAW, the old one''; '"),
        item("TASK", "", definition="SELECT 'PROD_RAW_OLD'", config=""),
        item("STAGE", "", url="s3://qa/in/"),
        item("SEQUENCE", ""),
    ],
)
def test_what_only_looks_like_one_is_not(given):
    assert found(given) == []
