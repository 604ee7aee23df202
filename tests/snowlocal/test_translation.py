"""The steps to DuckDB's SQL: those that are left out for a statement would not have changed it."""

from __future__ import annotations

from typing import Any

import pytest

from snowlocal.query import translate
from snowlocal.query.parse import parse

EXPRESSIONS = (
    "1", "a / b", "MOD(a, b)", "TRIM(a)", "CURRENT_VERSION()", "a::VARIANT", "TRY_PARSE_JSON(a)",
    "PARSE_JSON(a):b.c", "PARSE_JSON(a):b::VARCHAR", "UPPER(PARSE_JSON(a):b)",
    "PARSE_JSON(a)['k']::STRING", "PARSE_JSON(a)[0]", "SPLIT(a, ',')", "REGEXP_REPLACE(a, 'x')",
    "REGEXP_SUBSTR(a, 'x(y)', 1, 1, 'e')", "TO_DATE(a)", "'2026-01-01 10:00 +02:00'::TIMESTAMP_TZ",
    "TO_NUMBER(a, 10, 2)", "TRY_TO_NUMBER(a)", "TO_TIMESTAMP(a)", "TO_TIMESTAMP_NTZ(0)",
    "a::TIMESTAMP_NTZ", "TRY_CAST(a AS TIMESTAMP)", "TRY_TO_TIMESTAMP_NTZ(a)", "TO_VARIANT(a)",
    "OBJECT_CONSTRUCT('k', a)", "OBJECT_CONSTRUCT(*)", "OBJECT_CONSTRUCT_KEEP_NULL('k', a)", "a::FLOAT",
    "a::NUMBER(38,0)", "a::INT", "ARRAY_SIZE(a)", "RANDOM()", "ARRAY_AGG(a) WITHIN GROUP (ORDER BY b)",
    "ARRAY_AGG(a)", "OBJECT_AGG(a, b)", "ARRAY_CONSTRUCT(a, b)", "ARRAY_CONSTRUCT_COMPACT(a)",
    "ARRAY_CAT(a, b)", "ARRAY_TO_STRING(a, ',')", "DATEADD(day, 1, a::DATE)",
    "DATEADD(day, 1, '2026-01-01')", "DATEDIFF(day, '2026-01-01', a)", "HAVERSINE(a, b, a, b)", "X'AB'",
    "SHA2(a)", "SHA2_HEX(a)", "CASE WHEN a > 1 THEN SYSDATE() END", '"quoted"',
    "COUNT(*) OVER (PARTITION BY a)",
)  # fmt: skip
STATEMENTS = (
    "SELECT a AS k FROM t JOIN u ON k = u.x WHERE b = 1",
    "SELECT OBJECT_CONSTRUCT('k', a) AS o FROM t WHERE o IS NOT NULL",
    "SELECT f.value::VARCHAR, f.index FROM t, LATERAL FLATTEN(input => t.a) f",
    "SELECT value::STRING FROM TABLE(FLATTEN(input => PARSE_JSON('[1]')))",
    "SELECT column1, column2 FROM VALUES (1, 'x'), (2, 'y')",
    "SELECT * FROM t SAMPLE (10)",
    "WITH c AS (SELECT a FROM t) SELECT a FROM c UNION ALL SELECT b FROM u ORDER BY 1 LIMIT 3",
    "UPDATE t SET a = TRIM(b) WHERE c = 1 / d",
    "DELETE FROM t WHERE a = TO_DATE('2026-01-01')",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = u.b::FLOAT "
    "WHEN NOT MATCHED THEN INSERT (a) VALUES (u.a)",
)


def by_every_step(sql: str) -> str:
    tree: Any = parse(sql)
    for step, _ in translate.STEPS:
        tree = tree.transform(step, copy=False)
    return str(tree.sql(dialect="duckdb", identify=True))


@pytest.mark.parametrize("sql", [*(f"SELECT {each} FROM t" for each in EXPRESSIONS), *STATEMENTS])
def test_a_step_that_is_left_out_changes_nothing(sql: str) -> None:
    assert translate.to_duck(parse(sql)) == by_every_step(sql)
