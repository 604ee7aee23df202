-- Reads the stream of raw_customers: the newest row of each wins, and the stream moves on with the MERGE.
CREATE OR REPLACE PROCEDURE STAGING.SILVER.SP_PROCESS_CUSTOMER_CHANGES()
COPY GRANTS
RETURNS VARCHAR
LANGUAGE SQL
EXECUTE AS OWNER
AS
$$
BEGIN
    MERGE INTO STAGING.SILVER.STG_CUSTOMERS AS target
    USING (
        SELECT
            COALESCE(customer_id, 'UNKNOWN') AS customer_id,
            first_name,
            last_name,
            email,
            phone,
            address,
            date_of_birth,
            registration_date,
            customer_segment,
            source_file_name,
            ARRAY_SIZE(validation_errors) = 0 AS is_valid,
            validation_errors,
            source_load_timestamp
        FROM (
            SELECT
                customer_id,
                first_name,
                last_name,
                email,
                phone,
                address,
                date_of_birth,
                registration_date,
                customer_segment,
                source_file_name,
                source_load_timestamp,
                source_row_number,
                ARRAY_CONSTRUCT_COMPACT(
                    IFF(customer_id IS NULL, 'customer_id is missing', NULL),
                    IFF(last_name IS NULL, 'last_name is missing', NULL),
                    IFF(email NOT LIKE '%_@_%', 'email has no @', NULL)
                ) AS validation_errors
            FROM (
                SELECT
                    NULLIF(UPPER(TRIM(customer_id)), '') AS customer_id,
                    first_name,
                    last_name,
                    email,
                    phone,
                    address,
                    date_of_birth,
                    registration_date,
                    customer_segment,
                    file_name AS source_file_name,
                    file_row_number AS source_row_number,
                    load_timestamp AS source_load_timestamp
                FROM STAGING.STREAMS.STREAM_CUSTOMER_CHANGES
                WHERE METADATA$ACTION = 'INSERT'
            ) AS typed
        ) AS judged
        QUALIFY ROW_NUMBER() OVER (
            PARTITION BY COALESCE(customer_id, 'UNKNOWN')
            ORDER BY source_load_timestamp DESC, source_row_number DESC
        ) = 1
    ) AS source
    ON target.customer_id = source.customer_id
    WHEN MATCHED THEN UPDATE SET
        first_name = source.first_name,
        last_name = source.last_name,
        email = source.email,
        phone = source.phone,
        address = source.address,
        date_of_birth = source.date_of_birth,
        registration_date = source.registration_date,
        customer_segment = source.customer_segment,
        source_file_name = source.source_file_name,
        is_valid = source.is_valid,
        validation_errors = source.validation_errors,
        source_load_timestamp = source.source_load_timestamp,
        updated_at = SYSDATE()
    WHEN NOT MATCHED THEN INSERT (
        customer_id,
        first_name,
        last_name,
        email,
        phone,
        address,
        date_of_birth,
        registration_date,
        customer_segment,
        source_file_name,
        is_valid,
        validation_errors,
        source_load_timestamp
    ) VALUES (
        source.customer_id,
        source.first_name,
        source.last_name,
        source.email,
        source.phone,
        source.address,
        source.date_of_birth,
        source.registration_date,
        source.customer_segment,
        source.source_file_name,
        source.is_valid,
        source.validation_errors,
        source.source_load_timestamp
    );
    RETURN SQLROWCOUNT || ' customers merged';
END;
$$
