"""Carry the promotion of a sale from the file to the fact.

The column is last in each table; the pipe, the view, the tasks and the procedure that carry it
name their columns, and are object files. Files without the field load as before: it is null.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261116_0900"
down_revision = "20261105_0900"
branch_labels = None
depends_on = None

LAYERS = (
    ("RAW.BRONZE", "raw_pos"),
    ("STAGING.SILVER", "stg_pos"),
    ("DW.FACTS", "fact_sales"),
)


def upgrade() -> None:
    for schema, table in LAYERS:
        op.add_column(table, sa.Column("promotion_code", sa.String(50)), schema=schema)


def downgrade() -> None:
    for schema, table in reversed(LAYERS):
        op.drop_column(table, "promotion_code", schema=schema)
