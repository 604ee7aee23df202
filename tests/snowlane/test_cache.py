"""The cache of a checkout: the same answers with it as without, and never those of other files."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from snowlane.cache import Cache, key_of
from snowlane.config.project import Project
from snowlane.errors import RefusedError
from snowlane.plain_data import as_plain, as_typed
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.planning import plan_deployment
from snowlane.repository import read_repository

VIEW = "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT a FROM RAW.S.T"


def plan(shop, *, at: str | None = None) -> Plan:
    """The plan of dev by what was remembered, or worked out and remembered now."""
    project = Project(shop.root)
    environment = project.environment("dev")
    repository = read_repository(project, environment)
    return plan_deployment(
        repository, environment, Applied(version=at), session=None, is_judged=True
    )


def test_what_is_remembered_is_what_was_worked_out(shop, monkeypatch) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE TABLE RAW.S.T (a INT)')")
    shop.revision("r2", "op.sql('DROP TABLE RAW.S.T')", after="r1")
    shop.object("dw/m/views/v", VIEW)
    worked_out = plan(shop)
    assert [each.rule for each in worked_out.findings]
    with monkeypatch.context() as patch:
        # Whoever renders, reads or lints anything now fails.
        patch.setattr("snowlane.alembic.history._by_alembic", None)
        patch.setattr("snowlane.objects.memory.read_file", None)
        patch.setattr("snowlane.judging.Seen._facts", None)
        assert plan(shop) == worked_out
    assert plan(shop, at="r1").current == "r1"


def test_another_text_is_read_anew(shop) -> None:
    path = shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')")
    shop.object("dw/m/views/v", VIEW)
    first = plan(shop)
    path.write_text(path.read_text().replace("RAW.S", "RAW.OTHER"))
    shop.object("dw/m/views/v", VIEW.replace("SELECT a", "SELECT a, b"))
    second = plan(shop)
    texts = [each.text for stage in second.stages for each in stage.statements]
    assert "CREATE SCHEMA DEV_RAW.OTHER" in texts
    assert "SELECT a, b" in texts[-1]
    assert first.bundle != second.bundle
    shop.revision("r2", "op.sql('CREATE SCHEMA RAW.MORE')", after="r1")
    assert plan(shop).target == "r2"


def test_a_name_that_comes_to_mean_something_is_seen(shop) -> None:
    shop.object("dw/m/views/v", "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT 1 AS A")
    before = plan(shop).stages
    toml = shop.root / "envs" / "dev.toml"
    toml.write_text(toml.read_text().replace('"DEV_DW"', '"OTHER_DW"'))
    after = plan(shop).stages
    assert "DEV_DW.M.V" in before[-1].statements[0].text
    assert "OTHER_DW.M.V" in after[-1].statements[0].text


def test_what_a_revision_imports_from_the_project_is_not_taken_for_the_same(shop) -> None:
    helper = shop.root / "migrations" / "versions" / "names_of_schemas.py"
    helper.write_text("revision = 'r0'\ndown_revision = None\nNAME = 'A'\ndef upgrade(): pass\n")
    revision = shop.revision("r1", "op.sql(f'CREATE SCHEMA RAW.{NAME}')", after="r0")
    load = f"import importlib.util as u\ns = u.spec_from_file_location('n', {str(helper)!r})\n"
    load += "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nNAME = m.NAME\n"
    text = revision.read_text()
    revision.write_text(text.replace("import sqlalchemy", f"{load}\nimport sqlalchemy"))
    assert "DEV_RAW.A" in plan(shop).stages[-1].statements[0].text
    # Of another length, for Python tells a source by its second and its length.
    helper.write_text(helper.read_text().replace("'A'", "'BB'"))
    assert "DEV_RAW.BB" in plan(shop).stages[-1].statements[0].text


@pytest.mark.parametrize("content", ["", "{", "[]", '{"made_by": 1, "values": {}}', "\0"])
def test_a_damaged_cache_is_no_cache(shop, content: str) -> None:
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')")
    expected = plan(shop)
    folder = shop.root / ".snowlane" / "cache"
    for path in folder.glob("*.json"):
        path.write_text(content)
    assert plan(shop) == expected
    for path in folder.glob("*.json"):
        head, told = path.read_text().splitlines()
        path.write_text(f"{head}\n{content or told.replace('CREATE', 'REMOVE')}")
    assert plan(shop) == expected


def test_what_cannot_be_used_is_refused_the_second_time_too(shop) -> None:
    shop.object("dw/m/views/v", "CREATE VIEW DW.M.V AS SELECT 1")
    for _ in range(2):
        with pytest.raises(RefusedError, match="cannot be used"):
            plan(shop)


def test_a_room_does_not_grow_for_ever(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("snowlane.cache._MOST", 3)
    for number in range(4):
        cache = Cache(tmp_path)
        cache.get("room", "kept")
        cache.put("room", "kept" if number == 0 else f"k{number}", number)
        cache.save()
    kept = json.loads((tmp_path / "room.json").read_text().splitlines()[1])
    assert kept == {"kept": 0, "k3": 3}


def test_parts_of_a_key_do_not_run_into_one_another() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    name: str
    colours: frozenset[Colour] = frozenset()


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    pairs: tuple[tuple[str, int], ...]
    known: dict[str, Inner]
    one: Inner | None = None
    nothing: str | None = None


def test_data_comes_back_as_it_was() -> None:
    inner = Inner("it's", frozenset({Colour.RED}))
    outer = Outer((inner, Inner("")), (("a", 1), ("b", 2)), {"k": inner}, inner)
    data = json.loads(json.dumps(as_plain(outer)))
    assert as_typed(Outer, data) == outer
    with pytest.raises(TypeError, match="object is not plain data"):
        as_plain(object())
