"""How GET_DDL writes what stands in quotes. Knows no object."""

from __future__ import annotations

_ESCAPED = {
    "\\": "\\\\",
    "'": "''",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\b": "\\b",
    "\f": "\\f",
}


def literal(text: str) -> str:
    """A text in single quotes, with its special characters escaped."""
    return "'" + "".join(_ESCAPED.get(character, character) for character in text) + "'"
