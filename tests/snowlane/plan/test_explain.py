"""The plan as people and programs read it."""

import json
from dataclasses import replace

from snowlane.objects.source import Identity, Phase, SqlObject
from snowlane.plan import explain
from snowlane.plan.model import Plan, Stage, StageKind, Statement

PLAN = Plan(
    environment="dev",
    current=None,
    target="r1",
    bundle="0123456789abcdef" * 4,
    stages=(
        Stage(
            StageKind.UPGRADE,
            "r1",
            "a | b",
            "v/r1.py",
            (Statement(1, "CREATE TABLE X (\n a INT)"), Statement(2, "SELECT 1")),
            ("INSERT 1",),
        ),
        Stage(StageKind.RESUME, "resume", "what ran", "", (Statement(1, "ALTER TASK T RESUME"),)),
    ),
    warnings=("mind this",),
)


def test_text() -> None:
    assert explain.as_text(PLAN) == (
        "Plan for dev: base -> r1 (bundle 0123456789ab)\n"
        "\n"
        "  upgrade r1: a | b\n"
        "      CREATE TABLE X ( …\n"
        "      SELECT 1\n"
        "  resume: what ran\n"
        "      ALTER TASK T RESUME\n"
        "\n"
        "3 statements in 2 stages, 7 requests under the lock; "
        "no data is touched\n"
        "Warning: mind this"
    )


def test_sql_is_exactly_what_is_sent() -> None:
    assert explain.as_sql(PLAN) == (
        "-- upgrade r1: a | b\n"
        "CREATE TABLE X (\n a INT);\n"
        "SELECT 1;\n"
        "INSERT 1;\n"
        "\n"
        "-- resume: what ran\n"
        "ALTER TASK T RESUME;"
    )


def test_markdown_keeps_the_table_whole() -> None:
    text = explain.as_markdown(PLAN)
    assert "| upgrade `r1` | a \\| b | 2 |  |  |" in text
    assert "```sql\n-- upgrade r1" in text
    assert "- **Warning**: mind this" in text


def test_data_holds_every_statement_with_its_hash() -> None:
    data = json.loads(json.dumps(explain.as_data(PLAN)))
    assert data["stages"][0]["statements"][1] == {
        "index": 2,
        "text": "SELECT 1",
        "hash": PLAN.stages[0].statements[1].hash,
    }
    assert (data["statements"], data["requests"]) == (3, 7)


def test_an_empty_plan_says_so() -> None:
    empty = Plan("dev", "r1", "r1", "0" * 64, ())
    assert explain.as_text(empty) == "Plan for dev: at r1 (bundle 000000000000)\n\n  Nothing to do."
    assert explain.as_sql(empty) == ""


def view(name: str, text: str = "CREATE OR REPLACE VIEW V AS SELECT 1") -> Stage:
    """A stage that may share a request."""
    identity = Identity("VIEW", "DW", "M", name)
    made = SqlObject(f"{name}.sql", text, identity, Phase.AFTER, frozenset(), "hash")
    return Stage(
        StageKind.OBJECT, str(identity), "new", made.file, (Statement(1, text),), repeatable=made
    )


def test_stages_that_may_be_repeated_share_requests_up_to_a_size() -> None:
    few, many = view("A"), [view(f"V{number}") for number in range(51)]
    long = [view(name, "x" * 150_000) for name in ("L1", "L2")]
    revision = PLAN.stages[0]
    plan = replace(PLAN, stages=(few, few, revision, few, *long, *many))
    assert plan.stage_requests == (1, 0, 2, 1, 0, 1, *[0] * 49, 1, 0)
    assert [len(batch) for batch in plan.batches] == [2, 1, 2, 50, 2]
    assert plan.request_count == sum(plan.stage_requests) + 4
    table = explain.as_markdown(plan)
    assert "| object `view DW.M.A` | new | 1 |  |  |" in table
    assert "| object `view DW.M.L1` | new | shared |  |  |" in table
