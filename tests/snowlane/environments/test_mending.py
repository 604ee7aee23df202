"""How one object of a copy is mended, by kind: the exact statements."""

import pytest

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, ForeignKey, Item
from snowlane.environments.mending.alerts import altered_alert
from snowlane.environments.mending.model import Copy
from snowlane.environments.mending.pipes import on_own_stage
from snowlane.environments.mending.policies import body_set
from snowlane.environments.mending.replaced import replaced, replaced_parked
from snowlane.environments.mending.stages import located
from snowlane.environments.mending.streams import made_anew
from snowlane.environments.mending.tables import keys_and_policies
from snowlane.environments.mending.tasks import altered_task
from snowlane.environments.repair import plan_repair
from snowlane.environments.stage_options import StageOptions, stage_options
from snowlane.sql.lineage_changes import Column
from snowlane.sql.lineage_tables import Table

ST = ("QA_RAW", "S", "ST")
COPY = Copy(
    {"PROD_RAW": "QA_RAW", "PROD_DW": "QA_DW"},
    {"WH": "WH_QA", "PROD_INT": "QA_INT"},
    {("QA_RAW", "S", "OUT"): "s3://qa/out/"},
    {ST: StageOptions("FILE_FORMAT = (FORMAT_NAME = 'PROD_RAW.S.FF')")},
)


def item(kind, path, text="", comment="", arguments="", **shown):
    return Item(Key(tuple(path.split(".")), kind, arguments), "R", comment, text, shown)


@pytest.mark.parametrize(
    ("mend", "given", "statements"),
    [
        (replaced, item("VIEW", "QA_DW.M.V", "create or replace view V as select 1;"), ()),
        (
            replaced,
            item(
                "VIEW",
                "QA_DW.M.V",
                "create or replace secure view QA_DW.M.V(A COMMENT 'it') as select * from \"PROD_RAW\".S.T;",
                "it's kept",
            ),
            (
                "create or replace secure view QA_DW.M.V(A COMMENT 'it') as select * from \"QA_RAW\".S.T",
                "COMMENT ON VIEW QA_DW.M.V IS 'it''s kept'",
            ),
        ),
        (
            replaced,
            item(
                "MATERIALIZED VIEW",
                "QA_DW.M.V",
                "create or replace materialized view QA_DW.M.V as select a from PROD_RAW.S.T;",
                "why",
            ),
            (
                "create or replace materialized view QA_DW.M.V as select a from QA_RAW.S.T",
                "ALTER MATERIALIZED VIEW QA_DW.M.V SET COMMENT = 'why'",
            ),
        ),
        (
            replaced,
            item(
                "PROCEDURE",
                "QA_DW.M.P",
                "CREATE OR REPLACE PROCEDURE QA_DW.M.P(A NUMBER) RETURNS VARCHAR LANGUAGE PYTHON "
                "HANDLER = 'h' COMMENT = 'c' AS '\ndb = \"PROD_RAW\"';",
                "c",
                "(NUMBER)",
            ),
            (
                "CREATE OR REPLACE PROCEDURE QA_DW.M.P(A NUMBER) RETURNS VARCHAR LANGUAGE PYTHON "
                "HANDLER = 'h' COMMENT = 'c' AS '\ndb = \"QA_RAW\"'",
            ),
        ),
        (
            replaced_parked,
            item(
                "DYNAMIC TABLE",
                "QA_DW.M.D",
                "create or replace dynamic table QA_DW.M.D(A) warehouse = WH as select A from PROD_RAW.S.T;",
            ),
            (
                "create or replace dynamic table QA_DW.M.D(A) warehouse = WH_QA as select A from QA_RAW.S.T",
                "ALTER DYNAMIC TABLE QA_DW.M.D SUSPEND",
            ),
        ),
        (
            made_anew,
            item(
                "STREAM", "QA_RAW.S.C", "create or replace stream QA_RAW.S.C on table QA_RAW.S.T;"
            ),
            ("create or replace stream QA_RAW.S.C on table QA_RAW.S.T",),
        ),
        (
            on_own_stage,
            item(
                "PIPE",
                "QA_RAW.S.P",
                "create or replace pipe QA_RAW.S.P auto_ingest=true integration='N' as copy into "
                "PROD_RAW.S.T from @PROD_RAW.S.ST;",
                "c",
            ),
            (
                "create or replace pipe QA_RAW.S.P as copy into QA_RAW.S.T from @QA_RAW.S.ST",
                "ALTER PIPE QA_RAW.S.P SET PIPE_EXECUTION_PAUSED = TRUE",
                "COMMENT ON PIPE QA_RAW.S.P IS 'c'",
            ),
        ),
        (
            on_own_stage,
            item(
                "PIPE",
                "QA_RAW.S.P",
                "create or replace pipe QA_RAW.S.P auto_ingest=true as copy into t from @OUT;",
            ),
            (
                "create or replace pipe QA_RAW.S.P auto_ingest=true as copy into t from @OUT",
                "ALTER PIPE QA_RAW.S.P SET PIPE_EXECUTION_PAUSED = TRUE",
            ),
        ),
        (
            altered_task,
            item(
                "TASK",
                "QA_DW.M.T",
                definition="CALL PROD_DW.M.P('PROD_RAW.S.STR')",
                condition="SYSTEM$STREAM_HAS_DATA('PROD_RAW.S.STR')",
                config='{"db": "PROD_RAW"}',
                warehouse="WH",
                predecessors='["PROD_DW.M.ROOT"]',
            ),
            (
                "ALTER TASK QA_DW.M.T MODIFY AS CALL QA_DW.M.P('QA_RAW.S.STR')",
                "ALTER TASK QA_DW.M.T MODIFY WHEN SYSTEM$STREAM_HAS_DATA('QA_RAW.S.STR')",
                'ALTER TASK QA_DW.M.T SET CONFIG = \'{"db": "QA_RAW"}\'',
                "ALTER TASK QA_DW.M.T SET WAREHOUSE = WH_QA",
                "ALTER TASK QA_DW.M.T REMOVE AFTER PROD_DW.M.ROOT",
                "ALTER TASK QA_DW.M.T ADD AFTER QA_DW.M.ROOT",
            ),
        ),
        (altered_task, item("TASK", "QA_DW.M.T", definition="SELECT 'PROD_RAW_OLD'"), ()),
        (
            altered_alert,
            item("ALERT", "QA_RAW.S.A", condition="select 1 from PROD_RAW.S.T", action="SELECT 1"),
            ("ALTER ALERT QA_RAW.S.A MODIFY CONDITION EXISTS (select 1 from QA_RAW.S.T)",),
        ),
        (
            body_set,
            item(
                "MASKING POLICY",
                "QA_RAW.S.M",
                "create or replace masking policy QA_RAW.S.M as (V VARCHAR) returns VARCHAR ->\n"
                "case when exists (select 1 from PROD_RAW.S.C where COMMENT = V) then V end\n"
                "COMMENT='mine'\nEXEMPT_OTHER_POLICIES = TRUE;",
            ),
            (
                "ALTER MASKING POLICY QA_RAW.S.M SET BODY -> "
                "case when exists (select 1 from QA_RAW.S.C where COMMENT = V) then V end",
            ),
        ),
        (
            located,
            item("STAGE", "QA_RAW.S.ST", comment="c", url="s3://prod/in/"),
            (
                "CREATE OR REPLACE STAGE QA_RAW.S.ST "
                "FILE_FORMAT = (FORMAT_NAME = 'QA_RAW.S.FF') COMMENT = 'c'",
            ),
        ),
        (
            located,
            item("STAGE", "QA_RAW.S.OUT", url="s3://prod/out/", storage_integration="PROD_INT"),
            ("ALTER STAGE QA_RAW.S.OUT SET URL = 's3://qa/out/' STORAGE_INTEGRATION = QA_INT",),
        ),
        (located, item("STAGE", "QA_RAW.S.OUT", url="s3://qa/out/"), ()),
    ],
)
def test_one_object(mend, given, statements):
    assert mend(given, COPY).statements == statements


def test_a_table():
    text = """create or replace TABLE QA_DW.M.T (
	ID NUMBER(38,0) DEFAULT PROD_RAW.S.SQ.NEXTVAL,
	"o dd" VARCHAR(5) WITH MASKING POLICY PROD_RAW.S.M USING ("o dd", ID) WITH TAG (PROD_RAW.S.G='it''s'),
	constraint FK foreign key (ID) references PROD_RAW.S.P(ID)
) WITH ROW ACCESS POLICY QA_DW.M.OWN ON (ID) WITH TAG (PROD_RAW.S.G='t')
;"""
    given = item("TABLE", "QA_DW.M.T", text)
    columns = (
        Column("ID", default="PROD_RAW.S.SQ.NEXTVAL"),
        Column("o dd"),
        Column("F", default="PROD_DW.M.F()"),
        Column("FROM_WHERE", default="'PROD_RAW.S'"),
    )
    contents = Contents(
        {given.key: given},
        {given.path: Table(given.path, columns)},
        (
            ForeignKey(
                "FK", given.path, ("ID",), ("PROD_RAW", "S", "P"), ("ID",), "CASCADE", "NO ACTION"
            ),
        ),
    )
    mended = keys_and_policies(given, COPY, contents)
    table = "ALTER TABLE QA_DW.M.T"
    assert mended.statements == (
        f"{table} DROP CONSTRAINT FK",
        f"{table} ADD CONSTRAINT FK FOREIGN KEY (ID) REFERENCES QA_RAW.S.P (ID) ON UPDATE CASCADE",
        f"{table} ALTER COLUMN ID SET DEFAULT QA_RAW.S.SQ.NEXTVAL",
        f'{table} MODIFY COLUMN "o dd" SET MASKING POLICY QA_RAW.S.M USING ("o dd", ID) FORCE',
        f"{table} MODIFY COLUMN \"o dd\" SET TAG QA_RAW.S.G = 'it''s'",
        f'{table} MODIFY COLUMN "o dd" UNSET TAG PROD_RAW.S.G',
        f"{table} SET TAG QA_RAW.S.G = 't'",
        f"{table} UNSET TAG PROD_RAW.S.G",
    )
    assert [(each.text, each.why) for each in mended.unresolved] == [
        ("F: PROD_DW.M.F()", "a default that is no sequence cannot be changed"),
        ("FROM_WHERE: 'PROD_RAW.S'", "may be a value and not a name"),
    ]


def test_what_a_text_names_is_mended_before_it():
    views = {
        "A": "create or replace view QA_DW.M.A as select * from PROD_DW.M.B;",
        "B": "create or replace view QA_DW.M.B as select * from c, PROD_RAW.S.T;",
        "C": "create or replace view QA_DW.M.C as select * from PROD_RAW.S.T;",
        "LONE": "create or replace view QA_DW.M.LONE as select * from PROD_RAW.S.T, PROD_DW.M.LONE;",
        "NO": "create or replace view QA_DW.M.NO as select * from A;",
    }
    items = [item("VIEW", f"QA_DW.M.{name}", text) for name, text in views.items()]
    repair = plan_repair(Contents({each.key: each for each in items}), COPY)
    assert [[each.item.path[-1] for each in wave] for wave in repair.waves] == [
        ["C", "LONE"],
        ["B"],
        ["A"],
    ]


def test_a_circle_of_texts_has_an_order():
    texts = {
        name: f"CREATE OR REPLACE PROCEDURE QA_DW.M.{name}() RETURNS INT AS 'CALL PROD_DW.M.{other}()'"
        for name, other in (("P", "Q"), ("Q", "P"))
    }
    items = [item("PROCEDURE", f"QA_DW.M.{name}", text) for name, text in texts.items()]
    repair = plan_repair(Contents({each.key: each for each in items}), COPY)
    assert [len(wave) for wave in repair.waves] == [1, 1]


def test_the_options_of_a_stage():
    def row(group, name, kind, value, default):
        return {
            "parent_property": group,
            "property": name,
            "property_type": kind,
            "property_value": value,
            "property_default": default,
        }

    assert stage_options(
        [
            row("STAGE_FILE_FORMAT", "TYPE", "String", "CSV", "CSV"),
            row("STAGE_FILE_FORMAT", "SKIP_HEADER", "Integer", "1", "0"),
            row("STAGE_FILE_FORMAT", "FIELD_DELIMITER", "String", "|", ","),
            row("STAGE_FILE_FORMAT", "NULL_IF", "List", "['', 'NULL']", "[\\\\N]"),
            row("STAGE_FILE_FORMAT", "ENCODING", "String", "UTF8", "UTF8"),
            row("STAGE_COPY_OPTIONS", "ON_ERROR", "String", "CONTINUE", "ABORT_STATEMENT"),
            row("STAGE_LOCATION", "URL", "String", '["s3://a/"]', ""),
            row("DIRECTORY", "ENABLE", "Boolean", "true", "false"),
        ]
    ).clauses == (
        "DIRECTORY = (ENABLE = TRUE) "
        "FILE_FORMAT = (TYPE = CSV, SKIP_HEADER = 1, FIELD_DELIMITER = '|', NULL_IF = ('', 'NULL')) "
        "COPY_OPTIONS = (ON_ERROR = CONTINUE)"
    )
