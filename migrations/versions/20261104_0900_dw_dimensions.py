"""Dimensions of the gold layer, with the calendar, the clock and the unknown members.

A fact whose customer, product, store, day or minute is not known points at key -1, so that no
join loses a sale.
"""

import sqlalchemy as sa
from alembic import op
from snowflake.sqlalchemy import TIMESTAMP_NTZ

revision = "20261104_0900"
down_revision = "20261103_0900"
branch_labels = None
depends_on = None

SCHEMA = "DW.DIMENSIONS"

CALENDAR = """INSERT INTO DW.DIMENSIONS.DIM_DATE (
    date_key, date_value, calendar_year, calendar_quarter, calendar_month, month_name,
    day_of_month, day_of_week, day_name, iso_week, fiscal_year, fiscal_quarter,
    is_weekend, is_holiday
)
SELECT
    YEAR(d) * 10000 + MONTH(d) * 100 + DAY(d),
    d,
    YEAR(d),
    QUARTER(d),
    MONTH(d),
    MONTHNAME(d),
    DAY(d),
    DAYOFWEEKISO(d),
    DAYNAME(d),
    WEEKISO(d),
    YEAR(DATEADD('month', -1, d)),
    QUARTER(DATEADD('month', -1, d)),
    DAYOFWEEKISO(d) >= 6,
    MONTH(d) * 100 + DAY(d) IN (101, 1225, 1226)
FROM (
    SELECT DATEADD('day', ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1, '2010-01-01'::DATE) AS d
    FROM TABLE(GENERATOR(ROWCOUNT => 10957))
) AS days"""

CLOCK = """INSERT INTO DW.DIMENSIONS.DIM_TIME (
    time_key, time_value, hour_of_day, minute_of_hour, day_part
)
SELECT
    FLOOR(n / 60) * 100 + MOD(n, 60),
    TIME_FROM_PARTS(FLOOR(n / 60), MOD(n, 60), 0),
    FLOOR(n / 60),
    MOD(n, 60),
    CASE
        WHEN n < 360 THEN 'NIGHT'
        WHEN n < 720 THEN 'MORNING'
        WHEN n < 1080 THEN 'AFTERNOON'
        ELSE 'EVENING'
    END
FROM (
    SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1 AS n
    FROM TABLE(GENERATOR(ROWCOUNT => 1440))
) AS minutes"""


def _surrogate(name: str) -> sa.Column:
    """BIGINT is Snowflake's word for NUMBER(38, 0), and the one the dialect counts up."""
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=True)


def _natural(name: str, comment: str) -> sa.Column:
    return sa.Column(
        name, sa.Numeric(38, 0), primary_key=True, autoincrement=False, comment=comment
    )


def _version_columns() -> list[sa.Column]:
    """Type 2: a version holds from its first instant up to, not including, its last."""
    return [
        sa.Column("effective_from_date", TIMESTAMP_NTZ, nullable=False),
        sa.Column("effective_to_date", TIMESTAMP_NTZ, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
    ]


def _audit_columns() -> list[sa.Column]:
    now = sa.text("SYSDATE()")
    return [
        sa.Column("created_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
        sa.Column("updated_at", TIMESTAMP_NTZ, nullable=False, server_default=now),
    ]


def upgrade() -> None:
    op.sql("CREATE SCHEMA DW.DIMENSIONS COMMENT = 'What the facts are about'")
    _create_slowly_changing()
    _create_calendar_and_clock()
    op.sql(CALENDAR)
    op.sql(CLOCK)
    _seed_unknown_members()


def _create_slowly_changing() -> None:
    op.create_table(
        "dim_customer",
        _surrogate("customer_key"),
        sa.Column("customer_id", sa.String(50), nullable=False),
        sa.Column("first_name", sa.String(100)),
        sa.Column("last_name", sa.String(100)),
        sa.Column("email", sa.String(320)),
        sa.Column("phone", sa.String(50)),
        sa.Column("address", sa.String(500)),
        sa.Column("date_of_birth", sa.Date),
        sa.Column("registration_date", sa.Date),
        sa.Column("customer_segment", sa.String(50)),
        *_version_columns(),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["customer_id"],
        comment="Customers, one row a version (type 2)",
    )
    op.create_table(
        "dim_store",
        _surrogate("store_key"),
        sa.Column("store_id", sa.String(50), nullable=False),
        sa.Column("store_name", sa.String(100)),
        *_version_columns(),
        *_audit_columns(),
        schema=SCHEMA,
        comment="Stores, one row a version (type 2)",
    )
    op.create_table(
        "dim_product",
        _surrogate("product_key"),
        sa.Column("product_id", sa.String(50), nullable=False),
        sa.Column("product_sku", sa.String(100)),
        sa.Column("product_name", sa.String(200)),
        sa.Column("description", sa.String(1000)),
        sa.Column("category", sa.String(100)),
        sa.Column("subcategory", sa.String(100)),
        sa.Column("brand", sa.String(100)),
        sa.Column("list_price", sa.Numeric(10, 2)),
        sa.Column("cost_price", sa.Numeric(10, 2)),
        sa.Column("weight", sa.Numeric(10, 2)),
        sa.Column("status", sa.String(50)),
        *_audit_columns(),
        schema=SCHEMA,
        snowflake_clusterby=["product_id"],
        comment="Products as they are now (type 1)",
    )


def _create_calendar_and_clock() -> None:
    op.create_table(
        "dim_date",
        _natural("date_key", "YYYYMMDD"),
        sa.Column("date_value", sa.Date),
        sa.Column("calendar_year", sa.Numeric(4, 0)),
        sa.Column("calendar_quarter", sa.Numeric(1, 0)),
        sa.Column("calendar_month", sa.Numeric(2, 0)),
        sa.Column("month_name", sa.String(50)),
        sa.Column("day_of_month", sa.Numeric(2, 0)),
        sa.Column("day_of_week", sa.Numeric(1, 0), comment="1 is Monday"),
        sa.Column("day_name", sa.String(50)),
        sa.Column("iso_week", sa.Numeric(2, 0)),
        sa.Column("fiscal_year", sa.Numeric(4, 0), comment="Begins on 1 February"),
        sa.Column("fiscal_quarter", sa.Numeric(1, 0)),
        sa.Column("is_weekend", sa.Boolean),
        sa.Column("is_holiday", sa.Boolean, comment="1 January, 25 and 26 December"),
        schema=SCHEMA,
        comment="Calendar of 2010 to 2039",
    )
    op.create_table(
        "dim_time",
        _natural("time_key", "HHMM"),
        sa.Column("time_value", sa.Time),
        sa.Column("hour_of_day", sa.Numeric(2, 0)),
        sa.Column("minute_of_hour", sa.Numeric(2, 0)),
        sa.Column("day_part", sa.String(50)),
        schema=SCHEMA,
        comment="The minutes of a day",
    )


def _seed_unknown_members() -> None:
    op.sql(
        """INSERT INTO DW.DIMENSIONS.DIM_CUSTOMER (
    customer_key, customer_id, effective_from_date, effective_to_date, is_current
) VALUES (-1, 'UNKNOWN', '1900-01-01', '9999-12-31', TRUE)"""
    )
    op.sql(
        """INSERT INTO DW.DIMENSIONS.DIM_STORE (
    store_key, store_id, store_name, effective_from_date, effective_to_date, is_current
) VALUES (-1, 'UNKNOWN', 'Unknown', '1900-01-01', '9999-12-31', TRUE)"""
    )
    op.sql(
        "INSERT INTO DW.DIMENSIONS.DIM_PRODUCT (product_key, product_id, product_name)"
        " VALUES (-1, 'UNKNOWN', 'Unknown')"
    )
    op.sql("INSERT INTO DW.DIMENSIONS.DIM_DATE (date_key) VALUES (-1)")
    op.sql("INSERT INTO DW.DIMENSIONS.DIM_TIME (time_key) VALUES (-1)")


def downgrade() -> None:
    for table in ("dim_time", "dim_date", "dim_product", "dim_store", "dim_customer"):
        op.drop_table(table, schema=SCHEMA)
    op.sql("DROP SCHEMA DW.DIMENSIONS")
