"""The made-up shop's master data: stores, products and customers, and the INSERTs that load them.

No source system sends these to a stage; a job inserts them, as the statements here do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

STORES = ("S01", "S02", "S03", "S04")


@dataclass(frozen=True)
class Product:
    product_id: str
    name: str
    category: str
    brand: str
    price: Decimal

    @property
    def sku(self) -> str:
        return f"{self.category[:3].upper()}-{self.product_id}"


@dataclass(frozen=True)
class Customer:
    customer_id: str
    first_name: str
    last_name: str
    segment: str

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}@example.com".lower()


_PRODUCTS = """
P001|Enamel mug|Kitchen|Hearth|7.50
P002|Bread knife|Kitchen|Hearth|18.90
P003|Oak board|Kitchen|Hearth|24.00
P004|Linen towel|Kitchen|Weft|9.80
P005|Wool blanket|Home|Weft|59.00
P006|Cushion cover|Home|Weft|14.50
P007|Beeswax candle|Home|Glow|6.25
P008|Table lamp|Home|Glow|42.00
P009|Wall clock|Home|Glow|35.40
P010|Seed tin|Garden|Sprout|4.20
P011|Hand trowel|Garden|Sprout|11.60
P012|Watering can|Garden|Sprout|27.30
P013|Jute twine|Garden|Sprout|3.15
P014|Notebook|Paper|Folio|5.40
P015|Gift wrap|Paper|Folio|2.95
"""

_CUSTOMERS = """
C001|Mara|Lindqvist|LOYAL
C002|Tomas|Okafor|LOYAL
C003|Ines|Duarte|NEW
C004|Piotr|Halloran|REGULAR
C005|Aiko|Brandt|REGULAR
C006|Noor|Castellan|NEW
C007|Emil|Varga|LOYAL
C008|Ruth|Adeyemi|REGULAR
C009|Joana|Pettersen|NEW
C010|Simon|Kowal|REGULAR
C011|Leila|Marchetti|LOYAL
C012|Oskar|Nwosu|REGULAR
"""

PRODUCTS = tuple(
    Product(product_id, name, category, brand, Decimal(price))
    for product_id, name, category, brand, price in (
        line.split("|") for line in _PRODUCTS.split("\n") if line
    )
)
CUSTOMERS = tuple(Customer(*line.split("|")) for line in _CUSTOMERS.split("\n") if line)


def customers_insert(database: str) -> str:
    """The statement that loads the customers into raw_customers of `database` (a physical name)."""
    rows = ((c.customer_id, c.first_name, c.last_name, c.email, c.segment) for c in CUSTOMERS)
    columns = "customer_id, first_name, last_name, email, customer_segment"
    return _insert(f"{database}.BRONZE.RAW_CUSTOMERS", columns, rows)


def products_insert(database: str) -> str:
    """The statement that loads the products into raw_products of `database` (a physical name)."""
    rows = ((p.product_id, p.sku, p.name, p.category, p.brand, str(p.price)) for p in PRODUCTS)
    columns = "product_id, product_sku, product_name, category, brand, list_price"
    return _insert(f"{database}.BRONZE.RAW_PRODUCTS", columns, rows)


def _insert(table: str, columns: str, rows: Iterable[tuple[str, ...]]) -> str:
    """One INSERT; the values are this module's own and hold no quote."""
    values = ",\n".join("(" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows)
    return f"INSERT INTO {table} ({columns}) VALUES\n{values}"
