CREATE OR REPLACE VIEW STAGING.SILVER.INVENTORY_CLEANED
COPY GRANTS
AS
WITH typed AS (
    SELECT
        file_name AS source_file_name,
        file_row_number AS source_file_row_number,
        load_timestamp AS source_load_timestamp,
        NULLIF(UPPER(TRIM(store_id)), '') AS store_id,
        NULLIF(UPPER(TRIM(product_id)), '') AS product_id,
        NULLIF(UPPER(TRIM(product_sku)), '') AS product_sku,
        inventory_date,
        quantity_on_hand,
        COALESCE(quantity_reserved, 0) AS quantity_reserved,
        quantity_available,
        COALESCE(reorder_point, 0) AS reorder_point,
        COALESCE(reorder_quantity, 0) AS reorder_quantity,
        COALESCE(unit_cost, 0) AS unit_cost,
        UPPER(TRIM(location)) AS location
    FROM RAW.BRONZE.RAW_INVENTORY
),

judged AS (
    SELECT
        source_file_name,
        source_file_row_number,
        source_load_timestamp,
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
        ARRAY_CONSTRUCT_COMPACT(
            IFF(store_id IS NULL, 'store_id is missing', NULL),
            IFF(product_id IS NULL, 'product_id is missing', NULL),
            IFF(inventory_date IS NULL, 'inventory_date is missing or no date', NULL),
            IFF(quantity_on_hand IS NULL, 'quantity_on_hand is missing or no number', NULL),
            IFF(quantity_on_hand < 0, 'quantity_on_hand is below zero', NULL),
            IFF(
                quantity_available <> quantity_on_hand - quantity_reserved,
                'quantity_available is not quantity_on_hand - quantity_reserved',
                NULL
            )
        ) AS validation_errors
    FROM typed
)

SELECT
    source_file_name,
    source_file_row_number,
    COALESCE(store_id, 'UNKNOWN') AS store_id,
    COALESCE(product_id, 'UNKNOWN') AS product_id,
    product_sku,
    inventory_date,
    quantity_on_hand,
    quantity_reserved,
    COALESCE(quantity_available, quantity_on_hand - quantity_reserved) AS quantity_available,
    reorder_point,
    reorder_quantity,
    unit_cost,
    location,
    ARRAY_SIZE(validation_errors) = 0 AS is_valid,
    validation_errors,
    source_load_timestamp
FROM judged
