-- Only rows newer than the last load, merged by file and row: a file that is loaded a second time
-- replaces its rows and adds none.
CREATE OR REPLACE TASK STAGING.TASKS.TASK_BRONZE_TO_SILVER_ORDER_ITEMS
    WAREHOUSE = WH_TRANS
    COMMENT = 'New lines of orders, cleaned and checked'
    AFTER STAGING.TASKS.TASK_BRONZE_TO_SILVER_ORDERS
AS
MERGE INTO STAGING.SILVER.STG_ORDER_ITEMS AS target
USING (
    SELECT
        source_file_name,
        source_file_row_number,
        line_number,
        order_id,
        product_id,
        quantity,
        unit_price,
        line_amount,
        is_valid,
        validation_errors,
        source_load_timestamp
    FROM STAGING.SILVER.ORDER_ITEMS_CLEANED
    WHERE source_load_timestamp > (
        SELECT COALESCE(MAX(source_load_timestamp), '1970-01-01'::TIMESTAMP_NTZ)
        FROM STAGING.SILVER.STG_ORDER_ITEMS
    )
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY source_file_name, source_file_row_number, line_number
        ORDER BY source_load_timestamp DESC
    ) = 1
) AS source
ON target.source_file_name = source.source_file_name
    AND target.source_file_row_number = source.source_file_row_number
    AND target.line_number = source.line_number
WHEN MATCHED THEN UPDATE SET
    order_id = source.order_id,
    product_id = source.product_id,
    quantity = source.quantity,
    unit_price = source.unit_price,
    line_amount = source.line_amount,
    is_valid = source.is_valid,
    validation_errors = source.validation_errors,
    source_load_timestamp = source.source_load_timestamp,
    updated_at = SYSDATE()
WHEN NOT MATCHED THEN INSERT (
    source_file_name,
    source_file_row_number,
    line_number,
    order_id,
    product_id,
    quantity,
    unit_price,
    line_amount,
    is_valid,
    validation_errors,
    source_load_timestamp
) VALUES (
    source.source_file_name,
    source.source_file_row_number,
    source.line_number,
    source.order_id,
    source.product_id,
    source.quantity,
    source.unit_price,
    source.line_amount,
    source.is_valid,
    source.validation_errors,
    source.source_load_timestamp
)
