-- A field that is no number or no date is loaded as null and the line as it came in raw_data, so that
-- the line reaches the silver layer and is judged there.
CREATE OR REPLACE PIPE RAW.BRONZE.PIPE_INVENTORY_DATA
    AUTO_INGEST = TRUE
    COMMENT = 'Loads stock counts as their files arrive'
AS
COPY INTO RAW.BRONZE.RAW_INVENTORY (
    store_id,
    product_id,
    product_sku,
    inventory_date,
    quantity_on_hand,
    quantity_reserved,
    quantity_available,
    reorder_point,
    reorder_quantity,
    unit_cost,
    location,
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
        TRY_TO_NUMBER($5, 10, 2),
        TRY_TO_NUMBER($6, 10, 2),
        TRY_TO_NUMBER($7, 10, 2),
        TRY_TO_NUMBER($8, 10, 2),
        TRY_TO_NUMBER($9, 10, 2),
        TRY_TO_NUMBER($10, 10, 2),
        $11,
        ARRAY_CONSTRUCT(
            $1, $2, $3, $4, $5, $6, $7, $8, $9,
            $10, $11
        ),
        METADATA$FILENAME,
        METADATA$FILE_ROW_NUMBER
    FROM @RAW.BRONZE.STAGE_INVENTORY_DATA
)
PATTERN = '.*[.]csv([.]gz)?'
FILE_FORMAT = (FORMAT_NAME = 'RAW.BRONZE.CSV_FORMAT')
ON_ERROR = CONTINUE
