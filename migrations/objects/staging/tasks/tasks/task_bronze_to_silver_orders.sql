-- Only rows newer than the last load, merged by file and row: a file that is loaded a second time
-- replaces its rows and adds none.
CREATE OR REPLACE TASK STAGING.TASKS.TASK_BRONZE_TO_SILVER_ORDERS
    WAREHOUSE = WH_TRANS
    SCHEDULE = '60 MINUTE'
    COMMENT = 'New orders, cleaned and checked'
AS
MERGE INTO STAGING.SILVER.STG_ORDERS AS target
USING (
    SELECT
        source_file_name,
        source_file_row_number,
        order_id,
        order_date,
        customer_id,
        order_status,
        total_amount,
        is_valid,
        validation_errors,
        source_load_timestamp
    FROM STAGING.SILVER.ORDERS_CLEANED
    WHERE source_load_timestamp > (
        SELECT COALESCE(MAX(source_load_timestamp), '1970-01-01'::TIMESTAMP_NTZ)
        FROM STAGING.SILVER.STG_ORDERS
    )
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY source_file_name, source_file_row_number
        ORDER BY source_load_timestamp DESC
    ) = 1
) AS source
ON target.source_file_name = source.source_file_name
    AND target.source_file_row_number = source.source_file_row_number
WHEN MATCHED THEN UPDATE SET
    order_id = source.order_id,
    order_date = source.order_date,
    customer_id = source.customer_id,
    order_status = source.order_status,
    total_amount = source.total_amount,
    is_valid = source.is_valid,
    validation_errors = source.validation_errors,
    source_load_timestamp = source.source_load_timestamp,
    updated_at = SYSDATE()
WHEN NOT MATCHED THEN INSERT (
    source_file_name,
    source_file_row_number,
    order_id,
    order_date,
    customer_id,
    order_status,
    total_amount,
    is_valid,
    validation_errors,
    source_load_timestamp
) VALUES (
    source.source_file_name,
    source.source_file_row_number,
    source.order_id,
    source.order_date,
    source.customer_id,
    source.order_status,
    source.total_amount,
    source.is_valid,
    source.validation_errors,
    source.source_load_timestamp
)
