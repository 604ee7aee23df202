"""Reading a live environment: every object with its owner and statement, in requests that do not grow."""

import snowflake.connector

from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments.contents import ForeignKey, predecessors
from snowlane.snowflake.contents import read_contents

MADE = """
CREATE DATABASE SHOP_RAW;
CREATE SCHEMA SHOP_RAW.S;
CREATE TABLE SHOP_RAW.S.T (ID INT, A VARCHAR(5) DEFAULT 'x', PRIMARY KEY (ID)) COMMENT = 'all of them';
CREATE SEQUENCE SHOP_RAW.S.SQ;
CREATE FILE FORMAT SHOP_RAW.S.FF TYPE = CSV;
CREATE STAGE SHOP_RAW.S.ST URL = 's3://shop/in/';
CREATE PIPE SHOP_RAW.S.PI AUTO_INGEST = TRUE AS COPY INTO SHOP_RAW.S.T (A) FROM (SELECT $1 FROM @SHOP_RAW.S.ST);
CREATE DATABASE SHOP_DW;
CREATE SCHEMA SHOP_DW."Odd one";
CREATE TABLE SHOP_DW."Odd one".C (ID INT, T INT, CONSTRAINT FK FOREIGN KEY (T) REFERENCES SHOP_RAW.S.T (ID));
CREATE VIEW SHOP_DW.PUBLIC.V COMMENT = 'it''s a view' AS SELECT * FROM SHOP_RAW.S.T;
CREATE FUNCTION SHOP_DW.PUBLIC.F(A INT) RETURNS INT AS 'SELECT MAX(ID) FROM SHOP_RAW.S.T';
CREATE FUNCTION SHOP_DW.PUBLIC.F(A VARCHAR) RETURNS INT AS 'SELECT 1';
CREATE STREAM SHOP_DW.PUBLIC.ST ON TABLE SHOP_RAW.S.T;
CREATE TASK SHOP_DW.PUBLIC.ROOT WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' AS SELECT 1;
CREATE TASK SHOP_DW.PUBLIC.CHILD WAREHOUSE = COMPUTE_WH AFTER SHOP_DW.PUBLIC.ROOT AS SELECT 2;
CREATE ALERT SHOP_DW.PUBLIC.AL WAREHOUSE = COMPUTE_WH SCHEDULE = '60 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 2
"""


def test_every_object_is_read_with_owner_and_statement(account):
    with snowflake.connector.connect(**account.connection) as connection:
        for statement in MADE.split(";\n"):
            connection.cursor().execute(statement)
    project = Project(account.project)
    target = Target(project, project.environment("dev"), local=True)
    with target.open(as_administrator=True) as one, target.open(as_administrator=True) as other:
        found = read_contents([one, other], ["SHOP_RAW", "SHOP_DW"])
    names = {str(item) for item in found.items.values() if item.path[1:] != ("PUBLIC",)}
    assert names == {
        "schema SHOP_RAW.S",
        "table SHOP_RAW.S.T",
        "sequence SHOP_RAW.S.SQ",
        "file format SHOP_RAW.S.FF",
        "stage SHOP_RAW.S.ST",
        "pipe SHOP_RAW.S.PI",
        'schema SHOP_DW."Odd one"',
        'table SHOP_DW."Odd one".C',
        "view SHOP_DW.PUBLIC.V",
        "function SHOP_DW.PUBLIC.F(NUMBER)",
        "function SHOP_DW.PUBLIC.F(VARCHAR)",
        "stream SHOP_DW.PUBLIC.ST",
        "task SHOP_DW.PUBLIC.ROOT",
        "task SHOP_DW.PUBLIC.CHILD",
        "alert SHOP_DW.PUBLIC.AL",
    }
    assert {item.owner for item in found.items.values()} == {"ACCOUNTADMIN"}
    assert {item.kind for item in found.items.values() if not item.text} == {"STAGE"}
    by_name = {str(item): item for item in found.items.values()}
    assert by_name["view SHOP_DW.PUBLIC.V"].comment == "it's a view"
    assert by_name["stage SHOP_RAW.S.ST"].says("url") == "s3://shop/in/"
    assert predecessors(by_name["task SHOP_DW.PUBLIC.CHILD"]) == (("SHOP_DW", "PUBLIC", "ROOT"),)
    assert found.foreign_keys == (
        ForeignKey(
            "FK",
            ("SHOP_DW", "Odd one", "C"),
            ("T",),
            ("SHOP_RAW", "S", "T"),
            ("ID",),
            "NO ACTION",
            "NO ACTION",
        ),
    )
    assert [column.name for column in found.tables["SHOP_RAW", "S", "T"].columns] == ["ID", "A"]
