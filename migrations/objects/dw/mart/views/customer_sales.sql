CREATE OR REPLACE VIEW DW.MART.CUSTOMER_SALES
COPY GRANTS
AS
SELECT
    customers.customer_id,
    customers.customer_segment,
    COUNT(DISTINCT sales.transaction_id) AS transactions,
    SUM(IFF(sales.quantity < 0, -sales.total_amount, 0)) AS returned_amount,
    SUM(sales.total_amount) AS total_amount
FROM DW.FACTS.FACT_SALES AS sales
INNER JOIN DW.DIMENSIONS.DIM_CUSTOMER AS customers
    ON sales.customer_key = customers.customer_key
GROUP BY
    customers.customer_id,
    customers.customer_segment
