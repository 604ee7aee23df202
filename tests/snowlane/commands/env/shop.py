"""A small platform with one of every kind of object that refers across databases, and what is read of it."""

from pathlib import Path
from typing import Any

import snowflake.connector

_ENVIRONMENT = """{head}
[snowflake]
role = "DEPLOY_{upper}"
warehouse = "WH"
[databases]
RAW = "{upper}_RAW"
DW = "{upper}_DW"
[names]
WH = "WH_{upper}"
READER = "READER_{upper}"
[stages]
"RAW.S.OUTSIDE" = "s3://shop-{name}/in/"
{clone}
"""
_CLONE = """[clone]
from = "prod"
role = "CLONER"
after = "envs/mask.sql"
"""
_REVISION = '''"""All of it."""

from snowlane.alembic import ops
from alembic import op

revision = "r1"
down_revision = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
    op.sql("SELECT 1")
'''
MASK = """-- Nobody outside production sees a name.
UPDATE RAW.S.CUSTOMERS SET NAME = '***';
INSERT INTO RAW.S.MASKED SELECT COUNT(*) FROM RAW.S.CUSTOMERS;
"""
STATEMENTS = (
    "CREATE SCHEMA RAW.S",
    "CREATE SCHEMA DW.M",
    "CREATE TABLE RAW.S.CUSTOMERS (ID NUMBER(10,0) NOT NULL, NAME VARCHAR(50), PRIMARY KEY (ID))",
    "CREATE TABLE RAW.S.MASKED (N NUMBER(10,0))",
    "CREATE SEQUENCE RAW.S.SQ",
    "CREATE TABLE DW.M.SALES (ID NUMBER(10,0) DEFAULT RAW.S.SQ.NEXTVAL, CUSTOMER NUMBER(10,0), "
    "CONSTRAINT OF_CUSTOMER FOREIGN KEY (CUSTOMER) REFERENCES RAW.S.CUSTOMERS (ID))",
    "CREATE FILE FORMAT RAW.S.COMMAS TYPE = CSV",
    "CREATE STAGE RAW.S.OUTSIDE URL = 's3://shop/in/' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) "
    "COMMENT = 'where files arrive'",
    "CREATE STAGE RAW.S.INSIDE COMMENT = 'for hands'",
    "INSERT INTO RAW.S.CUSTOMERS (ID, NAME) VALUES (1, 'Ana'), (2, 'Bob')",
    "INSERT INTO DW.M.SALES (ID, CUSTOMER) VALUES (100, 1)",
)
OBJECTS = {
    "raw/s/streams/new_customers": "STREAM RAW.S.NEW_CUSTOMERS COPY GRANTS ON TABLE RAW.S.CUSTOMERS",
    "raw/s/pipes/outside": "PIPE RAW.S.OUTSIDE_PIPE AUTO_INGEST = TRUE COMMENT = 'loads customers' AS "
    "COPY INTO RAW.S.CUSTOMERS FROM @RAW.S.OUTSIDE",
    "raw/s/pipes/inside": "PIPE RAW.S.INSIDE_PIPE AS COPY INTO RAW.S.CUSTOMERS FROM @RAW.S.INSIDE",
    "dw/m/views/names": "VIEW DW.M.NAMES COPY GRANTS COMMENT = 'who they are' AS "
    "SELECT ID, NAME FROM RAW.S.CUSTOMERS",
    "dw/m/views/first": "VIEW DW.M.A_FIRST COPY GRANTS AS SELECT NAME FROM DW.M.NAMES WHERE ID = 1",
    "dw/m/functions/count": "FUNCTION DW.M.HOW_MANY(AT_LEAST INT) COPY GRANTS RETURNS INT AS "
    "$$ SELECT COUNT(*) FROM RAW.S.CUSTOMERS WHERE ID >= AT_LEAST $$",
    "dw/m/procedures/add": "PROCEDURE DW.M.ADD_SALE(CUSTOMER INT) COPY GRANTS RETURNS VARCHAR LANGUAGE SQL AS "
    "$$ BEGIN INSERT INTO DW.M.SALES (CUSTOMER) VALUES (:CUSTOMER); RETURN 'RAW.S'; END $$",
    "dw/m/tasks/root": "TASK DW.M.ROOT WAREHOUSE = WH SCHEDULE = '60 MINUTE' "
    "WHEN SYSTEM$STREAM_HAS_DATA('RAW.S.NEW_CUSTOMERS') AS CALL DW.M.ADD_SALE(2)",
    "dw/m/tasks/child": "TASK DW.M.CHILD WAREHOUSE = WH AFTER DW.M.ROOT AS "
    "INSERT INTO RAW.S.MASKED SELECT 7",
    "raw/s/alerts/many": "ALERT RAW.S.MANY WAREHOUSE = WH SCHEDULE = '60 MINUTE' "
    "IF (EXISTS (SELECT 1 FROM RAW.S.CUSTOMERS)) THEN INSERT INTO RAW.S.MASKED SELECT 9",
}

# What somebody made by hand with the deploy role, and no revision or object knows.
BY_HAND = (
    """CREATE PROCEDURE PROD_DW.M.BY_HAND() RETURNS VARCHAR LANGUAGE JAVASCRIPT AS
    $$ var db = "PROD_RAW"; return db + ".S"; $$""",
    "CREATE VIEW PROD_DW.M.ALL_OF_IT AS SELECT * FROM PROD_RAW.S.CUSTOMERS",
    """ALTER TASK PROD_DW.M.ROOT SET CONFIG = '{"from": "PROD_RAW.S.CUSTOMERS"}'""",
    "CREATE MASKING POLICY PROD_RAW.S.HIDE AS (V VARCHAR) RETURNS VARCHAR -> CASE WHEN EXISTS "
    "(SELECT 1 FROM PROD_RAW.S.MASKED) THEN V ELSE '*' END COMMENT = 'hides'",
    "CREATE ROW ACCESS POLICY PROD_RAW.S.VISIBLE AS (I NUMBER) RETURNS BOOLEAN -> "
    "I >= (SELECT COUNT(*) FROM PROD_RAW.S.MASKED WHERE N < 0)",
    "CREATE TAG PROD_RAW.S.ABOUT",
    "CREATE TABLE PROD_DW.M.PEOPLE (ID NUMBER(10,0), NAME VARCHAR(50) WITH MASKING POLICY "
    "PROD_RAW.S.HIDE WITH TAG (PROD_RAW.S.ABOUT = 'a name')) "
    "WITH ROW ACCESS POLICY PROD_RAW.S.VISIBLE ON (ID) WITH TAG (PROD_RAW.S.ABOUT = 'people')",
    "INSERT INTO PROD_DW.M.PEOPLE VALUES (1, 'Ana')",
    "CREATE DYNAMIC TABLE PROD_DW.M.TOTALS TARGET_LAG = '1 day' WAREHOUSE = WH_PROD AS "
    "SELECT COUNT(*) AS N FROM PROD_RAW.S.CUSTOMERS",
    "CREATE MATERIALIZED VIEW PROD_DW.M.IDS AS SELECT ID FROM PROD_RAW.S.CUSTOMERS",
)
# Who may read what of production, and what runs there.
GRANTS = (
    "GRANT USAGE ON DATABASE PROD_DW TO ROLE READER_PROD",
    "GRANT USAGE ON SCHEMA PROD_DW.M TO ROLE READER_PROD",
    "GRANT SELECT ON VIEW PROD_DW.M.NAMES TO ROLE READER_PROD",
    "GRANT SELECT ON FUTURE VIEWS IN SCHEMA PROD_DW.M TO ROLE READER_PROD",
    "ALTER TASK PROD_DW.M.CHILD RESUME",
    "ALTER TASK PROD_DW.M.ROOT RESUME",
    "ALTER ALERT PROD_RAW.S.MANY RESUME",
)


def lay_out(root: Path) -> Path:
    """Write the project: prod, protected, and qa, which says how clones of it are made."""
    (root / "envs").mkdir(parents=True)
    (root / "migrations" / "versions").mkdir(parents=True)
    for name, head, clone in (("prod", "protected = true", ""), ("qa", "", _CLONE)):
        text = _ENVIRONMENT.format(name=name, upper=name.upper(), head=head, clone=clone)
        (root / "envs" / f"{name}.toml").write_text(text)
    (root / "envs" / "mask.sql").write_text(MASK)
    (root / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
    )
    (root / "migrations" / "env.py").write_text(
        "from alembic import context\nfrom snowlane.plain_alembic import run\n\nrun(context)\n"
    )
    upgrade = "\n".join(f"    op.sql({text!r})" for text in STATEMENTS)
    (root / "migrations" / "versions" / "r1.py").write_text(_REVISION.format(upgrade=upgrade))
    for name, text in OBJECTS.items():
        path = root / "migrations" / "objects" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"CREATE OR REPLACE {text};\n")
    return root.resolve()


def made_by_hand(connection: dict[str, Any]) -> None:
    """Make all that, and what production grants and runs."""
    for role, statements in (("DEPLOY_PROD", BY_HAND), ("ACCOUNTADMIN", GRANTS)):
        with snowflake.connector.connect(**{**connection, "role": role}) as session:
            session.cursor().execute("USE WAREHOUSE WH_PROD")
            for statement in statements:
                session.cursor().execute(statement)


def everything(account: Any, *databases: str) -> dict[str, Any]:
    """All that some databases hold: definitions, rows, and what SHOW tells of what runs."""
    found: dict[str, Any] = {}
    for database in databases:
        found[database] = account.query(f"SELECT GET_DDL('DATABASE', '{database}', TRUE)")
        for kind in ("TASKS", "STREAMS", "ALERTS", "STAGES", "PIPES"):
            rows = account.rows(f"SHOW {kind} IN DATABASE {database}")
            # Counted from now on, and so another one each time.
            found[f"{database} {kind}"] = [row | {"stale_after": None} for row in rows]
        for row in account.query(
            f"SELECT TABLE_SCHEMA, TABLE_NAME FROM {database}.INFORMATION_SCHEMA.TABLES "
            "WHERE TABLE_TYPE = 'BASE TABLE' ORDER BY 1, 2"
        ):
            name = ".".join((database, *row))
            found[name] = sorted(map(str, account.query(f"SELECT * FROM {name}")))
    return found
