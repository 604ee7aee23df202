-- Only rows newer than the last load, merged by file and row: a file that is loaded a second time
-- replaces its rows and adds none.
CREATE OR REPLACE TASK STAGING.TASKS.TASK_BRONZE_TO_SILVER_INVENTORY
    WAREHOUSE = WH_TRANS
    SCHEDULE = '60 MINUTE'
    COMMENT = 'New stock counts, cleaned and checked'
AS
MERGE INTO STAGING.SILVER.STG_INVENTORY AS target
USING (
    SELECT
        source_file_name,
        source_file_row_number,
        store_id,
        product_id,
        product_sku,
        inventory_date,
        quantity_on_hand,
        quantity_reserved,
        quantity_available,
        reorder_point,
        reorder_quantity,
        unit_cost,
        location,
        is_valid,
        validation_errors,
        source_load_timestamp
    FROM STAGING.SILVER.INVENTORY_CLEANED
    WHERE source_load_timestamp > (
        SELECT COALESCE(MAX(source_load_timestamp), '1970-01-01'::TIMESTAMP_NTZ)
        FROM STAGING.SILVER.STG_INVENTORY
    )
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY source_file_name, source_file_row_number
        ORDER BY source_load_timestamp DESC
    ) = 1
) AS source
ON target.source_file_name = source.source_file_name
    AND target.source_file_row_number = source.source_file_row_number
WHEN MATCHED THEN UPDATE SET
    store_id = source.store_id,
    product_id = source.product_id,
    product_sku = source.product_sku,
    inventory_date = source.inventory_date,
    quantity_on_hand = source.quantity_on_hand,
    quantity_reserved = source.quantity_reserved,
    quantity_available = source.quantity_available,
    reorder_point = source.reorder_point,
    reorder_quantity = source.reorder_quantity,
    unit_cost = source.unit_cost,
    location = source.location,
    is_valid = source.is_valid,
    validation_errors = source.validation_errors,
    source_load_timestamp = source.source_load_timestamp,
    updated_at = SYSDATE()
WHEN NOT MATCHED THEN INSERT (
    source_file_name,
    source_file_row_number,
    store_id,
    product_id,
    product_sku,
    inventory_date,
    quantity_on_hand,
    quantity_reserved,
    quantity_available,
    reorder_point,
    reorder_quantity,
    unit_cost,
    location,
    is_valid,
    validation_errors,
    source_load_timestamp
) VALUES (
    source.source_file_name,
    source.source_file_row_number,
    source.store_id,
    source.product_id,
    source.product_sku,
    source.inventory_date,
    source.quantity_on_hand,
    source.quantity_reserved,
    source.quantity_available,
    source.reorder_point,
    source.reorder_quantity,
    source.unit_cost,
    source.location,
    source.is_valid,
    source.validation_errors,
    source.source_load_timestamp
)
