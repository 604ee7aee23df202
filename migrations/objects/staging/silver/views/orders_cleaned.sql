CREATE OR REPLACE VIEW STAGING.SILVER.ORDERS_CLEANED
COPY GRANTS
AS
WITH typed AS (
    SELECT
        file_name AS source_file_name,
        file_row_number AS source_file_row_number,
        load_timestamp AS source_load_timestamp,
        NULLIF(UPPER(TRIM(order_id)), '') AS order_id,
        order_date,
        NULLIF(UPPER(TRIM(customer_id)), '') AS customer_id,
        UPPER(TRIM(order_data:status::VARCHAR)) AS order_status,
        TRY_TO_NUMBER(order_data:total_amount::VARCHAR, 10, 2) AS total_amount
    FROM RAW.BRONZE.RAW_ORDERS
),

judged AS (
    SELECT
        source_file_name,
        source_file_row_number,
        source_load_timestamp,
        order_id,
        order_date,
        customer_id,
        order_status,
        total_amount,
        ARRAY_CONSTRUCT_COMPACT(
            IFF(order_id IS NULL, 'order_id is missing', NULL),
            IFF(customer_id IS NULL, 'customer_id is missing', NULL),
            IFF(order_date IS NULL, 'order_date is missing or no date', NULL),
            IFF(total_amount IS NULL, 'total_amount is missing or no number', NULL),
            IFF(total_amount < 0, 'total_amount is below zero', NULL)
        ) AS validation_errors
    FROM typed
)

SELECT
    source_file_name,
    source_file_row_number,
    COALESCE(order_id, 'UNKNOWN') AS order_id,
    order_date,
    customer_id,
    order_status,
    COALESCE(total_amount, 0) AS total_amount,
    ARRAY_SIZE(validation_errors) = 0 AS is_valid,
    validation_errors,
    source_load_timestamp
FROM judged
