-- Lines first and orders last: the MERGE of the orders moves the stream on, so that a failure before it
-- leaves both to the next call.
CREATE OR REPLACE PROCEDURE DW.FACTS.SP_LOAD_FACT_ORDERS()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
DECLARE
    orders INTEGER DEFAULT 0;
    items INTEGER DEFAULT 0;
BEGIN
    MERGE INTO DW.FACTS.FACT_ORDER_ITEMS AS target
    USING (
        SELECT
            lines.order_id,
            lines.line_number,
            COALESCE(products.product_key, -1) AS product_key,
            lines.quantity,
            lines.unit_price,
            lines.line_amount
        FROM STAGING.SILVER.STG_ORDER_ITEMS AS lines
        LEFT JOIN DW.DIMENSIONS.DIM_PRODUCT AS products
            ON lines.product_id = products.product_id
        WHERE lines.is_valid
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY lines.order_id, lines.line_number
            ORDER BY lines.source_load_timestamp DESC, lines.source_file_row_number DESC
        ) = 1
    ) AS source
    ON target.order_id = source.order_id
        AND target.line_number = source.line_number
    WHEN MATCHED THEN UPDATE SET
        product_key = source.product_key,
        quantity = source.quantity,
        unit_price = source.unit_price,
        line_amount = source.line_amount,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        order_id,
        line_number,
        product_key,
        quantity,
        unit_price,
        line_amount
    ) VALUES (
        source.order_id,
        source.line_number,
        source.product_key,
        source.quantity,
        source.unit_price,
        source.line_amount
    );
    items := SQLROWCOUNT;

    MERGE INTO DW.FACTS.FACT_ORDERS AS target
    USING (
        SELECT
            changed.order_id,
            COALESCE(days.date_key, -1) AS date_key,
            COALESCE(customers.customer_key, -1) AS customer_key,
            changed.order_status,
            changed.total_amount
        FROM STAGING.STREAMS.STREAM_ORDERS_CHANGES AS changed
        LEFT JOIN DW.DIMENSIONS.DIM_DATE AS days
            ON changed.order_date = days.date_value
        LEFT JOIN DW.DIMENSIONS.DIM_CUSTOMER AS customers
            ON changed.customer_id = customers.customer_id
            AND changed.order_date >= customers.effective_from_date
            AND changed.order_date < customers.effective_to_date
        WHERE changed.METADATA$ACTION = 'INSERT'
            AND changed.is_valid
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY changed.order_id
            ORDER BY changed.source_load_timestamp DESC, changed.source_file_row_number DESC
        ) = 1
    ) AS source
    ON target.order_id = source.order_id
    WHEN MATCHED THEN UPDATE SET
        date_key = source.date_key,
        customer_key = source.customer_key,
        order_status = source.order_status,
        total_amount = source.total_amount,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        order_id,
        date_key,
        customer_key,
        order_status,
        total_amount
    ) VALUES (
        source.order_id,
        source.date_key,
        source.customer_key,
        source.order_status,
        source.total_amount
    );
    orders := SQLROWCOUNT;
    RETURN orders || ' orders and ' || items || ' lines merged';
END;
$$
