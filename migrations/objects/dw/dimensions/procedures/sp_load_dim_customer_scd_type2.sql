-- Closes the version of every customer who changed and opens the next, both or neither. A customer's
-- first version counts from the beginning of time, so that older sales find it.
CREATE OR REPLACE PROCEDURE DW.DIMENSIONS.SP_LOAD_DIM_CUSTOMER_SCD_TYPE2()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
DECLARE
    load_time TIMESTAMP_NTZ DEFAULT SYSDATE();
    closed INTEGER DEFAULT 0;
    opened INTEGER DEFAULT 0;
BEGIN
    BEGIN TRANSACTION;
    MERGE INTO DW.DIMENSIONS.DIM_CUSTOMER AS target
    USING STAGING.SILVER.STG_CUSTOMERS AS source
    ON target.customer_id = source.customer_id
        AND target.is_current
        AND source.is_valid
    WHEN MATCHED AND (
        target.first_name IS DISTINCT FROM source.first_name
        OR target.last_name IS DISTINCT FROM source.last_name
        OR target.email IS DISTINCT FROM source.email
        OR target.phone IS DISTINCT FROM source.phone
        OR target.address IS DISTINCT FROM source.address
        OR target.date_of_birth IS DISTINCT FROM source.date_of_birth
        OR target.registration_date IS DISTINCT FROM source.registration_date
        OR target.customer_segment IS DISTINCT FROM source.customer_segment
    ) THEN UPDATE SET
        effective_to_date = :load_time,
        is_current = FALSE,
        updated_at = :load_time;
    closed := SQLROWCOUNT;

    INSERT INTO DW.DIMENSIONS.DIM_CUSTOMER (
        customer_id,
        first_name,
        last_name,
        email,
        phone,
        address,
        date_of_birth,
        registration_date,
        customer_segment,
        effective_from_date,
        effective_to_date,
        is_current
    )
    SELECT
        source.customer_id,
        source.first_name,
        source.last_name,
        source.email,
        source.phone,
        source.address,
        source.date_of_birth,
        source.registration_date,
        source.customer_segment,
        IFF(known.customer_id IS NULL, '1900-01-01'::TIMESTAMP_NTZ, :load_time),
        '9999-12-31'::TIMESTAMP_NTZ,
        TRUE
    FROM STAGING.SILVER.STG_CUSTOMERS AS source
    LEFT JOIN (
        SELECT
            customer_id,
            MAX(IFF(is_current, 1, 0)) AS has_current
        FROM DW.DIMENSIONS.DIM_CUSTOMER
        GROUP BY customer_id
    ) AS known
        ON source.customer_id = known.customer_id
    WHERE source.is_valid
        AND COALESCE(known.has_current, 0) = 0;
    opened := SQLROWCOUNT;
    COMMIT;

    IF (closed + opened = 0) THEN
        RETURN 'no customer changed';
    END IF;
    RETURN opened || ' versions opened, ' || closed || ' closed';
EXCEPTION
    WHEN OTHER THEN
        ROLLBACK;
        RAISE;
END;
$$
