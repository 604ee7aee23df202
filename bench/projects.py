"""The projects that are measured: the same fifty changes for three tools, and one large project."""

from collections.abc import Callable
from pathlib import Path

ENVIRONMENT = """
branch = "{name}"
branch_check = "warn"
[snowflake]
role = "DEPLOY_{upper}"
warehouse = "COMPUTE_WH"
[databases]
RAW = "{upper}_RAW"
"""
REVISION = '''"""change {number}."""

from alembic import op

revision = "{number:04}"
down_revision = {before!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''
ALEMBIC_INI = "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
SNOWLANE_ENV = (
    "from alembic import context\nfrom snowlane.plain_alembic import run\n\nrun(context)\n"
)
# What an online env.py of Alembic's own template comes to.
ALEMBIC_ENV = """import os

from alembic import context
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool


class SnowflakeImpl(DefaultImpl):
    __dialect__ = "snowflake"


url = URL.create(
    "snowflake",
    username=os.environ["BENCH_USER"],
    password=os.environ["BENCH_PASSWORD"],
    host="local",
    database="PEER_RAW/METADATA",
)
arguments = {"host": "127.0.0.1", "port": int(os.environ["BENCH_PORT"]), "protocol": "http"}
engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""


def snowlane_project(root: Path, environments: tuple[str, ...] = ("dev",)) -> Path:
    """An empty project of snowlane's."""
    (root / "envs").mkdir(parents=True)
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "alembic.ini").write_text(ALEMBIC_INI)
    (root / "migrations" / "env.py").write_text(SNOWLANE_ENV)
    for name in environments:
        text = ENVIRONMENT.format(name=name, upper=name.upper())
        (root / "envs" / f"{name}.toml").write_text(text)
    return root


def add_revisions(root: Path, first: int, last: int, upgrade: str, downgrade: str) -> None:
    """Revisions of one statement each; `{number}` in their texts is the revision's."""
    for number in range(first, last + 1):
        before = f"{number - 1:04}" if number > 1 else None
        text = REVISION.format(
            number=number,
            before=before,
            upgrade=upgrade.format(number=number),
            downgrade=downgrade.format(number=number),
        )
        (root / "migrations" / "versions" / f"{number:04}_change.py").write_text(text)


def snowlane_changes(root: Path, count: int) -> Path:
    """So many tables, one a revision."""
    snowlane_project(root)
    add_revisions(
        root,
        1,
        count,
        'op.sql("CREATE TABLE RAW.METADATA.T{number} (A INTEGER, B VARCHAR(10))")',
        'op.sql("DROP TABLE RAW.METADATA.T{number}")',
    )
    return root


def alembic_changes(root: Path, count: int) -> Path:
    """The same tables for Alembic, in the database PEER_RAW."""
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "alembic.ini").write_text(ALEMBIC_INI)
    (root / "migrations" / "env.py").write_text(ALEMBIC_ENV)
    add_revisions(
        root,
        1,
        count,
        'op.execute("CREATE TABLE PEER_RAW.METADATA.T{number} (A INTEGER, B VARCHAR(10))")',
        'op.execute("DROP TABLE PEER_RAW.METADATA.T{number}")',
    )
    return root


def schemachange_changes(root: Path, count: int) -> Path:
    """The same tables for schemachange, in the database OTHER_RAW."""
    root.mkdir(parents=True)
    for number in range(1, count + 1):
        text = f"CREATE TABLE OTHER_RAW.METADATA.T{number} (A INTEGER, B VARCHAR(10));\n"
        (root / f"V1.0.{number}__change.sql").write_text(text)
    return root


def cloned_project(root: Path, views: int) -> Path:
    """An environment with so many views, all of which name its database, and one it is cloned like."""
    snowlane_project(root, ("source", "like"))
    with (root / "envs" / "like.toml").open("a") as file:
        file.write('[clone]\nfrom = "source"\n')
    add_revisions(
        root,
        1,
        1,
        'op.sql("CREATE TABLE RAW.METADATA.T (A INTEGER)")',
        'op.sql("DROP TABLE RAW.METADATA.T")',
    )
    _views(root, views, lambda _: 1, "T")
    return root


def large_project(root: Path, revisions: int, objects: int) -> Path:
    """So many revisions, and views on the tables that the first of them make."""
    snowlane_project(root)
    add_revisions(
        root,
        1,
        revisions,
        'op.sql("CREATE TABLE RAW.METADATA.T{number} (A INTEGER, B VARCHAR(10), C NUMBER(10,2))")',
        'op.sql("DROP TABLE RAW.METADATA.T{number}")',
    )
    _views(root, objects, lambda number: (number - 1) % 100 + 1, "T{table}")
    return root


def _views(root: Path, count: int, table_of: Callable[[int], int], name: str) -> None:
    folder = root / "migrations" / "objects" / "raw" / "metadata" / "views"
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        text = (
            f"CREATE OR REPLACE VIEW RAW.METADATA.V{number} COPY GRANTS AS\n"
            f"SELECT t.a, t.a * {number} AS c\n"
            f"FROM RAW.METADATA.{name.format(table=table_of(number))} AS t\n"
            "WHERE t.a IS NOT NULL\n"
        )
        (folder / f"v{number}.sql").write_text(text)
