"""raw_pos.quantity becomes NUMBER(10,2).

Snowflake refuses to turn VARCHAR into NUMBER in place (002108), so a column of the new type is
filled beside the old one and takes its name; the old one stays as quantity__retired until a later
revision drops it. Nothing is changed when a row would lose its value: text that is no number and
more than two decimals (TRY_TO_NUMBER rounds them without a word) are both refused first. Empty
text is not a loss, it becomes null on purpose.

What loads raw_pos is to be parked meanwhile: a row that arrives between the backfill and the
renames is caught up just before them, one that arrives between the two renames fails to load.
The backfill is an update of every row: the stream on the table shows each as a DELETE and an
INSERT. task_process_pos_changes reads the INSERTs only and merges them by file and row, so it
writes the same rows again and no new ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261119_0900"
down_revision = "20261116_0900"
branch_labels = None
depends_on = None

SCHEMA = "RAW.BRONZE"
NOT_A_NUMBER = """SELECT file_name, file_row_number, quantity
FROM RAW.BRONZE.RAW_POS
WHERE TRIM(quantity) <> '' AND TRY_TO_NUMBER(quantity, 10, 2) IS NULL"""
MORE_DECIMALS = """SELECT file_name, file_row_number, quantity
FROM RAW.BRONZE.RAW_POS
WHERE TRY_TO_NUMBER(quantity, 38, 20) <> TRY_TO_NUMBER(quantity, 10, 2)"""
NOT_CONVERTED = """SELECT file_name, file_row_number, quantity
FROM RAW.BRONZE.RAW_POS
WHERE TRIM(quantity) <> ''
    AND TRY_TO_NUMBER(quantity, 38, 20) IS DISTINCT FROM quantity__new"""
COMMENT = "COMMENT ON COLUMN RAW.BRONZE.RAW_POS.{} IS '{}'"


def upgrade() -> None:
    op.expect(
        NOT_A_NUMBER,
        rows=0,
        message="raw_pos.quantity holds text that is no NUMBER(10,2): correct or remove those rows",
    )
    op.expect(
        MORE_DECIMALS,
        rows=0,
        message="raw_pos.quantity holds more than two decimals: round or remove those rows",
    )
    op.add_column("raw_pos", sa.Column("quantity__new", sa.Numeric(10, 2)), schema=SCHEMA)
    op.sql("UPDATE RAW.BRONZE.RAW_POS SET quantity__new = TRY_TO_NUMBER(quantity, 10, 2)")
    op.sql(
        "UPDATE RAW.BRONZE.RAW_POS SET quantity__new = TRY_TO_NUMBER(quantity, 10, 2)"
        " WHERE quantity__new IS NULL AND TRIM(quantity) <> ''"
    )
    op.expect(
        NOT_CONVERTED,
        rows=0,
        message="raw_pos.quantity got rows that NUMBER(10,2) cannot hold while it was converted",
    )
    op.sql("ALTER TABLE RAW.BRONZE.RAW_POS RENAME COLUMN quantity TO quantity__retired")
    op.sql("ALTER TABLE RAW.BRONZE.RAW_POS RENAME COLUMN quantity__new TO quantity")
    op.sql(COMMENT.format("quantity", "Pieces sold, negative for a return"))
    op.sql(COMMENT.format("quantity__retired", "Text of quantity until revision 20261119_0900"))


def downgrade() -> None:
    # A row that kept its quantity gets its own text back; one loaded or corrected since, a new one.
    op.sql(
        "UPDATE RAW.BRONZE.RAW_POS SET quantity__retired = TO_VARCHAR(quantity)"
        " WHERE TRY_TO_NUMBER(quantity__retired, 10, 2) IS DISTINCT FROM quantity"
    )
    op.sql("ALTER TABLE RAW.BRONZE.RAW_POS RENAME COLUMN quantity TO quantity__new")
    op.sql("ALTER TABLE RAW.BRONZE.RAW_POS RENAME COLUMN quantity__retired TO quantity")
    op.drop_column("raw_pos", "quantity__new", schema=SCHEMA)
    op.sql(COMMENT.format("quantity", "Pieces sold, negative for a return"))
