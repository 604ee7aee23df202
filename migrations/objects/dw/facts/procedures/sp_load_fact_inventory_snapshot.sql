-- Reads the stream of stg_inventory, which moves on with the MERGE.
CREATE OR REPLACE PROCEDURE DW.FACTS.SP_LOAD_FACT_INVENTORY_SNAPSHOT()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
BEGIN
    MERGE INTO DW.FACTS.FACT_INVENTORY_SNAPSHOT AS target
    USING (
        SELECT
            counted.source_file_name,
            counted.source_file_row_number,
            COALESCE(days.date_key, -1) AS date_key,
            COALESCE(stores.store_key, -1) AS store_key,
            COALESCE(products.product_key, -1) AS product_key,
            counted.quantity_on_hand,
            counted.quantity_reserved,
            counted.quantity_available,
            counted.unit_cost,
            counted.quantity_on_hand * counted.unit_cost AS stock_value
        FROM STAGING.STREAMS.STREAM_INVENTORY_CHANGES AS counted
        LEFT JOIN DW.DIMENSIONS.DIM_DATE AS days
            ON counted.inventory_date = days.date_value
        LEFT JOIN DW.DIMENSIONS.DIM_STORE AS stores
            ON counted.store_id = stores.store_id
            AND stores.is_current
        LEFT JOIN DW.DIMENSIONS.DIM_PRODUCT AS products
            ON counted.product_id = products.product_id
        WHERE counted.METADATA$ACTION = 'INSERT'
            AND counted.is_valid
    ) AS source
    ON target.source_file_name = source.source_file_name
        AND target.source_file_row_number = source.source_file_row_number
    WHEN MATCHED THEN UPDATE SET
        date_key = source.date_key,
        store_key = source.store_key,
        product_key = source.product_key,
        quantity_on_hand = source.quantity_on_hand,
        quantity_reserved = source.quantity_reserved,
        quantity_available = source.quantity_available,
        unit_cost = source.unit_cost,
        stock_value = source.stock_value,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        source_file_name,
        source_file_row_number,
        date_key,
        store_key,
        product_key,
        quantity_on_hand,
        quantity_reserved,
        quantity_available,
        unit_cost,
        stock_value
    ) VALUES (
        source.source_file_name,
        source.source_file_row_number,
        source.date_key,
        source.store_key,
        source.product_key,
        source.quantity_on_hand,
        source.quantity_reserved,
        source.quantity_available,
        source.unit_cost,
        source.stock_value
    );
    RETURN SQLROWCOUNT || ' stock counts merged';
END;
$$
