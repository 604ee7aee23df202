"""A point's record: what is written is read back, names are checked, and points become one."""

from datetime import datetime

import pytest

from snowlane.plan.facts import TaskState
from snowlane.restore.chain import merged
from snowlane.restore.point import (
    Content,
    Grant,
    KeptObject,
    KeptTable,
    RestorePoint,
    StreamState,
    clone_name,
    from_json,
    is_restore_schema,
    new_id,
    schema_of,
    to_json,
)
from snowlane.restore.touched import Target

AT = datetime(2026, 11, 23, 14, 15)  # noqa: DTZ001 (the account's clock, in UTC)


def table(name: str, point: str) -> KeptTable:
    return KeptTable(("D", "S", name), ("D", schema_of(point), name), "then", "OWNER")


def point(number: int, content: Content | None) -> RestorePoint:
    return RestorePoint(f"20261123_14150{number}_00AA", None, None, "", AT, None, content)


def test_a_content_is_read_back_as_it_was_written() -> None:
    content = Content(
        databases=("D",),
        metadata=(table("V", "p"),),
        tables=(table('It\'s "odd" \\', "p"),),
        absent=(("D", "S", "N"),),
        written=(Target("VIEW", ("D", "S", "W")),),
        objects=(
            KeptObject(
                "PROCEDURE",
                ("D", "S", "P"),
                "(VARCHAR)",
                "R",
                "note",
                (Grant("USAGE", "ROLE", "X", True),),
            ),
        ),
        streams=(StreamState(("D", "S", "ST"), ("D", "S", "T"), True),),
        tasks={"D.S.K": TaskState(True, ("D.S.R",))},
        pipes={"D.S.P": False},
        alerts={"D.S.A": True},
        left_out=("stage D.S.G",),
        rollback_to="x",
    )
    assert from_json(to_json(content)) == content


@pytest.mark.parametrize("damaged", ["{}", "[]", '{"tables": 1}', "nonsense"])
def test_a_damaged_record_is_one_kind_of_error(damaged) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (json's own error is one too)
        from_json(damaged)


def test_only_schemas_of_points_are_left_out_elsewhere() -> None:
    assert is_restore_schema(schema_of(new_id(AT, "1f2e")))
    assert not is_restore_schema("SNOWLANE_RESTORE_LATER")
    assert not is_restore_schema("S")


def test_a_clone_has_a_name_that_fits() -> None:
    assert clone_name(1, "T") == "T0001_T"
    assert len(clone_name(9999, "T" * 255)) == 255


def test_of_several_points_the_oldest_that_knows_a_thing_counts() -> None:
    first = Content(
        tables=(table("A", "1"),),
        absent=(("D", "S", "B"),),
        written=(Target("VIEW", ("D", "S", "NEW")),),
        tasks={"D.S.K": TaskState(True)},
    )
    later = Content(
        tables=(table("A", "2"), table("B", "2"), table("C", "2")),
        absent=(("D", "S", "E"),),
        objects=(KeptObject("VIEW", ("D", "S", "NEW")), KeptObject("VIEW", ("D", "S", "OLD"))),
        tasks={"D.S.K": TaskState(False)},
    )
    found = merged([point(1, first), point(2, None), point(3, later)])
    assert [each.clone for each in found.tables] == [
        ("D", schema_of("1"), "A"),
        ("D", schema_of("2"), "C"),
    ]
    assert found.absent == (("D", "S", "B"), ("D", "S", "E"))
    assert [each.path[2] for each in found.objects] == ["OLD"]
    assert found.tasks == first.tasks
