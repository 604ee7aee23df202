CREATE OR REPLACE VIEW DW.MART.SALES_BY_PROMOTION
COPY GRANTS
AS
SELECT
    COALESCE(sales.promotion_code, 'NONE') AS promotion_code,
    COUNT(DISTINCT sales.transaction_id) AS transactions,
    SUM(sales.discount_amount) AS discount_amount,
    SUM(sales.total_amount) AS total_amount
FROM DW.FACTS.FACT_SALES AS sales
GROUP BY COALESCE(sales.promotion_code, 'NONE')
