"""Argument types of procedures and functions, written one way: '(VARCHAR, NUMBER)'."""

from __future__ import annotations

from snowlocal.tokens import Reader

_SYNONYMS = {
    "STRING": "VARCHAR", "TEXT": "VARCHAR", "CHAR": "VARCHAR", "CHARACTER": "VARCHAR", "NCHAR": "VARCHAR",
    "NVARCHAR": "VARCHAR", "INT": "NUMBER", "INTEGER": "NUMBER", "BIGINT": "NUMBER", "SMALLINT": "NUMBER",
    "TINYINT": "NUMBER", "BYTEINT": "NUMBER", "DECIMAL": "NUMBER", "NUMERIC": "NUMBER", "DOUBLE": "FLOAT",
    "REAL": "FLOAT", "FLOAT4": "FLOAT", "FLOAT8": "FLOAT", "BOOL": "BOOLEAN", "DATETIME": "TIMESTAMP_NTZ",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}  # fmt: skip


def base_type(written: str) -> str:
    """A type's base name without length, with synonyms resolved: 'string(10)' is 'VARCHAR'."""
    word = written.split("(")[0].strip().upper().split()[0] if written.strip() else ""
    return _SYNONYMS.get(word, word)


def pieces(text: str) -> list[str]:
    """The comma-separated pieces of a list, brackets respected, as written."""
    reader = Reader(text)
    found: list[str] = []
    depth, begin = 0, 0
    for token in reader.tokens:
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if token.upper == "," and depth == 0:
            found.append(text[begin : token.start].strip())
            begin = token.end
    last = text[begin:].strip()
    return [*found, last] if last else found


def signature(types: str) -> str:
    """'(varchar(10), int)' without its brackets -> '(VARCHAR, NUMBER)'."""
    return "(" + ", ".join(base_type(piece) for piece in pieces(types)) + ")"
