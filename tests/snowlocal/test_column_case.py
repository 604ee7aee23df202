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
