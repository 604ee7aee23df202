CREATE OR REPLACE PIPE RAW.BRONZE.PIPE_ORDERS_DATA
    AUTO_INGEST = TRUE
    COMMENT = 'Loads orders as their files arrive'
AS
COPY INTO RAW.BRONZE.RAW_ORDERS (
    order_data,
    order_id,
    order_date,
    customer_id,
    file_name,
    file_row_number
)
FROM (
    SELECT
        $1,
        $1:order_id::VARCHAR,
        TRY_TO_DATE($1:order_date::VARCHAR),
        $1:customer_id::VARCHAR,
        METADATA$FILENAME,
        METADATA$FILE_ROW_NUMBER
    FROM @RAW.BRONZE.STAGE_ORDERS_DATA
)
PATTERN = '.*[.]json([.]gz)?'
FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.JSON_FORMAT')
ON_ERROR = CONTINUE
