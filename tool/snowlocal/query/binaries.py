"""A text that becomes a BINARY is read as hexadecimal digits, as Snowflake does and DuckDB does not.

Source: docs.snowflake.com/en/sql-reference/binary-input-output; BINARY_INPUT_FORMAT is HEX.
"""

from __future__ import annotations

from sqlglot import exp

from snowlocal.query.kinds import Kinds, type_kind
from snowlocal.query.nodes import post_order

# What fails is a cast: see text_limits.
MACROS = (
    """
CREATE OR REPLACE MACRO _binary(given) AS list_transform(
    [CAST(given AS VARCHAR)],
    lambda _text: CASE
        WHEN regexp_full_match(_text, '([0-9A-Fa-f]{2})*') THEN unhex(_text)
        ELSE CAST(CAST(CAST(
            '100115|22000|The following string is not a legal hex-encoded value: ''' || _text || '''|'
            AS INTEGER) AS VARCHAR) AS BLOB)
    END)[1]
""",
    """
CREATE OR REPLACE MACRO _try_binary(given) AS list_transform(
    [CAST(given AS VARCHAR)],
    lambda _text: CASE WHEN regexp_full_match(_text, '([0-9A-Fa-f]{2})*') THEN unhex(_text) END)[1]
""",
)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_TRIGGERS = {exp.Cast, exp.TryCast, exp.ToBinary, exp.HexString}


def read_hex(tree: exp.Expr, kinds: Kinds, found: set[type]) -> None:
    """Put into a resolved tree what makes a BINARY of a text; `found` are its nodes' classes."""
    if _TRIGGERS.isdisjoint(found) and not kinds.has("BINARY"):
        return
    for node in list(post_order(tree)):
        if isinstance(node, exp.Cast):
            if type_kind(node.to) == "BINARY" and kinds.kind(node.this) == "TEXT":
                _replace(node, node.this, isinstance(node, exp.TryCast))
        elif isinstance(node, exp.ToBinary):
            written = node.args.get("format")
            if written is None or written.name.upper() == "HEX":
                _replace(node, node.this, bool(node.args.get("safe")))
        elif isinstance(node, exp.Length):
            if kinds.kind(node.this) == "BINARY":
                node.replace(exp.Anonymous(this="octet_length", expressions=[node.this]))
        elif isinstance(node, _COMPARISONS) and not isinstance(node.parent, exp.Update):
            for one, other in ((node.this, node.expression), (node.expression, node.this)):
                if kinds.kind(one) == "BINARY":
                    as_binary(other, kinds)


def as_binary(value: exp.Expr, kinds: Kinds) -> None:
    """Put a BINARY into the place of a text; whatever is of another kind stays."""
    if kinds.kind(value) == "TEXT":
        _replace(value, value.copy(), False)


def _replace(node: exp.Expr, given: exp.Expr, tries: bool) -> None:
    name = "_try_binary" if tries else "_binary"
    node.replace(exp.Anonymous(this=name, expressions=[given]))
