"""The case of a column's name: "id" is another column than ID, wherever a statement names it."""

from __future__ import annotations

import pytest
from tests.snowlocal.conftest import Sql, error_of


@pytest.fixture(autouse=True)
def here(sql: Sql, schema: str) -> str:
    """A table LC whose columns are "id" and "Name", a table T with ID and V, and what reads them."""
    sql('CREATE TABLE lc ("id" INT, "Name" VARCHAR)', "CREATE TABLE t (id INT, v VARCHAR)")
    sql('CREATE TABLE parts ("year" INT, d DATE)')
    sql('CREATE VIEW renamed (id, name) AS SELECT "id", "Name" FROM lc')
    sql("CREATE VIEW whole AS SELECT * FROM lc", "CREATE STREAM s ON TABLE lc")
    sql("CREATE FUNCTION twice(x INT) RETURNS INT AS 'x * 2'")
    sql("CREATE FUNCTION made(x INT) RETURNS TABLE (a INT) AS 'SELECT x'")
    sql("CREATE FUNCTION of_t(k INT) RETURNS INT AS 'SELECT MAX(id) FROM t WHERE t.id = k'")
    sql("CREATE MASKING POLICY hidden AS (val VARCHAR) RETURNS VARCHAR -> LOWER(val)")
    sql('CREATE TABLE masked ("Secret" VARCHAR)')
    sql('ALTER TABLE masked MODIFY COLUMN "Secret" SET MASKING POLICY hidden')
    return schema


_REFUSED = [
    ("SELECT id, name FROM lc", "ID"),
    ("SELECT l.name FROM lc l", "L.NAME"),
    ('SELECT "id" FROM t', '"id"'),
    ('SELECT id FROM (SELECT "id" FROM lc)', "ID"),
    ('WITH c AS (SELECT "id" FROM lc) SELECT id FROM c', "ID"),
    ("CREATE VIEW x AS SELECT id FROM lc", "ID"),
    ("CREATE TABLE x AS SELECT name FROM lc", "NAME"),
    ("INSERT INTO t SELECT id, name FROM lc", "ID"),
    ("UPDATE lc SET name = 'y'", "NAME"),
    ("UPDATE lc SET \"Name\" = 'y' WHERE id = 1", "ID"),
    ("DELETE FROM lc WHERE id = 1", "ID"),
    ('SELECT "id" FROM renamed', '"id"'),
    ("SELECT id FROM whole", "ID"),
    ("SELECT id FROM s", "ID"),
    ("SELECT secret FROM masked", "SECRET"),
    ('SELECT "table_name" FROM INFORMATION_SCHEMA.TABLES', '"table_name"'),
    ("SELECT id, f.value FROM lc, LATERAL FLATTEN(INPUT => ARRAY_CONSTRUCT(1)) f", "ID"),
    ('SELECT "value" FROM TABLE(FLATTEN(INPUT => ARRAY_CONSTRUCT(1)))', '"value"'),
    ('SELECT x."Key" FROM lc, LATERAL FLATTEN(INPUT => ARRAY_CONSTRUCT(1)) x', 'X."Key"'),
    ("SELECT id FROM lc, (VALUES (1)) AS x (n)", "ID"),
    ('SELECT x."n" FROM (VALUES (1)) AS x (n)', 'X."n"'),
    ('SELECT "column1" FROM VALUES (1)', '"column1"'),
    ("SELECT name FROM lc, TABLE(GENERATOR(ROWCOUNT => 2))", "NAME"),
    ('SELECT "a" FROM TABLE(made(1))', '"a"'),
    ('SELECT "query_id" FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())', '"query_id"'),
    ('SELECT id FROM (SELECT 1 AS "id")', "ID"),
    ('SELECT v AS "w" FROM t ORDER BY w', "W"),
]


@pytest.mark.parametrize(("statement", "shown"), _REFUSED, ids=[s for s, _ in _REFUSED])
def test_another_case_is_another_column(sql: Sql, statement: str, shown: str) -> None:
    number, message = error_of(lambda: sql(statement))
    assert (number, f"invalid identifier '{shown}'" in message) == (904, True), message


_TAKEN = [
    'SELECT "id", l."Name" FROM lc l',
    'SELECT "id" AS id FROM lc ORDER BY id',
    'SELECT id AS "id" FROM t ORDER BY "id"',
    'SELECT id FROM (SELECT "id" AS id FROM lc)',
    'WITH c (id) AS (SELECT "id" FROM lc) SELECT id FROM c',
    'WITH c AS (SELECT "id" id, "Name" name FROM lc) SELECT c.id, name FROM c WHERE name = \'a\'',
    'SELECT MAX("id") m FROM lc GROUP BY "Name" HAVING m > 0',
    'SELECT lc."id", t.ID FROM lc, t',
    "SELECT x.id FROM (VALUES (1)) AS x (id), lc",
    'SELECT f.value, "id" FROM lc, LATERAL FLATTEN(INPUT => ARRAY_CONSTRUCT(1)) f',
    'SELECT f.value, Index, "id", f.this, seq FROM lc, LATERAL FLATTEN(INPUT => ARRAY_CONSTRUCT(1)) f',
    'SELECT value:A.b::INT AS "a" FROM TABLE(FLATTEN(INPUT => ARRAY_CONSTRUCT(1)))',
    "SELECT a, made.A FROM TABLE(made(1))",
    "SELECT Column1, x.COLUMN2 FROM VALUES (1, 2) AS x",
    "SELECT n FROM (VALUES (1), (2)) AS x (N)",
    "MERGE INTO t USING (VALUES (1)) AS x ON t.id = x.COLUMN1 WHEN MATCHED THEN DELETE",
    "SELECT Query_Id FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())",
    'SELECT SEQ4() AS "seq" FROM TABLE(GENERATOR(ROWCOUNT => 2)) ORDER BY "seq"',
    'SELECT "id" FROM lc, LATERAL (SELECT v FROM t WHERE t.id = lc."id") q',
    'SELECT DATEADD(day, 1, d) AS "Day", DATEDIFF(month, d, d) AS "month", TRUNC(d, \'year\') FROM parts',
    "SELECT Id, NAME FROM renamed",
    'SELECT "id" FROM whole',
    'SELECT "id", METADATA$ACTION FROM s',
    'SELECT "Secret" FROM masked',
    "SELECT Table_Name FROM INFORMATION_SCHEMA.TABLES",
    'SELECT twice("id") FROM lc',
    'SELECT of_t("id") FROM lc',
    'SELECT DATE_TRUNC(year, d), DATE_PART(year, d), LAST_DAY(d, month), "year" FROM parts',
    'UPDATE lc SET "Name" = \'q\' WHERE "id" = 1',
    'MERGE INTO lc USING t ON lc."id" = t.id WHEN MATCHED THEN UPDATE SET "Name" = t.v '
    'WHEN NOT MATCHED THEN INSERT ("id", "Name") VALUES (t.id, t.v)',
]


@pytest.mark.parametrize("statement", _TAKEN)
def test_a_name_that_the_statement_has_is_taken(sql: Sql, statement: str) -> None:
    sql(statement)
