CREATE OR REPLACE VIEW DW.MART.DAILY_SALES_BY_STORE_PRODUCT
COPY GRANTS
AS
SELECT
    days.date_value AS sales_date,
    stores.store_id,
    stores.store_name,
    products.product_id,
    products.product_name,
    products.category,
    COUNT(DISTINCT sales.transaction_id) AS transactions,
    SUM(sales.quantity) AS quantity,
    SUM(sales.quantity * sales.unit_price) AS gross_amount,
    SUM(sales.discount_amount) AS discount_amount,
    SUM(sales.total_amount) AS total_amount
FROM DW.FACTS.FACT_SALES AS sales
INNER JOIN DW.DIMENSIONS.DIM_DATE AS days
    ON sales.date_key = days.date_key
INNER JOIN DW.DIMENSIONS.DIM_STORE AS stores
    ON sales.store_key = stores.store_key
INNER JOIN DW.DIMENSIONS.DIM_PRODUCT AS products
    ON sales.product_key = products.product_key
GROUP BY
    days.date_value,
    stores.store_id,
    stores.store_name,
    products.product_id,
    products.product_name,
    products.category
