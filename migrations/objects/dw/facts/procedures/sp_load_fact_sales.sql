-- All valid sales lines, by file and row: what is there and equal stays untouched, so a period that was
-- deleted is reloaded by the next call, and a dimension that came late is found. A line that became
-- invalid leaves the fact.
CREATE OR REPLACE PROCEDURE DW.FACTS.SP_LOAD_FACT_SALES()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
DECLARE
    merged INTEGER DEFAULT 0;
    removed INTEGER DEFAULT 0;
BEGIN
    MERGE INTO DW.FACTS.FACT_SALES AS target
    USING (
        SELECT
            sales.source_file_name,
            sales.source_file_row_number,
            sales.transaction_id,
            COALESCE(days.date_key, -1) AS date_key,
            COALESCE(minutes.time_key, -1) AS time_key,
            COALESCE(stores.store_key, -1) AS store_key,
            COALESCE(products.product_key, -1) AS product_key,
            COALESCE(customers.customer_key, -1) AS customer_key,
            sales.quantity,
            sales.unit_price,
            sales.discount_amount,
            sales.tax_amount,
            sales.total_amount,
            sales.promotion_code
        FROM STAGING.SILVER.STG_POS AS sales
        LEFT JOIN DW.DIMENSIONS.DIM_DATE AS days
            ON sales.transaction_date = days.date_value
        LEFT JOIN DW.DIMENSIONS.DIM_TIME AS minutes
            ON HOUR(sales.transaction_time) = minutes.hour_of_day
            AND MINUTE(sales.transaction_time) = minutes.minute_of_hour
        LEFT JOIN DW.DIMENSIONS.DIM_STORE AS stores
            ON sales.store_id = stores.store_id
            AND sales.transaction_date >= stores.effective_from_date
            AND sales.transaction_date < stores.effective_to_date
        LEFT JOIN DW.DIMENSIONS.DIM_PRODUCT AS products
            ON sales.product_id = products.product_id
        LEFT JOIN DW.DIMENSIONS.DIM_CUSTOMER AS customers
            ON sales.customer_id = customers.customer_id
            AND sales.transaction_date >= customers.effective_from_date
            AND sales.transaction_date < customers.effective_to_date
        WHERE sales.is_valid
    ) AS source
    ON target.source_file_name = source.source_file_name
        AND target.source_file_row_number = source.source_file_row_number
    WHEN MATCHED AND (
        target.date_key <> source.date_key
        OR target.time_key <> source.time_key
        OR target.store_key <> source.store_key
        OR target.product_key <> source.product_key
        OR target.customer_key <> source.customer_key
        OR target.transaction_id <> source.transaction_id
        OR target.quantity <> source.quantity
        OR target.unit_price <> source.unit_price
        OR target.discount_amount <> source.discount_amount
        OR target.tax_amount <> source.tax_amount
        OR target.total_amount <> source.total_amount
        OR target.promotion_code IS DISTINCT FROM source.promotion_code
    ) THEN UPDATE SET
        date_key = source.date_key,
        time_key = source.time_key,
        store_key = source.store_key,
        product_key = source.product_key,
        customer_key = source.customer_key,
        transaction_id = source.transaction_id,
        quantity = source.quantity,
        unit_price = source.unit_price,
        discount_amount = source.discount_amount,
        tax_amount = source.tax_amount,
        total_amount = source.total_amount,
        promotion_code = source.promotion_code,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        source_file_name,
        source_file_row_number,
        date_key,
        time_key,
        store_key,
        product_key,
        customer_key,
        transaction_id,
        quantity,
        unit_price,
        discount_amount,
        tax_amount,
        total_amount,
        promotion_code
    ) VALUES (
        source.source_file_name,
        source.source_file_row_number,
        source.date_key,
        source.time_key,
        source.store_key,
        source.product_key,
        source.customer_key,
        source.transaction_id,
        source.quantity,
        source.unit_price,
        source.discount_amount,
        source.tax_amount,
        source.total_amount,
        source.promotion_code
    );
    merged := SQLROWCOUNT;

    DELETE FROM DW.FACTS.FACT_SALES
    WHERE (source_file_name, source_file_row_number) IN (
        SELECT
            source_file_name,
            source_file_row_number
        FROM STAGING.SILVER.STG_POS
        WHERE NOT is_valid
    );
    removed := SQLROWCOUNT;
    RETURN merged || ' sales merged, ' || removed || ' removed';
END;
$$
