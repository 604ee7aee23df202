CREATE OR REPLACE VIEW STAGING.SILVER.ORDER_ITEMS_CLEANED
COPY GRANTS
AS
WITH typed AS (
    SELECT
        orders.file_name AS source_file_name,
        orders.file_row_number AS source_file_row_number,
        orders.load_timestamp AS source_load_timestamp,
        NULLIF(UPPER(TRIM(orders.order_id)), '') AS order_id,
        item.index + 1 AS line_number,
        NULLIF(UPPER(TRIM(item.value:product_id::VARCHAR)), '') AS product_id,
        TRY_TO_NUMBER(item.value:quantity::VARCHAR, 10, 2) AS quantity,
        TRY_TO_NUMBER(item.value:unit_price::VARCHAR, 10, 2) AS unit_price
    FROM RAW.BRONZE.RAW_ORDERS AS orders,
        LATERAL FLATTEN(INPUT => orders.order_data:items) AS item
),

judged AS (
    SELECT
        source_file_name,
        source_file_row_number,
        source_load_timestamp,
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        ARRAY_CONSTRUCT_COMPACT(
            IFF(order_id IS NULL, 'order_id is missing', NULL),
            IFF(product_id IS NULL, 'product_id is missing', NULL),
            IFF(quantity IS NULL, 'quantity is missing or no number', NULL),
            IFF(quantity <= 0, 'quantity is not above zero', NULL),
            IFF(unit_price IS NULL, 'unit_price is missing or no number', NULL)
        ) AS validation_errors
    FROM typed
)

SELECT
    source_file_name,
    source_file_row_number,
    COALESCE(order_id, 'UNKNOWN') AS order_id,
    line_number,
    COALESCE(product_id, 'UNKNOWN') AS product_id,
    quantity,
    COALESCE(unit_price, 0) AS unit_price,
    COALESCE(quantity * unit_price, 0) AS line_amount,
    ARRAY_SIZE(validation_errors) = 0 AS is_valid,
    validation_errors,
    source_load_timestamp
FROM judged
