"""Lineage: columns followed through queries, statements, objects, and all that is downstream."""

import pytest

from snowlane.sql.lineage import Lineage, Node, UnknownNameError, downstream, impact_of
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_ddl import read_changes
from snowlane.sql.lineage_explain import as_data, as_markdown, as_mermaid, as_text
from snowlane.sql.lineage_flows import read_statement
from snowlane.sql.lineage_objects import Definition
from snowlane.sql.lineage_query import read_query
from snowlane.sql.lineage_tables import after_changes

COLUMNS = {
    ("RAW", "B", "T"): ("A", "B", "DOC"),
    ("RAW", "B", "U"): ("ID", "C", "D"),
    ("DW", "F", "X"): ("A", "B", "C"),
}
HOME = ("RAW", "B")


def outputs(query: str) -> dict[str, set[str]]:
    import sqlglot

    found = read_query(sqlglot.parse_one(query, read="snowflake"), COLUMNS.get, HOME)
    return {output.name: {str(place) for place in output.sources} for output in found.outputs}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT a, B AS x FROM RAW.B.T", {"A": {"RAW.B.T.A"}, "X": {"RAW.B.T.B"}}),
        ('SELECT t."A" FROM t', {"A": {"RAW.B.T.A"}}),
        (
            "WITH s AS (SELECT a + b AS n FROM T) SELECT MAX(n) OVER (ORDER BY n) AS m FROM s",
            {"M": {"RAW.B.T.A", "RAW.B.T.B"}},
        ),
        ("SELECT a AS n, n + 1 AS m FROM T", {"N": {"RAW.B.T.A"}, "M": {"RAW.B.T.A"}}),
        ("SELECT a + 1 AS b, b AS c FROM T", {"B": {"RAW.B.T.A"}, "C": {"RAW.B.T.B"}}),
        ("SELECT a FROM T UNION ALL SELECT c FROM U", {"A": {"RAW.B.T.A", "RAW.B.U.C"}}),
        ("SELECT s.* EXCLUDE (a, doc) FROM T AS s JOIN U ON TRUE", {"B": {"RAW.B.T.B"}}),
        ("SELECT * RENAME (a AS z) FROM (SELECT a FROM T)", {"Z": {"RAW.B.T.A"}}),
        ("SELECT * FROM RAW.B.NEW", {"*": {"RAW.B.NEW"}}),
        ("SELECT f.value:x AS v FROM T, LATERAL FLATTEN(doc:y) AS f", {"V": {"RAW.B.T.DOC"}}),
        ("SELECT f.value FROM T, TABLE(FLATTEN(T.doc)) f", {"VALUE": {"RAW.B.T.DOC"}}),
        (
            "SELECT (SELECT MAX(d) FROM U WHERE U.id = T.a) AS m FROM T",
            {"M": {"RAW.B.U.D", "RAW.B.U.ID", "RAW.B.T.A"}},
        ),
        ("SELECT v.p FROM (SELECT a, b FROM T) AS v (p, q)", {"P": {"RAW.B.T.A"}}),
        (
            "WITH RECURSIVE r (n) AS (SELECT id FROM U UNION ALL SELECT n + 1 FROM r)"
            " SELECT n FROM r",
            {"N": {"RAW.B.U.ID"}},
        ),
        ("SELECT x.a FROM T AS x, U AS x", {"*": {"RAW.B.T", "RAW.B.U"}}),
        ("SELECT x FROM RAW.B.NEW", {"X": {"RAW.B.NEW.X"}}),
        ("SELECT d FROM TABLE(GENERATOR(ROWCOUNT => 3))", {"D": set()}),
        ("SELECT p.jan FROM T PIVOT (SUM(a) FOR b IN ('JAN')) AS p", {"JAN": {"RAW.B.T"}}),
    ],
)
def test_a_query_tells_where_each_column_comes_from(
    query: str, expected: dict[str, set[str]]
) -> None:
    assert outputs(query) == expected


@pytest.mark.parametrize(
    ("statement", "flows", "writes"),
    [
        (
            "INSERT INTO DW.F.X (c, a) SELECT b, a FROM T",
            {"DW.F.X.C": {"RAW.B.T.B"}, "DW.F.X.A": {"RAW.B.T.A"}},
            {"DW.F.X.A", "DW.F.X.C"},
        ),
        (
            "INSERT INTO DW.F.X SELECT id, c, d FROM U",
            {"DW.F.X.A": {"RAW.B.U.ID"}, "DW.F.X.B": {"RAW.B.U.C"}, "DW.F.X.C": {"RAW.B.U.D"}},
            {"DW.F.X.A", "DW.F.X.B", "DW.F.X.C"},
        ),
        ("INSERT INTO DW.F.X (a, b) VALUES (1, :v)", {}, {"DW.F.X.A", "DW.F.X.B"}),
        (
            "INSERT INTO DW.F.X (a, b) VALUES (1, (SELECT MAX(id) FROM U))",
            {"DW.F.X.B": {"RAW.B.U.ID"}},
            {"DW.F.X.A", "DW.F.X.B"},
        ),
        (
            "MERGE INTO DW.F.X AS t USING (SELECT id, c FROM U) AS s ON t.a = s.id "
            "WHEN MATCHED AND t.b <> s.c THEN UPDATE SET b = s.c "
            "WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.id, s.c)",
            {"DW.F.X.B": {"RAW.B.U.C"}, "DW.F.X.A": {"RAW.B.U.ID"}},
            {"DW.F.X.A", "DW.F.X.B"},
        ),
        (
            "UPDATE DW.F.X SET a = U.d FROM U WHERE U.id = X.b",
            {"DW.F.X.A": {"RAW.B.U.D"}},
            {"DW.F.X.A"},
        ),
        ("DELETE FROM DW.F.X WHERE a IN (SELECT id FROM U)", {}, {"DW.F.X"}),
        ("COPY INTO DW.F.X (a, b) FROM (SELECT $1, $2 FROM @S)", {}, {"DW.F.X.A", "DW.F.X.B"}),
        ("COPY INTO DW.F.X FROM @S", {}, {"DW.F.X"}),
        ("CREATE TABLE Y AS SELECT a FROM T", {"RAW.B.Y.A": {"RAW.B.T.A"}}, {"RAW.B.Y.A"}),
        ("INSERT INTO DW.F.X SELECT * FROM RAW.B.NEW", {"DW.F.X": {"RAW.B.NEW"}}, {"DW.F.X"}),
        (
            "INSERT ALL INTO DW.F.X (a) VALUES (c) SELECT c FROM RAW.B.U",
            {"DW.F.X": {"RAW.B.U"}},
            {"DW.F.X"},
        ),
    ],
)
def test_a_statement_tells_what_it_moves(
    statement: str, flows: dict[str, set[str]], writes: set[str]
) -> None:
    found = read_statement(statement, COLUMNS.get, HOME)
    assert {
        str(flow.target): {str(place) for place in flow.sources} for flow in found.flows
    } == flows
    assert {str(place) for place in found.writes} == writes


def test_what_names_its_target_at_run_time_gets_a_note() -> None:
    found = read_statement("INSERT INTO IDENTIFIER(:t) SELECT a FROM RAW.B.T", COLUMNS.get, HOME)
    assert found.notes == ("INSERT names a relation at run time: whole relations are named",)


PLATFORM = {
    "view RAW.B.CLEAN": "CREATE OR REPLACE VIEW RAW.B.CLEAN (n, ok) AS "
    "SELECT TRIM(q), q > 0 FROM RAW.B.SALES WHERE shop IS NOT NULL",
    "stream RAW.B.S": "CREATE OR REPLACE STREAM RAW.B.S ON TABLE RAW.B.SALES",
    "pipe RAW.B.P": "CREATE OR REPLACE PIPE RAW.B.P AS COPY INTO RAW.B.SALES (q) FROM @RAW.B.ST",
    "procedure DW.F.LOAD": "CREATE OR REPLACE PROCEDURE DW.F.LOAD() RETURNS VARCHAR LANGUAGE SQL "
    "EXECUTE AS OWNER AS $$ BEGIN CREATE TEMPORARY TABLE w AS SELECT n, ok FROM RAW.B.CLEAN; "
    "INSERT INTO DW.F.FACT (total) SELECT n FROM w WHERE ok; RETURN 'x'; END $$",
    "task DW.F.NIGHTLY": "CREATE OR REPLACE TASK DW.F.NIGHTLY WAREHOUSE = W SCHEDULE = '60 MINUTE' "
    "WHEN SYSTEM$STREAM_HAS_DATA('RAW.B.S') AS CALL DW.F.LOAD()",
    "alert DW.F.LATE": "CREATE OR REPLACE ALERT DW.F.LATE WAREHOUSE = W SCHEDULE = '60 MINUTE' "
    "IF (EXISTS (SELECT 1 FROM DW.F.FACT WHERE total < 0)) THEN CALL SYSTEM$SEND_EMAIL('a', 'b')",
    "procedure DW.F.JS": "CREATE OR REPLACE PROCEDURE DW.F.JS() RETURNS VARCHAR LANGUAGE "
    'JAVASCRIPT AS $$ snowflake.execute({sqlText: "DELETE FROM DW.F.FACT WHERE total = 0"}); $$',
    "view DW.F.TOP": "CREATE OR REPLACE VIEW DW.F.TOP AS SELECT DW.F.ROUNDED(total) AS t "
    "FROM DW.F.FACT",
    "function DW.F.ROUNDED": "CREATE OR REPLACE FUNCTION DW.F.ROUNDED(n NUMBER) RETURNS NUMBER "
    "AS 'ROUND(n)'",
}  # fmt: skip
REFERENCES = {
    "procedure DW.F.JS": [("DW", "F", "FACT")],
    "view DW.F.TOP": [("DW", "F", "ROUNDED")],
    "task DW.F.NIGHTLY": [("DW", "F", "LOAD"), ("RAW", "B", "S")],
}


@pytest.fixture(scope="module")
def lineage() -> Lineage:
    tables = after_changes({}, read_changes("CREATE TABLE RAW.B.SALES (q VARCHAR, shop VARCHAR)"))
    tables = after_changes(tables, read_changes("CREATE TABLE DW.F.FACT (total NUMBER)"))
    definitions = []
    for name, text in PLATFORM.items():
        kind, path = name.split()
        references = frozenset(REFERENCES.get(name, ()))
        definition = Definition(kind.upper(), tuple(path.split(".")), text, references=references)
        definitions.append(definition)
    return Lineage(Catalog(tables, definitions))


def test_a_column_is_followed_to_the_last_view(lineage: Lineage) -> None:
    impact = downstream(lineage, lineage.find("raw.b.sales.q"))
    assert as_text(impact).splitlines() == [
        "table RAW.B.SALES.Q",
        "├─ written by pipe RAW.B.P",
        "├─ view RAW.B.CLEAN.N",
        "│  └─ table DW.F.W.N, by procedure DW.F.LOAD (called by task DW.F.NIGHTLY)",
        "│     └─ table DW.F.FACT.TOTAL, by procedure DW.F.LOAD (called by task DW.F.NIGHTLY)",
        "│        ├─ read by procedure DW.F.JS",
        "│        ├─ read by alert DW.F.LATE",
        "│        └─ view DW.F.TOP.T",
        "├─ view RAW.B.CLEAN.OK",
        "│  └─ table DW.F.W.OK, by procedure DW.F.LOAD (called by task DW.F.NIGHTLY)",
        "│     └─ read by procedure DW.F.LOAD",
        "│        └─ called by task DW.F.NIGHTLY",
        "└─ stream RAW.B.S.Q",
        "",
        "10 objects and 7 columns are downstream of it.",
        "Note: procedure DW.F.JS: its JAVASCRIPT body is not followed: columns are known only from "
        "whole SQL strings",
    ]


def test_a_column_that_only_chooses_rows_names_who_reads_it(lineage: Lineage) -> None:
    impact = downstream(lineage, lineage.find("RAW.B.SALES.SHOP"))
    assert [str(node) for node in impact.nodes] == ["view RAW.B.CLEAN", "stream RAW.B.S.SHOP"]


def test_a_function_leads_to_who_calls_it(lineage: Lineage) -> None:
    impact = downstream(lineage, lineage.find("DW.F.ROUNDED"))
    assert [str(node) for node in impact.objects] == ["view DW.F.TOP"]


def test_a_procedure_leads_to_what_it_writes_and_who_calls_it(lineage: Lineage) -> None:
    impact = downstream(lineage, lineage.find("DW.F.LOAD"))
    names = {str(node) for node in impact.objects}
    assert {"task DW.F.NIGHTLY", "table DW.F.FACT", "view DW.F.TOP", "alert DW.F.LATE"} <= names


def test_a_whole_table_is_shown_by_relations_with_their_columns(lineage: Lineage) -> None:
    text = as_text(downstream(lineage, lineage.find("RAW.B.SALES")))
    assert "├─ view RAW.B.CLEAN (N, OK)" in text.splitlines()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("RAW.B.SALE.Q", "RAW.B.SALES.Q"),
        ("raw.b.sales.quantity", "RAW.B.SALES.Q"),
        ("sales.q", "RAW.B.SALES.Q"),
        ("", None),
    ],
)
def test_an_unknown_name_tells_the_nearest(lineage: Lineage, name: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError) as raised:
        lineage.find(name)
    assert raised.value.nearest == nearest


@pytest.mark.parametrize(
    ("statement", "roots"),
    [
        ("ALTER TABLE RAW.B.SALES ALTER COLUMN q TYPE NUMBER", ["table RAW.B.SALES.Q"]),
        ("ALTER TABLE RAW.B.SALES RENAME COLUMN q TO z", ["table RAW.B.SALES.Q"]),
        ("DROP TABLE DW.F.FACT", ["table DW.F.FACT"]),
        ("CREATE OR REPLACE TABLE DW.F.FACT (a INT)", ["table DW.F.FACT"]),
        ("EXECUTE IMMEDIATE $$ BEGIN DROP TABLE DW.F.FACT; END $$", ["table DW.F.FACT"]),
        ("ALTER TABLE RAW.B.SALES ADD COLUMN z INT", []),
        ("DROP TABLE RAW.B.ELSEWHERE", []),
    ],
)
def test_a_statement_has_an_impact_where_it_takes_something_away(
    lineage: Lineage, statement: str, roots: list[str]
) -> None:
    assert [str(impact.root) for impact in impact_of(statement, lineage)] == roots


def test_the_formats_agree(lineage: Lineage) -> None:
    impact = downstream(lineage, lineage.find("RAW.B.SALES.Q"))
    data = as_data(impact)
    assert data["root"] == {"kind": "table", "name": "RAW.B.SALES.Q", "column": "Q"}
    assert {"from": "RAW.B.CLEAN.N", "to": "DW.F.W.N", "how": "value",
            "through": {"kind": "procedure", "name": "DW.F.LOAD", "column": None}} in data["edges"]  # fmt: skip
    assert len(data["objects"]) == 10
    chart = as_mermaid(impact)
    assert chart.startswith('flowchart LR\n    n0["table RAW.B.SALES.Q"]')
    assert '-- "procedure DW.F.LOAD" -->' in chart
    assert f"```mermaid\n{chart}\n```" in as_markdown(impact)


def test_views_in_a_circle_end() -> None:
    texts = {"A": "SELECT x FROM RAW.B.C", "C": "SELECT x FROM RAW.B.A"}
    definitions = [
        Definition("VIEW", ("RAW", "B", name), f"CREATE OR REPLACE VIEW RAW.B.{name} AS {text}")
        for name, text in texts.items()
    ]
    impact = downstream(Lineage(Catalog({}, definitions)), Node("VIEW", ("RAW", "B", "A"), "X"))
    assert [str(node) for node in impact.nodes] == ["view RAW.B.C.X"]
