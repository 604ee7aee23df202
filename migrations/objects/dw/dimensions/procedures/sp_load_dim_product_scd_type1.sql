-- A product is what it is now: a change overwrites.
CREATE OR REPLACE PROCEDURE DW.DIMENSIONS.SP_LOAD_DIM_PRODUCT_SCD_TYPE1()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
BEGIN
    MERGE INTO DW.DIMENSIONS.DIM_PRODUCT AS target
    USING (
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
            status
        FROM STAGING.SILVER.STG_PRODUCTS
        WHERE is_valid
    ) AS source
    ON target.product_id = source.product_id
    WHEN MATCHED AND (
        target.product_sku IS DISTINCT FROM source.product_sku
        OR target.product_name IS DISTINCT FROM source.product_name
        OR target.description IS DISTINCT FROM source.description
        OR target.category IS DISTINCT FROM source.category
        OR target.subcategory IS DISTINCT FROM source.subcategory
        OR target.brand IS DISTINCT FROM source.brand
        OR target.list_price IS DISTINCT FROM source.list_price
        OR target.cost_price IS DISTINCT FROM source.cost_price
        OR target.weight IS DISTINCT FROM source.weight
        OR target.status IS DISTINCT FROM source.status
    ) THEN UPDATE SET
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
        status
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
        source.status
    );
    RETURN SQLROWCOUNT || ' products loaded';
END;
$$
