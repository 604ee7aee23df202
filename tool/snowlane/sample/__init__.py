"""A small shop made up for this project: its customers, products and three days of sales.

What the demo and the tests load. It knows the layout of the files, not how they are loaded; every
call returns the same text.
"""

from snowlane.sample.sales import COLUMNS, DAYS, SalesFile, sales_file
from snowlane.sample.shop import customers_insert, products_insert

__all__ = ["COLUMNS", "DAYS", "SalesFile", "customers_insert", "products_insert", "sales_file"]
