"""The history: one line, targets by name, and each way it can be broken."""

import sys

import pytest

from snowlane.alembic.history import History, load_history
from snowlane.alembic.render import render
from snowlane.cache import Cache
from snowlane.errors import ConfigurationError, RefusedError


def load(shop) -> History:
    return load_history(shop.root, shop.root / "alembic.ini")


def refused(shop) -> RefusedError:
    with pytest.raises(RefusedError) as raised:
        load(shop)
    return raised.value


@pytest.mark.parametrize(
    ("target", "revision"),
    [("head", "b2"), ("base", None), ("a1", "a1"), ("b", "b2"), ("-1", None), ("+1", "b2")],
)
def test_targets(shop, target: str, revision: str | None) -> None:
    shop.revision("a1", "pass")
    shop.revision("b2", "pass", after="a1")
    assert load(shop).resolve(target, "a1") == revision


def test_an_empty_target_is_not_the_only_revision(shop) -> None:
    shop.revision("a1", "pass")
    for target in ("", " "):
        with pytest.raises(ConfigurationError, match="no revision is named"):
            load(shop).resolve(target, None)


@pytest.mark.parametrize("target", ["x", "a", "+3", "-2"])
def test_targets_that_are_none_or_several(shop, target: str) -> None:
    shop.revision("a1", "pass")
    shop.revision("a2", "pass", after="a1")
    with pytest.raises(ConfigurationError):
        load(shop).resolve(target, "a1")


def test_an_empty_history_has_no_head(shop) -> None:
    assert load(shop).head is None


def test_two_heads_are_named_with_their_files(shop) -> None:
    shop.revision("a1", "pass")
    shop.revision("b2", "pass", after="a1")
    shop.revision("c3", "pass", after="a1")
    error = refused(shop)
    assert "2 heads: b2, c3" in error.what
    assert "migrations/versions/c3.py" in error.why
    assert "down_revision" in error.next


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere_to_be_found\n", "ModuleNotFoundError"),
        ("def upgrade(:\n", "SyntaxError"),
        ("\n\n1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_a_revision_that_does_not_import_is_named_with_its_line(shop, text: str, said: str) -> None:
    path = shop.revision("a1", "pass")
    path.write_text(text, encoding="utf-8")
    error = refused(shop)
    assert error.what.startswith("migrations/versions/a1.py, line ")
    assert said in error.why


def test_a_predecessor_that_is_missing(shop) -> None:
    shop.revision("b2", "pass", after="a1")
    assert "b2.py: there is no revision 'a1'" in refused(shop).what


def test_two_files_of_one_revision(shop) -> None:
    path = shop.revision("a1", "pass")
    path.with_name("copy.py").write_text(path.read_text())
    assert (
        "copy.py: the revision id 'a1' is that of migrations/versions/a1.py" in refused(shop).what
    )


def test_a_file_without_a_revision(shop) -> None:
    path = shop.revision("a1", "pass")
    path.write_text("x = 1\n")
    assert refused(shop).why


def test_an_environment_ahead_of_the_checkout(shop) -> None:
    shop.revision("a1", "pass")
    with pytest.raises(RefusedError, match="'z9'"):
        load(shop).position("z9")


@pytest.mark.parametrize("text", ["", "[alembic]\n", "no section\n"])
def test_an_alembic_ini_that_is_not_usable(shop, text: str) -> None:
    (shop.root / "alembic.ini").write_text(text)
    with pytest.raises(ConfigurationError, match=r"alembic\.ini is not usable") as raised:
        load(shop)
    assert "script_location = %(here)s/migrations" in raised.value.next


def test_what_revisions_import_is_found_from_everywhere_and_by_what_is_remembered(
    shop, tmp_path, monkeypatch
) -> None:
    ini = shop.root / "alembic.ini"
    ini.write_text(ini.read_text() + "prepend_sys_path = shared\n")
    (shop.root / "shared").mkdir()
    helper = shop.root / "shared" / "names_of_this_shop.py"
    helper.write_text("SCHEMA = 'S'\n")
    path = shop.revision("r1", "op.sql(f'CREATE SCHEMA RAW.{SCHEMA}')")
    path.write_text(f"from names_of_this_shop import SCHEMA\n{path.read_text()}")
    monkeypatch.chdir(tmp_path)
    known = [*sys.path]
    for text in ("SCHEMA = 'S'", "SCHEMA = 'S'", "broken"):
        # As in a process of its own.
        monkeypatch.setattr(sys, "path", [*known])
        sys.modules.pop("names_of_this_shop", None)
        helper.write_text(text)
        cache = Cache(tmp_path / "cache")
        if text == "broken":
            with pytest.raises(
                RefusedError, match=r"versions/r1\.py, line 1: the revision does not"
            ):
                render(load_history(shop.root, ini, cache), None, "r1", cache)
            break
        (revision,) = render(load_history(shop.root, ini, cache), None, "r1", cache)
        cache.save()
        assert revision.statements == ("CREATE SCHEMA RAW.S",)
    sys.modules.pop("names_of_this_shop", None)


REVISION = 'revision = "r2"\ndown_revision = "r1"\ndef upgrade(): pass\ndef downgrade(): pass\n'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "r2.py: the file is no revision"),
        (b"down_revision = 'r1'\n", "r2.py: the file is no revision"),
        (REVISION.replace('"r2"', "2").encode(), "r2.py: the file is no revision"),
        (REVISION.replace('"r2"', '"r1"').encode(), "r2.py: the revision id 'r1' is that of"),
        (REVISION.replace('"r1"', '"r9"').encode(), "r2.py: there is no revision 'r9', which it"),
        (REVISION.encode() + b"\0", "r2.py: the revision does not import"),
        (REVISION.encode("utf-16"), "r2.py: the revision does not import"),
        (b"# \xff\n" + REVISION.encode(), "r2.py: the revision does not import"),
        (REVISION.encode() + b"(\n", "r2.py, line 5: the revision does not import"),
        (None, "r2.py: the file is not usable"),
    ],
)
def test_a_file_that_is_no_revision_is_named(shop, content: bytes | None, what: str) -> None:
    shop.revision("r1", "pass")
    path = shop.root / "migrations" / "versions" / "r2.py"
    path.symlink_to("nowhere.py") if content is None else path.write_bytes(content)
    error = refused(shop)
    assert f"migrations/versions/{what}" in error.what
    assert error.next


def test_a_revision_in_another_encoding_or_with_a_mark_is_read(shop) -> None:
    path = shop.revision("r1", "op.sql('SELECT 1')")
    path.write_bytes(b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + path.read_bytes())
    other = shop.revision("r2", "op.sql('SELECT 2')", after="r1")
    other.write_bytes(b"\xef\xbb\xbf" + other.read_bytes().replace(b"\n", b"\r\n"))
    cache = Cache(shop.root / "cache")
    first = load_history(shop.root, shop.root / "alembic.ini", cache)
    again = load_history(shop.root, shop.root / "alembic.ini", cache)
    assert first.sources() == again.sources()
    assert "café" in first.sources()["migrations/versions/r1.py"]
    assert first.sources()["migrations/versions/r2.py"].startswith('"""revision r2."""\n')
    statements = [each.statements for each in render(again, None, "r2", cache)]
    assert statements == [("SELECT 1",), ("SELECT 2",)]
