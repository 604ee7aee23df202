CREATE OR REPLACE VIEW DW.MART.SALES_BY_HOUR
COPY GRANTS
AS
SELECT
    days.date_value AS sales_date,
    minutes.hour_of_day,
    minutes.day_part,
    COUNT(DISTINCT sales.transaction_id) AS transactions,
    SUM(sales.total_amount) AS total_amount
FROM DW.FACTS.FACT_SALES AS sales
INNER JOIN DW.DIMENSIONS.DIM_DATE AS days
    ON sales.date_key = days.date_key
INNER JOIN DW.DIMENSIONS.DIM_TIME AS minutes
    ON sales.time_key = minutes.time_key
GROUP BY
    days.date_value,
    minutes.hour_of_day,
    minutes.day_part
