"""Facts of the gold layer, and the schema of the views that people query.

Every key has a value: -1 where the dimension does not know it.
"""

import sqlalchemy as sa
from alembic import op
from snowflake.sqlalchemy import TIMESTAMP_NTZ

revision = "20261105_0900"
down_revision = "20261104_0900"
branch_labels = None
depends_on = None

SCHEMA = "DW.FACTS"


def _keys(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Numeric(38, 0), nullable=False) for name in names]


def _measures(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Numeric(10, 2), nullable=False) for name in names]


def _surrogate(name: str) -> sa.Column:
    """BIGINT is Snowflake's word for NUMBER(38, 0), and the one the dialect counts up."""
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=True)


def _file_row() -> list[sa.Column]:
    return [
        sa.Column("source_file_name", sa.String(500), nullable=False),
        sa.Column("source_file_row_number", sa.Numeric(38, 0), nullable=False),
    ]


def _audit_columns() -> list[sa.Column]:
    now = sa.text("SYSDATE()")
    return [
        sa.Column("created_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
        sa.Column("updated_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
    ]


def upgrade() -> None:
    op.sql("CREATE SCHEMA DW.FACTS COMMENT = 'What happened'")
    op.sql("CREATE SCHEMA DW.MART COMMENT = 'Views that people query'")
    op.create_table(
        "fact_sales",
        _surrogate("sales_key"),
        *_keys("date_key", "time_key", "store_key", "product_key", "customer_key"),
        sa.Column("transaction_id", sa.String(100), nullable=False),
        *_measures("quantity", "unit_price", "discount_amount", "tax_amount", "total_amount"),
        *_file_row(),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["date_key", "store_key"],
        comment="Valid sales lines, one row a line of a file",
    )
    op.create_table(
        "fact_orders",
        _surrogate("order_key"),
        *_keys("date_key", "customer_key"),
        sa.Column("order_id", sa.String(100), nullable=False),
        sa.Column("order_status", sa.String(50)),
        *_measures("total_amount"),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["date_key"],
        comment="Valid orders as they were last sent, one row an order",
    )
    op.create_table(
        "fact_order_items",
        _surrogate("order_item_key"),
        *_keys("product_key"),
        sa.Column("order_id", sa.String(100), nullable=False),
        sa.Column("line_number", sa.Numeric(38, 0), nullable=False),
        *_measures("quantity", "unit_price", "line_amount"),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["order_id"],
        comment="Valid lines of the orders",
    )
    op.create_table(
        "fact_inventory_snapshot",
        _surrogate("inventory_key"),
        *_keys("date_key", "store_key", "product_key"),
        *_measures("quantity_on_hand", "quantity_reserved", "quantity_available"),
        *_measures("unit_cost", "stock_value"),
        *_file_row(),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["date_key", "store_key"],
        comment="Valid stock counts, one row a line of a file",
    )


def downgrade() -> None:
    for table in ("fact_inventory_snapshot", "fact_order_items", "fact_orders", "fact_sales"):
        op.drop_table(table, schema=SCHEMA)
    op.sql("DROP SCHEMA DW.MART")
    op.sql("DROP SCHEMA DW.FACTS")
