"""CLUSTER BY: what may be a clustering key of a table.

Source: docs.snowflake.com/en/user-guide/tables-clustering-keys, "Defining clustering keys".
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from snowlocal.arguments import pieces
from snowlocal.columns import TableColumn
from snowlocal.errors import invalid_identifier, unnumbered
from snowlocal.query.cased import is_word
from snowlocal.query.parse import folded, parse

_REFUSED = ("VARIANT", "OBJECT", "ARRAY")


def judge(key: str | None, columns: Iterable[TableColumn]) -> None:
    """Judge a key, '(a, TO_DATE(b))', or None. Raises 000904 for what is no column of the table, and where a key is a
    semi-structured column as a whole."""
    if key is None:
        return
    kinds = {c.name: c.data_type.base for c in columns}
    for piece in pieces(key[1:-1]):
        tree = parse(f"SELECT {piece}")
        for column in tree.find_all(exp.Column):
            name = folded(column.this)
            if name not in kinds and not is_word(column, name):
                raise invalid_identifier(name)
        whole = tree.expressions[0] if isinstance(tree, exp.Select) else None
        kind = kinds.get(folded(whole.this)) if isinstance(whole, exp.Column) else None
        if kind in _REFUSED:
            raise unnumbered(
                f"SQL compilation error:\nUnsupported type '{kind}' for clustering keys.", "42601"
            )
