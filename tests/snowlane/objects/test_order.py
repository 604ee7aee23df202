"""The order of objects, circles and doubles."""

import pytest

from snowlane.errors import RefusedError
from snowlane.objects.order import check_unique, in_dependency_order
from snowlane.objects.source import SqlObject, read_object
from snowlane.sql.mapping import NameMap


def view(file: str, name: str, *needs: str) -> SqlObject:
    source = "".join(f", DW.M.{need}.C" for need in needs)
    text = f"CREATE OR REPLACE VIEW DW.M.{name} AS SELECT 1{source}"
    return read_object(file, text, NameMap({"DW": "DEV_DW"}))


def test_what_is_needed_comes_first_and_else_the_file_name_decides() -> None:
    objects = [
        view("a", "A", "C"),
        view("b", "B"),
        view("c", "C", "D"),
        view("d", "D", "ELSEWHERE"),
    ]
    assert [each.file for each in in_dependency_order(objects)] == ["b", "d", "c", "a"]


def test_a_circle_is_named_by_its_files() -> None:
    objects = [view("a", "A", "B"), view("b", "B", "C"), view("c", "C", "A"), view("d", "D")]
    with pytest.raises(RefusedError, match="circle") as raised:
        in_dependency_order(objects)
    assert all(file in raised.value.why for file in "abc")
    assert "d" not in raised.value.why


def test_two_files_of_one_object_are_named() -> None:
    with pytest.raises(RefusedError, match=r"view DW\.M\.A") as raised:
        check_unique([view("one", "A"), view("two", "A")])
    assert "one and two" in raised.value.why
