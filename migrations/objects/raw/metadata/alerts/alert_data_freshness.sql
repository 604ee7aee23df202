CREATE OR REPLACE ALERT RAW.METADATA.ALERT_DATA_FRESHNESS
    WAREHOUSE = WH_TRANS
    SCHEDULE = 'USING CRON 0 * * * * UTC'
    COMMENT = 'Mails when the newest sales line is older than two hours'
    IF (EXISTS (
        SELECT newest
        FROM (SELECT MAX(load_timestamp) AS newest FROM RAW.BRONZE.RAW_POS) AS loads
        WHERE newest < DATEADD('hour', -2, SYSDATE())
    ))
    THEN CALL SYSTEM$SEND_EMAIL(
        'RETAIL_EMAIL',
        'data-engineering@company.com',
        'Sales data is late',
        'No sales line was loaded in the last two hours. Check the pipe of RAW_POS.'
    )
