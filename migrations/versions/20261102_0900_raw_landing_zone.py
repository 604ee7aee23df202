"""Landing zone of the bronze layer: its schema, the file formats and the external stages.

The URL of each stage stands for the bucket of the environment: the environment file's [stages]
replaces it when the plan is built. An account that reaches its bucket through a storage
integration adds STORAGE_INTEGRATION to the statement of its own stage.
"""

from alembic import op

revision = "20261102_0900"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.sql("CREATE SCHEMA RAW.BRONZE COMMENT = 'Files as they arrived'")
    op.sql(
        """CREATE FILE FORMAT RAW.BRONZE.CSV_FORMAT
  TYPE = CSV
  FIELD_DELIMITER = ','
  SKIP_HEADER = 1
  FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  NULL_IF = ('', 'NULL')
  EMPTY_FIELD_AS_NULL = TRUE
  COMMENT = 'One header line, quoted fields, empty and NULL are null'"""
    )
    op.sql(
        """CREATE FILE FORMAT RAW.BRONZE.JSON_FORMAT
  TYPE = JSON
  STRIP_OUTER_ARRAY = TRUE
  COMMENT = 'An array of documents, one row each'"""
    )
    op.sql(
        """CREATE STAGE RAW.BRONZE.STAGE_POS_DATA
  URL = 's3://retail/raw/pos/'
  FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.CSV_FORMAT')
  COMMENT = 'Sales lines of the tills'"""
    )
    op.sql(
        """CREATE STAGE RAW.BRONZE.STAGE_ORDERS_DATA
  URL = 's3://retail/raw/orders/'
  FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.JSON_FORMAT')
  COMMENT = 'Orders of the web shop'"""
    )
    op.sql(
        """CREATE STAGE RAW.BRONZE.STAGE_INVENTORY_DATA
  URL = 's3://retail/raw/inventory/'
  FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.CSV_FORMAT')
  COMMENT = 'Stock counts of the stores'"""
    )


def downgrade() -> None:
    op.sql("DROP STAGE RAW.BRONZE.STAGE_INVENTORY_DATA")
    op.sql("DROP STAGE RAW.BRONZE.STAGE_ORDERS_DATA")
    op.sql("DROP STAGE RAW.BRONZE.STAGE_POS_DATA")
    op.sql("DROP FILE FORMAT RAW.BRONZE.JSON_FORMAT")
    op.sql("DROP FILE FORMAT RAW.BRONZE.CSV_FORMAT")
    op.sql("DROP SCHEMA RAW.BRONZE")
