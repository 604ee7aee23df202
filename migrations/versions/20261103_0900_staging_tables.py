"""Silver layer: the raw columns cleaned and typed, each row valid or with its reasons.

The two schemas beside SILVER hold object files only: the streams and the tasks.
"""

import sqlalchemy as sa
from alembic import op
from snowflake.sqlalchemy import ARRAY, TIMESTAMP_NTZ

revision = "20261103_0900"
down_revision = "20261102_1000"
branch_labels = None
depends_on = None

SCHEMA = "STAGING.SILVER"


def _money(name: str) -> sa.Column:
    return sa.Column(name, sa.Numeric(10, 2))


def _file_row() -> list[sa.Column]:
    """The key of everything that came from a file."""
    return [
        sa.Column("source_file_name", sa.String(500), nullable=False),
        sa.Column("source_file_row_number", sa.Numeric(38, 0), nullable=False),
    ]


def _checked() -> list[sa.Column]:
    now = sa.text("SYSDATE()")
    return [
        sa.Column("is_valid", sa.Boolean, nullable=False),
        sa.Column("validation_errors", ARRAY),
        sa.Column("source_load_timestamp", TIMESTAMP_NTZ, nullable=False),
        sa.Column("created_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
        sa.Column("updated_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
    ]


def upgrade() -> None:
    op.sql("CREATE SCHEMA STAGING.SILVER COMMENT = 'Cleaned, typed and checked rows'")
    op.sql("CREATE SCHEMA STAGING.STREAMS COMMENT = 'What changed since it was last read'")
    op.sql("CREATE SCHEMA STAGING.TASKS COMMENT = 'What moves rows from layer to layer'")
    op.create_table(
        "stg_pos",
        *_file_row(),
        sa.Column("transaction_id", sa.String(100), nullable=False),
        sa.Column("store_id", sa.String(50), nullable=False),
        sa.Column("register_id", sa.String(50)),
        sa.Column("transaction_date", sa.Date),
        sa.Column("transaction_time", sa.Time),
        sa.Column("customer_id", sa.String(50)),
        sa.Column("product_id", sa.String(50), nullable=False),
        sa.Column("product_sku", sa.String(100)),
        _money("quantity"),
        _money("unit_price"),
        _money("discount_amount"),
        _money("tax_amount"),
        _money("total_amount"),
        sa.Column("payment_method", sa.String(50)),
        sa.Column("payment_status", sa.String(50)),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["transaction_date", "store_id"],
        comment="Sales lines, one row a line of a file",
    )
    op.create_table(
        "stg_orders",
        *_file_row(),
        sa.Column("order_id", sa.String(100), nullable=False),
        sa.Column("order_date", sa.Date),
        sa.Column("customer_id", sa.String(50)),
        sa.Column("order_status", sa.String(50)),
        _money("total_amount"),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["order_date", "customer_id"],
        comment="Orders of the web shop, one row a document",
    )
    op.create_table(
        "stg_order_items",
        *_file_row(),
        sa.Column("order_id", sa.String(100), nullable=False),
        sa.Column("line_number", sa.Numeric(38, 0), nullable=False),
        sa.Column("product_id", sa.String(50), nullable=False),
        _money("quantity"),
        _money("unit_price"),
        _money("line_amount"),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["order_id"],
        comment="Lines of the orders, one row an item of a document",
    )
    op.create_table(
        "stg_inventory",
        *_file_row(),
        sa.Column("store_id", sa.String(50), nullable=False),
        sa.Column("product_id", sa.String(50), nullable=False),
        sa.Column("product_sku", sa.String(100)),
        sa.Column("inventory_date", sa.Date),
        _money("quantity_on_hand"),
        _money("quantity_reserved"),
        _money("quantity_available"),
        _money("reorder_point"),
        _money("reorder_quantity"),
        _money("unit_cost"),
        sa.Column("location", sa.String(100)),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["inventory_date", "store_id"],
        comment="Stock counts, one row a line of a file",
    )
    op.create_table(
        "stg_customers",
        sa.Column("customer_id", sa.String(50), nullable=False),
        sa.Column("first_name", sa.String(100)),
        sa.Column("last_name", sa.String(100)),
        sa.Column("email", sa.String(320)),
        sa.Column("phone", sa.String(50)),
        sa.Column("address", sa.String(500)),
        sa.Column("date_of_birth", sa.Date),
        sa.Column("registration_date", sa.Date),
        sa.Column("customer_segment", sa.String(50)),
        sa.Column("source_file_name", sa.String(500)),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["customer_id"],
        comment="Customers, the newest row of each",
    )
    op.create_table(
        "stg_products",
        sa.Column("product_id", sa.String(50), nullable=False),
        sa.Column("product_sku", sa.String(100)),
        sa.Column("product_name", sa.String(200)),
        sa.Column("description", sa.String(1000)),
        sa.Column("category", sa.String(100)),
        sa.Column("subcategory", sa.String(100)),
        sa.Column("brand", sa.String(100)),
        _money("list_price"),
        _money("cost_price"),
        _money("weight"),
        sa.Column("status", sa.String(50)),
        sa.Column("source_file_name", sa.String(500)),
        *_checked(),
        schema=SCHEMA,
        snowflake_clusterby=["product_id"],
        comment="Products, the newest row of each",
    )


def downgrade() -> None:
    for table in (
        "stg_products",
        "stg_customers",
        "stg_inventory",
        "stg_order_items",
        "stg_orders",
        "stg_pos",
    ):
        op.drop_table(table, schema=SCHEMA)
    op.sql("DROP SCHEMA STAGING.TASKS")
    op.sql("DROP SCHEMA STAGING.STREAMS")
    op.sql("DROP SCHEMA STAGING.SILVER")
