-- Reads the stream of raw_products: the newest row of each wins, and the stream moves on with the MERGE.
CREATE OR REPLACE PROCEDURE STAGING.SILVER.SP_PROCESS_PRODUCT_CHANGES()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
BEGIN
    MERGE INTO STAGING.SILVER.STG_PRODUCTS AS target
    USING (
        SELECT
            COALESCE(product_id, 'UNKNOWN') AS product_id,
            product_sku,
            product_name,
            description,
            category,
            subcategory,
            brand,
            list_price,
            cost_price,
            weight,
            status,
            source_file_name,
            ARRAY_SIZE(validation_errors) = 0 AS is_valid,
            validation_errors,
            source_load_timestamp
        FROM (
            SELECT
                product_id,
                product_sku,
                product_name,
                description,
                category,
                subcategory,
                brand,
                list_price,
                cost_price,
                weight,
                status,
                source_file_name,
                source_load_timestamp,
                source_row_number,
                ARRAY_CONSTRUCT_COMPACT(
                    IFF(product_id IS NULL, 'product_id is missing', NULL),
                    IFF(product_name IS NULL, 'product_name is missing', NULL),
                    IFF(list_price < 0, 'list_price is below zero', NULL)
                ) AS validation_errors
            FROM (
                SELECT
                    NULLIF(UPPER(TRIM(product_id)), '') AS product_id,
                    NULLIF(UPPER(TRIM(product_sku)), '') AS product_sku,
                    product_name,
                    description,
                    category,
                    subcategory,
                    brand,
                    list_price,
                    cost_price,
                    weight,
                    status,
                    file_name AS source_file_name,
                    file_row_number AS source_row_number,
                    load_timestamp AS source_load_timestamp
                FROM STAGING.STREAMS.STREAM_PRODUCT_CHANGES
                WHERE METADATA$ACTION = 'INSERT'
            ) AS typed
        ) AS judged
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY COALESCE(product_id, 'UNKNOWN')
            ORDER BY source_load_timestamp DESC, source_row_number DESC
        ) = 1
    ) AS source
    ON target.product_id = source.product_id
    WHEN MATCHED THEN UPDATE SET
        product_sku = source.product_sku,
        product_name = source.product_name,
        description = source.description,
        category = source.category,
        subcategory = source.subcategory,
        brand = source.brand,
        list_price = source.list_price,
        cost_price = source.cost_price,
        weight = source.weight,
        status = source.status,
        source_file_name = source.source_file_name,
        is_valid = source.is_valid,
        validation_errors = source.validation_errors,
        source_load_timestamp = source.source_load_timestamp,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        product_id,
        product_sku,
        product_name,
        description,
        category,
        subcategory,
        brand,
        list_price,
        cost_price,
        weight,
        status,
        source_file_name,
        is_valid,
        validation_errors,
        source_load_timestamp
    ) VALUES (
        source.product_id,
        source.product_sku,
        source.product_name,
        source.description,
        source.category,
        source.subcategory,
        source.brand,
        source.list_price,
        source.cost_price,
        source.weight,
        source.status,
        source.source_file_name,
        source.is_valid,
        source.validation_errors,
        source.source_load_timestamp
    );
    RETURN SQLROWCOUNT || ' products merged';
END;
$$
