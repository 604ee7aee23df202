"""A small project with one of everything that a deployment treats in its own way."""

from pathlib import Path

_ENVIRONMENT = """
[snowflake]
role = "DEPLOY_DEV"
warehouse = "WH"
[databases]
RAW = "DEV_RAW"
DW = "DEV_DW"
"""
_REVISION = '''"""{name}."""

from alembic import op
from snowlane.alembic import ops

revision = "{name}"
down_revision = {previous!r}


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
    op.sql("SELECT 1")
'''
REVISIONS = {
    "r1": ("CREATE SCHEMA RAW.S", "CREATE SCHEMA DW.M"),
    "r2": (
        "CREATE TABLE RAW.S.T (A VARCHAR(20), B NUMBER(10,0) AUTOINCREMENT)",
        "INSERT INTO RAW.S.T (A) VALUES ('one'), ('two: :x %s')",
        "UPDATE RAW.S.T SET A = A || '!'",
    ),
    "r3": (
        "ALTER TABLE RAW.S.T ADD COLUMN C VARCHAR",
        "INSERT INTO RAW.S.T (A, C) SELECT A, 'again' FROM RAW.S.T",
    ),
}
OBJECTS = {
    "dw/m/views/v": "CREATE OR REPLACE VIEW DW.M.V COPY GRANTS AS SELECT A, B FROM RAW.S.T",
    "raw/s/streams/st": "CREATE OR REPLACE STREAM RAW.S.ST COPY GRANTS ON TABLE RAW.S.T",
    "dw/m/procedures/p": (
        "CREATE OR REPLACE PROCEDURE DW.M.P() COPY GRANTS RETURNS INT LANGUAGE SQL AS\n"
        "$$\nBEGIN\n  LET n INT := 1;\n  RETURN :n;\nEND;\n$$"
    ),
    "dw/m/tasks/a_root": (
        "CREATE OR REPLACE TASK DW.M.A_ROOT WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS CALL DW.M.P()"
    ),
    "dw/m/tasks/b_child": (
        "CREATE OR REPLACE TASK DW.M.B_CHILD WAREHOUSE = WH AFTER DW.M.A_ROOT AS SELECT 1"
    ),
}


def lay_out(root: Path) -> Path:
    """Write the project; gives its directory back."""
    (root / "envs").mkdir(parents=True)
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "envs" / "dev.toml").write_text(_ENVIRONMENT)
    (root / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
    )
    (root / "migrations" / "env.py").write_text(
        "from alembic import context\nfrom snowlane.plain_alembic import run\n\nrun(context)\n"
    )
    previous = None
    for name, statements in REVISIONS.items():
        revision(root, name, statements, after=previous)
        previous = name
    for name, text in OBJECTS.items():
        an_object(root, name, text)
    return root.resolve()


def revision(root: Path, name: str, statements: tuple[str, ...], *, after: str | None) -> Path:
    """Write one revision of statements that are sent as they are."""
    upgrade = "\n".join(f"    op.sql({text!r})" for text in statements)
    path = root / "migrations" / "versions" / f"{name}.py"
    path.write_text(_REVISION.format(name=name, previous=after, upgrade=upgrade))
    return path


def an_object(root: Path, name: str, text: str) -> Path:
    """Write one object file."""
    path = root / "migrations" / "objects" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + ";\n")
    return path
