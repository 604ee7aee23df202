-- The rules for a sales line, in one place for the hourly task and the stream's task. A missing
-- customer is allowed (anonymous sale), a negative quantity is a return.
CREATE OR REPLACE VIEW STAGING.SILVER.POS_CLEANED
COPY GRANTS
AS
WITH typed AS (
    SELECT
        file_name AS source_file_name,
        file_row_number AS source_file_row_number,
        load_timestamp AS source_load_timestamp,
        NULLIF(UPPER(TRIM(transaction_id)), '') AS transaction_id,
        NULLIF(UPPER(TRIM(store_id)), '') AS store_id,
        NULLIF(UPPER(TRIM(register_id)), '') AS register_id,
        transaction_date,
        transaction_time,
        NULLIF(UPPER(TRIM(customer_id)), '') AS customer_id,
        NULLIF(UPPER(TRIM(product_id)), '') AS product_id,
        NULLIF(UPPER(TRIM(product_sku)), '') AS product_sku,
        quantity,
        unit_price,
        COALESCE(discount_amount, 0) AS discount_amount,
        COALESCE(tax_amount, 0) AS tax_amount,
        total_amount,
        UPPER(TRIM(payment_method)) AS payment_method,
        UPPER(TRIM(payment_status)) AS payment_status,
        NULLIF(UPPER(TRIM(promotion_code)), '') AS promotion_code
    FROM RAW.BRONZE.RAW_POS
),

judged AS (
    SELECT
        source_file_name,
        source_file_row_number,
        ARRAY_CONSTRUCT_COMPACT(
            IFF(transaction_id IS NULL, 'transaction_id is missing', NULL),
            IFF(store_id IS NULL, 'store_id is missing', NULL),
            IFF(product_id IS NULL, 'product_id is missing', NULL),
            IFF(transaction_date IS NULL, 'transaction_date is missing or no date', NULL),
            IFF(quantity IS NULL, 'quantity is missing or no number', NULL),
            IFF(quantity = 0, 'quantity is zero', NULL),
            IFF(unit_price IS NULL, 'unit_price is missing or no number', NULL),
            IFF(unit_price <= 0, 'unit_price is not above zero', NULL),
            IFF(total_amount IS NULL, 'total_amount is missing or no number', NULL),
            IFF(
                ABS(total_amount - (quantity * unit_price - discount_amount + tax_amount)) > 0.01,
                'total_amount is not quantity x unit_price - discount_amount + tax_amount',
                NULL
            )
        ) AS validation_errors,
        source_load_timestamp,
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
        promotion_code
    FROM typed
)

SELECT
    source_file_name,
    source_file_row_number,
    COALESCE(transaction_id, 'UNKNOWN') AS transaction_id,
    COALESCE(store_id, 'UNKNOWN') AS store_id,
    register_id,
    transaction_date,
    transaction_time,
    customer_id,
    COALESCE(product_id, 'UNKNOWN') AS product_id,
    product_sku,
    quantity,
    COALESCE(unit_price, 0) AS unit_price,
    discount_amount,
    tax_amount,
    COALESCE(total_amount, 0) AS total_amount,
    payment_method,
    payment_status,
    promotion_code,
    ARRAY_SIZE(validation_errors) = 0 AS is_valid,
    validation_errors,
    source_load_timestamp
FROM judged
