"""Objects of phase `before`: after what they need is there, before the first revision that names them."""

import pytest

from snowlane.errors import ExitCode, RefusedError
from snowlane.objects.order import in_dependency_order
from snowlane.objects.source import SqlObject, read_object
from snowlane.plan.facts import Revision
from snowlane.plan.placement import footprint, placed
from snowlane.sql.mapping import NameMap

NAMES = NameMap({"RAW": "R", "DW": "D"})
SCHEMA = "CREATE SCHEMA RAW.G"
TABLE = "CREATE TABLE RAW.G.T (a INT)"
MASKED = "ALTER TABLE RAW.G.T MODIFY COLUMN a SET MASKING POLICY RAW.G.P"


def policy(body: str = "a", name: str = "P") -> SqlObject:
    return an_object(f"MASKING POLICY RAW.G.{name} AS (a INT) RETURNS INT -> {body}", "before")


def an_object(text: str, phase: str = "after") -> SqlObject:
    source = f"-- snowlane: phase={phase}\nCREATE OR REPLACE {text}"
    return read_object(f"{text.split()[-1]}{len(text)}.sql", source, NAMES)


def places(objects: list[SqlObject], *revisions: tuple[str, ...]) -> list[tuple[int, str]]:
    known = [
        footprint(Revision(f"r{at}", "", f"v/r{at}.py", None, None, texts), NAMES)
        for at, texts in enumerate(revisions, start=1)
    ]
    found = placed(in_dependency_order(objects), known)
    return [(count, str(each.identity)) for count, each in found]


@pytest.mark.parametrize(
    ("revisions", "count"),
    [
        ([], 0),
        ([(TABLE,), (MASKED,)], 0),
        ([(SCHEMA,), (TABLE,), (MASKED,)], 1),
        ([("SELECT 1",), ("CREATE SCHEMA IF NOT EXISTS RAW.G",), (TABLE, MASKED)], 2),
        ([("EXECUTE IMMEDIATE $$ BEGIN CREATE SCHEMA RAW.G; END $$",), (TABLE,)], 1),
        ([("CREATE SCHEMA RAW.OLD",), ("ALTER SCHEMA RAW.OLD RENAME TO RAW.G",)], 2),
    ],
)
def test_a_policy_comes_after_its_schema_and_before_the_table_that_needs_it(revisions, count):
    assert places([policy()], *revisions) == [(count, "masking policy RAW.G.P")]


def test_what_it_reads_comes_first_and_what_it_names_comes_with_it() -> None:
    function = an_object("FUNCTION DW.M.F() RETURNS INT AS 'SELECT MAX(a) FROM RAW.G.T'")
    view = an_object("VIEW DW.M.V AS SELECT 1 AS x")
    found = places(
        [policy("DW.M.F()"), function, view],
        (SCHEMA, "CREATE SCHEMA DW.M"),
        (TABLE,),
        ("ALTER TABLE RAW.G.T ADD COLUMN b INT",),
        (MASKED,),
        ("ALTER TABLE RAW.G.T ADD COLUMN c INT",),
    )
    assert found == [(3, "function DW.M.F()"), (3, "masking policy RAW.G.P")]


def test_a_revision_that_makes_what_it_needs_and_names_it_is_refused() -> None:
    with pytest.raises(RefusedError) as raised:
        places([policy()], ("SELECT 1",), (SCHEMA, TABLE, MASKED))
    assert raised.value.exit_code is ExitCode.REFUSED
    assert "masking policy RAW.G.P" in raised.value.what
    assert "v/r2.py names it, and it needs RAW.G, which v/r2.py makes" in raised.value.why
    assert "make RAW.G in a revision of its own" in raised.value.next
