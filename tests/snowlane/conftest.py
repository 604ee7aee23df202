"""A small project on disk, for the tests that need one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ENVIRONMENT = """
protected = {protected}
[snowflake]
connection = "shop_{name}"
role = "DEPLOY_{upper}"
warehouse = "WH"
[databases]
RAW = "{upper}_RAW"
DW = "{upper}_DW"
"""
REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {previous!r}


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''
ENV_PY = "from alembic import context\nfrom snowlane.plain_alembic import run\n\nrun(context)\n"


@dataclass
class Shop:
    """A project directory that tests fill with revisions and objects."""

    root: Path

    def revision(
        self,
        name: str,
        upgrade: str,
        downgrade: str = "op.sql('SELECT 1')",
        *,
        after: str | None = None,
    ) -> Path:
        def indented(text: str) -> str:
            return "\n".join(f"    {line}" for line in text.strip().splitlines())

        path = self.root / "migrations" / "versions" / f"{name}.py"
        text = REVISION.format(
            message=f"revision {name}",
            id=name,
            previous=after,
            upgrade=indented(upgrade),
            downgrade=indented(downgrade),
        )
        path.write_text(text, encoding="utf-8")
        return path

    def object(self, name: str, text: str) -> Path:
        path = self.root / "migrations" / "objects" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty project with the environments dev and prod, the latter protected."""
    return make_shop(tmp_path / "shop")


@pytest.fixture(scope="session")
def new_shop() -> Callable[[Path], Shop]:
    """For fixtures that live longer than one test."""
    return make_shop


def make_shop(root: Path) -> Shop:
    (root / "envs").mkdir(parents=True)
    (root / "migrations" / "versions").mkdir(parents=True)
    for name, protected in (("dev", "false"), ("prod", "true")):
        text = ENVIRONMENT.format(name=name, upper=name.upper(), protected=protected)
        (root / "envs" / f"{name}.toml").write_text(text, encoding="utf-8")
    (root / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
    )
    (root / "migrations" / "env.py").write_text(ENV_PY)
    return Shop(root.resolve())
