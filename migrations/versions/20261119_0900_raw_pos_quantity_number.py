"""raw_pos.quantity becomes NUMBER(10,2).

Snowflake refuses to turn VARCHAR into NUMBER in place (002108), so a column of the new type is
filled beside the old one and takes its name; the old one stays as quantity__retired until a later
revision drops it. Nothing is changed when a row would lose its value. Empty text is not a loss, it
becomes null on purpose.
"""

# snowlane: allow backfill-in-stream: task_process_pos_changes merges what comes by file and row

from alembic import op

revision = "20261119_0900"
down_revision = "20261116_0900"
branch_labels = None
depends_on = None

SCHEMA = "RAW.BRONZE"
WRITERS = ["pipe RAW.BRONZE.PIPE_POS_DATA"]


def upgrade() -> None:
    op.change_column_type(
        "raw_pos",
        "quantity",
        "NUMBER(10, 2)",
        old_type="VARCHAR(50)",
        schema=SCHEMA,
        empty="null",
        comment="Pieces sold, negative for a return",
        writers=WRITERS,
    )


def downgrade() -> None:
    op.restore_retired_column(
        "raw_pos",
        "quantity",
        "VARCHAR(50)",
        old_type="NUMBER(10, 2)",
        schema=SCHEMA,
        writers=WRITERS,
    )
