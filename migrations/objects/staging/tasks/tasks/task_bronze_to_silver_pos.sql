-- Only rows newer than the last load, merged by file and row: a file that is loaded a second time
-- replaces its rows and adds none. What commits late, behind a newer load, is for
-- task_process_pos_changes, which reads the stream.
CREATE OR REPLACE TASK STAGING.TASKS.TASK_BRONZE_TO_SILVER_POS
    WAREHOUSE = WH_TRANS
    SCHEDULE = '60 MINUTE'
    COMMENT = 'New sales lines, cleaned and checked'
AS
MERGE INTO STAGING.SILVER.STG_POS AS target
USING (
    SELECT
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
    FROM STAGING.SILVER.POS_CLEANED
    WHERE source_load_timestamp > (
        SELECT COALESCE(MAX(source_load_timestamp), '1970-01-01'::TIMESTAMP_NTZ)
        FROM STAGING.SILVER.STG_POS
    )
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY source_file_name, source_file_row_number
        ORDER BY source_load_timestamp DESC
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
