-- What to look at after a data quality alarm: the lines that never reached the fact, and why.

CREATE OR REPLACE VIEW DW.MART.INVALID_SALES
COPY GRANTS
AS
SELECT
    source_file_name,
    source_file_row_number,
    transaction_id,
    store_id,
    ARRAY_TO_STRING(validation_errors, '; ') AS reasons,
    source_load_timestamp
FROM STAGING.SILVER.STG_POS
WHERE NOT is_valid
