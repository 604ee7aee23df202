CREATE OR REPLACE VIEW DW.MART.CURRENT_INVENTORY
COPY GRANTS
AS
SELECT
    stores.store_id,
    products.product_id,
    products.product_name,
    days.date_value AS inventory_date,
    stock.quantity_on_hand,
    stock.quantity_available,
    stock.stock_value
FROM DW.FACTS.FACT_INVENTORY_SNAPSHOT AS stock
INNER JOIN DW.DIMENSIONS.DIM_DATE AS days
    ON stock.date_key = days.date_key
INNER JOIN DW.DIMENSIONS.DIM_STORE AS stores
    ON stock.store_key = stores.store_key
INNER JOIN DW.DIMENSIONS.DIM_PRODUCT AS products
    ON stock.product_key = products.product_key
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY stock.store_key, stock.product_key
    ORDER BY stock.date_key DESC, stock.inventory_key DESC
) = 1
