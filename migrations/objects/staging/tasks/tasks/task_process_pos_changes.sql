-- An UPDATE of a raw row is a DELETE and an INSERT in the stream. Only the INSERT is read, and merged
-- by file and row, so that a correction (or a backfill of every row) replaces rows and adds none.
CREATE OR REPLACE TASK STAGING.TASKS.TASK_PROCESS_POS_CHANGES
    WAREHOUSE = WH_TRANS
    SCHEDULE = '15 MINUTE'
    COMMENT = 'Sales lines that came or changed, cleaned and checked'
    WHEN SYSTEM$STREAM_HAS_DATA('STAGING.STREAMS.STREAM_POS_CHANGES')
AS
MERGE INTO STAGING.SILVER.STG_POS AS target
USING (
    SELECT
        cleaned.source_file_name,
        cleaned.source_file_row_number,
        cleaned.transaction_id,
        cleaned.store_id,
        cleaned.register_id,
        cleaned.transaction_date,
        cleaned.transaction_time,
        cleaned.customer_id,
        cleaned.product_id,
        cleaned.product_sku,
        cleaned.quantity,
        cleaned.unit_price,
        cleaned.discount_amount,
        cleaned.tax_amount,
        cleaned.total_amount,
        cleaned.payment_method,
        cleaned.payment_status,
        cleaned.promotion_code,
        cleaned.is_valid,
        cleaned.validation_errors,
        cleaned.source_load_timestamp
    FROM STAGING.SILVER.POS_CLEANED AS cleaned
    INNER JOIN STAGING.STREAMS.STREAM_POS_CHANGES AS changed
        ON cleaned.source_file_name = changed.file_name
        AND cleaned.source_file_row_number = changed.file_row_number
    WHERE changed.METADATA$ACTION = 'INSERT'
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY cleaned.source_file_name, cleaned.source_file_row_number
        ORDER BY cleaned.source_load_timestamp DESC
    ) = 1
) AS source
ON target.source_file_name = source.source_file_name
    AND target.source_file_row_number = source.source_file_row_number
WHEN MATCHED THEN UPDATE SET
    transaction_id = source.transaction_id,
    store_id = source.store_id,
    register_id = source.register_id,
    transaction_date = source.transaction_date,
    transaction_time = source.transaction_time,
    customer_id = source.customer_id,
    product_id = source.product_id,
    product_sku = source.product_sku,
    quantity = source.quantity,
    unit_price = source.unit_price,
    discount_amount = source.discount_amount,
    tax_amount = source.tax_amount,
    total_amount = source.total_amount,
    payment_method = source.payment_method,
    payment_status = source.payment_status,
    promotion_code = source.promotion_code,
    is_valid = source.is_valid,
    validation_errors = source.validation_errors,
    source_load_timestamp = source.source_load_timestamp,
    updated_at = SYSDATE()
WHEN NOT MATCHED THEN INSERT (
    source_file_name,
    source_file_row_number,
    transaction_id,
    store_id,
    register_id,
    transaction_date,
    transaction_time,
    customer_id,
    product_id,
    product_sku,
    quantity,
    unit_price,
    discount_amount,
    tax_amount,
    total_amount,
    payment_method,
    payment_status,
    promotion_code,
    is_valid,
    validation_errors,
    source_load_timestamp
) VALUES (
    source.source_file_name,
    source.source_file_row_number,
    source.transaction_id,
    source.store_id,
    source.register_id,
    source.transaction_date,
    source.transaction_time,
    source.customer_id,
    source.product_id,
    source.product_sku,
    source.quantity,
    source.unit_price,
    source.discount_amount,
    source.tax_amount,
    source.total_amount,
    source.payment_method,
    source.payment_status,
    source.promotion_code,
    source.is_valid,
    source.validation_errors,
    source.source_load_timestamp
)
