"""`snowlane new`: the file it writes, and what it refuses."""

import re
from datetime import UTC, datetime

import pytest
from tests.snowlane.commands.conftest import Account, Outcome
from tests.snowlane.conftest import Shop

from snowlane.alembic.drafting import draft_revision
from snowlane.alembic.history import load_history
from snowlane.alembic.render import render
from snowlane.errors import ExitCode

TEMPLATE = '''"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''


def snowlane(shop: Shop, *arguments: str) -> Outcome:
    return Account({}, shop.root).snowlane(*arguments)


def versions(shop: Shop) -> list[str]:
    return sorted(path.name for path in (shop.root / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def project(shop: Shop) -> Shop:
    (shop.root / "migrations" / "script.py.mako").write_text(TEMPLATE)
    return shop


def test_the_first_revision_follows_nothing_and_the_next_follows_it(project: Shop) -> None:
    first = snowlane(project, "new", "raw: add loyalty card", "--format", "json")
    assert first.code == ExitCode.DONE, first.err
    assert re.fullmatch(r"\d{8}_\d{4}", first.data["revision"])
    assert first.data["down_revision"] is None
    assert first.data["file"] == (
        f"migrations/versions/{first.data['revision']}_raw_add_loyalty_card.py"
    )
    second = snowlane(project, "new", "Größe & Gewicht.")
    assert second.code == ExitCode.DONE, second.err
    assert second.out.endswith("_grosse_gewicht.py\n") or second.out.endswith("_groe_gewicht.py\n")
    history = load_history(project.root, project.root / "alembic.ini")
    assert [script.doc for script in history.line] == ["raw: add loyalty card.", "Größe & Gewicht."]
    assert [revision.statements for revision in render(history, None, history.head)] == [(), ()]


def test_revisions_of_one_minute_take_the_next_ones(project: Shop) -> None:
    now = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    drafts = [
        draft_revision(project.root, project.root / "alembic.ini", f"step {number}", now)
        for number in (1, 2, 3)
    ]
    assert [(draft.revision, draft.down_revision) for draft in drafts] == [
        ("20261130_2359", None),
        ("20261201_0000", "20261130_2359"),
        ("20261201_0001", "20261201_0000"),
    ]


@pytest.mark.parametrize(
    "message", ["", "   ", "…", "two\nlines", 'ends """ here', "back\\slash", "x" * 121, "a\tb"]
)
def test_a_message_that_is_no_title_is_refused(project: Shop, message: str) -> None:
    done = snowlane(project, "new", message)
    assert done.code == ExitCode.USAGE
    assert "the message" in done.err
    assert versions(project) == []


def test_two_heads_are_refused_with_the_way_on(project: Shop) -> None:
    project.revision("r1", "pass")
    project.revision("r2", "pass", after="r1")
    project.revision("r3", "pass", after="r1")
    done = snowlane(project, "new", "a third")
    assert done.code == ExitCode.REFUSED
    assert "2 heads: r2, r3" in done.err
    assert "set down_revision of one of them" in done.err
    assert versions(project) == ["r1.py", "r2.py", "r3.py"]


def test_a_template_that_is_not_usable_is_named(project: Shop) -> None:
    (project.root / "migrations" / "script.py.mako").write_text("${nothing(}")
    done = snowlane(project, "new", "a change")
    assert done.code == ExitCode.REFUSED
    assert "script.py.mako is not usable" in done.err
    assert versions(project) == []


def test_a_project_without_a_template_needs_none(shop: Shop) -> None:
    done = snowlane(shop, "new", "a change")
    assert done.code == ExitCode.DONE, done.err
    (name,) = versions(shop)
    assert (shop.root / "migrations" / "versions" / name).read_text() == (
        f'"""a change."""\n\nfrom alembic import op\n\nrevision = \'{name[:13]}\'\ndown_revision = None\n'
        "branch_labels = None\ndepends_on = None\n\n\n"
        "def upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    )
