"""Bronze tables: one per source, the columns of the source and where each row came from.

Sales, orders and stock counts are loaded from files only, so their file name and row number are
never null: the pair names a row in every layer above.
"""

import sqlalchemy as sa
from alembic import op
from snowflake.sqlalchemy import TIMESTAMP_NTZ, VARIANT

revision = "20261102_1000"
down_revision = "20261102_0900"
branch_labels = None
depends_on = None

SCHEMA = "RAW.BRONZE"


def _money(name: str) -> sa.Column:
    return sa.Column(name, sa.Numeric(10, 2))


def _origin(*, from_file: bool = True) -> list[sa.Column]:
    """The columns every bronze table ends with; SYSDATE() is UTC whatever the session's zone."""
    now = sa.text("SYSDATE()")
    return [
        sa.Column("file_name", sa.String(500), nullable=not from_file),
        sa.Column("file_row_number", sa.Numeric(38, 0), nullable=not from_file),
        sa.Column("load_timestamp", TIMESTAMP_NTZ, nullable=False, server_default=now),
        sa.Column("raw_data", VARIANT),
        sa.Column("created_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
        sa.Column("updated_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
    ]


def upgrade() -> None:
    op.create_table(
        "raw_pos",
        sa.Column("transaction_id", sa.String(100)),
        sa.Column("store_id", sa.String(50)),
        sa.Column("register_id", sa.String(50)),
        sa.Column("transaction_date", sa.Date),
        sa.Column("transaction_time", sa.Time),
        sa.Column("customer_id", sa.String(50)),
        sa.Column("product_id", sa.String(50)),
        sa.Column("product_sku", sa.String(100)),
        sa.Column("quantity", sa.String(50), comment="Pieces sold, negative for a return"),
        _money("unit_price"),
        _money("discount_amount"),
        _money("tax_amount"),
        _money("total_amount"),
        sa.Column("payment_method", sa.String(50)),
        sa.Column("payment_status", sa.String(50)),
        *_origin(),
        schema=SCHEMA,
        snowflake_clusterby=["transaction_date", "store_id"],
        comment="Sales lines of the tills, one row a line of a file",
    )
    op.create_table(
        "raw_orders",
        sa.Column("order_data", VARIANT),
        sa.Column("order_id", sa.String(100)),
        sa.Column("order_date", sa.Date),
        sa.Column("customer_id", sa.String(50)),
        *_origin(),
        schema=SCHEMA,
        snowflake_clusterby=["order_date", "customer_id"],
        comment="Orders of the web shop, one row a document",
    )
    op.create_table(
        "raw_inventory",
        sa.Column("store_id", sa.String(50)),
        sa.Column("product_id", sa.String(50)),
        sa.Column("product_sku", sa.String(100)),
        sa.Column("inventory_date", sa.Date),
        _money("quantity_on_hand"),
        _money("quantity_reserved"),
        _money("quantity_available"),
        _money("reorder_point"),
        _money("reorder_quantity"),
        _money("unit_cost"),
        sa.Column("location", sa.String(100)),
        *_origin(),
        schema=SCHEMA,
        snowflake_clusterby=["inventory_date", "store_id", "product_id"],
        comment="Stock counts, one row a store, product and day",
    )
    op.create_table(
        "raw_customers",
        sa.Column("customer_id", sa.String(50)),
        sa.Column("first_name", sa.String(100)),
        sa.Column("last_name", sa.String(100)),
        sa.Column("email", sa.String(320)),
        sa.Column("phone", sa.String(50)),
        sa.Column("address", sa.String(500)),
        sa.Column("date_of_birth", sa.Date),
        sa.Column("registration_date", sa.Date),
        sa.Column("customer_segment", sa.String(50)),
        *_origin(from_file=False),
        schema=SCHEMA,
        snowflake_clusterby=["customer_id"],
        comment="Customers as the shop system sends them, a new row for every change",
    )
    op.create_table(
        "raw_products",
        sa.Column("product_id", sa.String(50)),
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
        *_origin(from_file=False),
        schema=SCHEMA,
        snowflake_clusterby=["product_id"],
        comment="Products as the shop system sends them, a new row for every change",
    )


def downgrade() -> None:
    for table in ("raw_products", "raw_customers", "raw_inventory", "raw_orders", "raw_pos"):
        op.drop_table(table, schema=SCHEMA)
