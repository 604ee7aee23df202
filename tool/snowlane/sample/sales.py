"""Three days of made-up sales as the files of the tills: good lines, returns and broken ones.

The first day is from before sales carried a promotion code. Text that is no number stands in
quantity on the last day only, for raw_pos.quantity cannot change its type while a row holds some.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from snowlane.sample.shop import CUSTOMERS, PRODUCTS, STORES, Product

DAYS = (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4))
COLUMNS = (
    "transaction_id",
    "store_id",
    "register_id",
    "transaction_date",
    "transaction_time",
    "customer_id",
    "product_id",
    "product_sku",
    "quantity",
    "unit_price",
    "discount_amount",
    "tax_amount",
    "total_amount",
    "payment_method",
    "payment_status",
)
_LINES_A_DAY = 62
_CENT = Decimal("0.01")
_VAT = Decimal("0.20")

Line = dict[str, str]


@dataclass(frozen=True)
class SalesFile:
    """A file for the stage: its name, its text, and how many of its lines are broken."""

    name: str
    text: str
    lines: int
    broken: int


def sales_file(day: date) -> SalesFile:
    """The file of one of DAYS; ValueError for any other day."""
    number = DAYS.index(day)
    good = list(_lines(day))
    returns = [_return_of(good[index]) for index in (5, 23)]
    broken = _broken(good, number)
    lines = [*good[:30], *broken, *good[30:], *returns]
    columns = COLUMNS if number == 0 else (*COLUMNS, "promotion_code")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return SalesFile(f"sales_{day:%Y%m%d}.csv", text.getvalue(), len(lines), len(broken))


def _lines(day: date) -> Iterator[Line]:
    chance = Random(day.toordinal())
    for index in range(_LINES_A_DAY):
        if index % 3 == 0:
            transaction = f"T{day:%m%d}{index // 3 + 1:04d}"
            store = chance.choice(STORES)
            customer = chance.choice((*(c.customer_id for c in CUSTOMERS), "", ""))
            minute = 9 * 60 + index * 9
        product = chance.choice(PRODUCTS)
        promoted = chance.random() < 0.2
        yield {
            "transaction_id": transaction,
            # One till writes its store small and padded: the silver layer is to mend that.
            "store_id": " s04" if store == "S04" else store,
            "register_id": f"R{chance.randint(1, 3)}",
            "transaction_date": day.isoformat(),
            "transaction_time": f"{minute // 60:02d}:{minute % 60:02d}:00",
            "customer_id": customer,
            "payment_method": chance.choice(("CARD", "CASH", "VOUCHER")),
            "payment_status": "COMPLETED",
            "promotion_code": "autumn10" if promoted else "",
            **_amounts(product, Decimal(chance.randint(1, 6)), promoted),
        }


def _amounts(product: Product, quantity: Decimal, promoted: bool) -> Line:
    gross = quantity * product.price
    discount = (gross / 10).quantize(_CENT) if promoted else Decimal("0.00")
    tax = ((gross - discount) * _VAT).quantize(_CENT)
    return {
        "product_id": product.product_id,
        "product_sku": product.sku,
        "quantity": str(quantity),
        "unit_price": str(product.price),
        "discount_amount": str(discount),
        "tax_amount": str(tax),
        "total_amount": str(gross - discount + tax),
    }


def _return_of(sale: Line) -> Line:
    """The cancellation of a line: every amount but the price with its sign turned."""
    turned = ("quantity", "discount_amount", "tax_amount", "total_amount")
    return {
        **sale,
        "transaction_id": f"C{sale['transaction_id']}",
        "payment_status": "REFUNDED",
        **{name: str(-Decimal(sale[name])) for name in turned},
    }


def _broken(good: list[Line], number: int) -> list[Line]:
    """Lines with one fault each, so that every rule of the platform has something to say."""
    faults: list[Line] = [
        {"transaction_id": ""},
        {"store_id": " "},
        {"unit_price": "0.00"},
        {"total_amount": "1.00"},
    ]
    if number == 1:
        faults += [{"quantity": ""}, {"transaction_date": "2026-13-45"}]
    if number == 2:
        faults += [{"quantity": "twelve"}, {"unit_price": "n/a"}, {"product_id": ""}]
    return [{**good[index], **fault} for index, fault in enumerate(faults, start=10)]
