"""What the text of an object's file is."""

import pytest

from snowlane.errors import RefusedError
from snowlane.objects.files import read_source


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path) -> None:
    path = tmp_path / "v.sql"
    path.write_text("CREATE OR REPLACE VIEW V AS SELECT 1", encoding="utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_source("v.sql", path) == "CREATE OR REPLACE VIEW V AS SELECT 1"


def test_a_file_that_is_no_text_is_named(tmp_path) -> None:
    path = tmp_path / "v.sql"
    path.write_bytes(b"CREATE \xff")
    with pytest.raises(RefusedError, match=r"v\.sql") as refused:
        read_source("v.sql", path)
    assert refused.value.next == "save it as UTF-8"
    with pytest.raises(RefusedError, match="not usable"):
        read_source("gone.sql", tmp_path / "gone.sql")
