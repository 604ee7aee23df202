-- A field that is no number or no date is loaded as null and the line as it came in raw_data, so that
-- the line reaches the silver layer and is judged there. Files without promotion_code load too.
CREATE OR REPLACE PIPE RAW.BRONZE.PIPE_POS_DATA
    AUTO_INGEST = TRUE
    COMMENT = 'Loads sales lines as their files arrive'
AS
COPY INTO RAW.BRONZE.RAW_POS (
    transaction_id,
    store_id,
    register_id,
    transaction_date,
    transaction_time,
    customer_id,
    product_id,
    product_sku,
    quantity,
    unit_price,
    discount_amount,
    tax_amount,
    total_amount,
    payment_method,
    payment_status,
    promotion_code,
    raw_data,
    file_name,
    file_row_number
)
FROM (
    SELECT
        $1,
        $2,
        $3,
        TRY_TO_DATE($4),
        TRY_TO_TIME($5),
        $6,
        $7,
        $8,
        TRY_TO_NUMBER($9, 10, 2),
        TRY_TO_NUMBER($10, 10, 2),
        TRY_TO_NUMBER($11, 10, 2),
        TRY_TO_NUMBER($12, 10, 2),
        TRY_TO_NUMBER($13, 10, 2),
        $14,
        $15,
        $16,
        ARRAY_CONSTRUCT(
            $1, $2, $3, $4, $5, $6, $7, $8, $9,
            $10, $11, $12, $13, $14, $15, $16
        ),
        METADATA$FILENAME,
        METADATA$FILE_ROW_NUMBER
    FROM @RAW.BRONZE.STAGE_POS_DATA
)
PATTERN = '.*[.]csv([.]gz)?'
FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.CSV_FORMAT')
ON_ERROR = CONTINUE
