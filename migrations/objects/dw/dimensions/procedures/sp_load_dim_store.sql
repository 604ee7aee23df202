-- No source sends stores: the first valid sale of a store makes it known, named as its id.
CREATE OR REPLACE PROCEDURE DW.DIMENSIONS.SP_LOAD_DIM_STORE()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
BEGIN
    INSERT INTO DW.DIMENSIONS.DIM_STORE (
        store_id,
        store_name,
        effective_from_date,
        effective_to_date,
        is_current
    )
    SELECT DISTINCT
        sales.store_id,
        sales.store_id,
        '1900-01-01'::TIMESTAMP_NTZ,
        '9999-12-31'::TIMESTAMP_NTZ,
        TRUE
    FROM STAGING.SILVER.STG_POS AS sales
    LEFT JOIN DW.DIMENSIONS.DIM_STORE AS known
        ON sales.store_id = known.store_id
    WHERE sales.is_valid
        AND known.store_key IS NULL;
    RETURN SQLROWCOUNT || ' stores opened';
END;
$$
