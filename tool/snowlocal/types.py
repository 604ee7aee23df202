"""Snowflake's data types: read from SQL, written back, and what DuckDB and the wire call them.

Source: docs.snowflake.com/en/sql-reference/intro-summary-data-types.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from snowlocal.errors import compilation, unsupported
from snowlocal.tokens import Reader

MAX_TEXT = 16777216
MAX_BINARY = 8388608

_NAMES = {
    "VARCHAR": "TEXT", "STRING": "TEXT", "TEXT": "TEXT", "CHAR": "TEXT", "CHARACTER": "TEXT", "NCHAR": "TEXT",
    "NVARCHAR": "TEXT", "NVARCHAR2": "TEXT", "NUMBER": "NUMBER", "DECIMAL": "NUMBER", "DEC": "NUMBER",
    "NUMERIC": "NUMBER", "INT": "NUMBER", "INTEGER": "NUMBER", "BIGINT": "NUMBER", "SMALLINT": "NUMBER",
    "TINYINT": "NUMBER", "BYTEINT": "NUMBER", "FLOAT": "FLOAT", "FLOAT4": "FLOAT", "FLOAT8": "FLOAT",
    "DOUBLE": "FLOAT", "REAL": "FLOAT", "BOOLEAN": "BOOLEAN", "BOOL": "BOOLEAN", "DATE": "DATE", "TIME": "TIME",
    "DATETIME": "TIMESTAMP_NTZ", "TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMP_NTZ": "TIMESTAMP_NTZ",
    "TIMESTAMPNTZ": "TIMESTAMP_NTZ", "TIMESTAMP_LTZ": "TIMESTAMP_LTZ", "TIMESTAMPLTZ": "TIMESTAMP_LTZ",
    "TIMESTAMP_TZ": "TIMESTAMP_TZ", "TIMESTAMPTZ": "TIMESTAMP_TZ", "VARIANT": "VARIANT", "OBJECT": "OBJECT",
    "ARRAY": "ARRAY", "BINARY": "BINARY", "VARBINARY": "BINARY",
}  # fmt: skip
_INTEGERS = {"INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"}
_ONE_CHARACTER = {"CHAR", "CHARACTER", "NCHAR"}
_DUCK = {
    "TEXT": "VARCHAR", "FLOAT": "DOUBLE", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMP_LTZ": "TIMESTAMPTZ", "TIMESTAMP_TZ": "TIMESTAMPTZ", "VARIANT": "JSON",
    "OBJECT": "JSON", "ARRAY": "JSON", "BINARY": "BLOB",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataType:
    """A type with its parameters: `base` is Snowflake's name in INFORMATION_SCHEMA (TEXT, NUMBER, …)."""

    base: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None

    def __str__(self) -> str:
        """As DESCRIBE TABLE writes it."""
        if self.base == "TEXT":
            return f"VARCHAR({self.length})"
        if self.base == "NUMBER":
            return f"NUMBER({self.precision},{self.scale})"
        if self.base == "BINARY":
            return f"BINARY({self.length})"
        if self.base.startswith("TIME"):
            return f"{self.base}({self.scale})"
        return self.base

    @property
    def short(self) -> str:
        """As error messages write it: without the default scale of times."""
        return self.base if self.base.startswith("TIME") and self.scale == 9 else str(self)

    @property
    def duck(self) -> str:
        """DuckDB's type. NUMBER(38,0) is BIGINT, as fakesnow has it, so that integer arithmetic does not
        overflow early."""
        if self.base == "NUMBER":
            whole = self.precision == 38 and self.scale == 0
            return "BIGINT" if whole else f"DECIMAL({self.precision},{self.scale})"
        return _DUCK[self.base]

    @property
    def wire(self) -> str:
        """The connector's name of the type."""
        if self.base == "NUMBER":
            return "fixed"
        if self.base == "FLOAT":
            return "real"
        if self.base in ("OBJECT", "ARRAY"):
            return "variant"
        return self.base.lower()


def read_type(reader: Reader) -> DataType:
    """The type at the reader's place. Raises 001003 or 000002 for types this account does not have."""
    word = reader.identifier()
    if word == "DOUBLE":
        reader.accept("PRECISION")
    if word in ("CHAR", "CHARACTER", "NCHAR") and reader.accept("VARYING"):
        word = "VARCHAR"
    base = _NAMES.get(word)
    if base is None:
        raise unsupported(f"data type {word}")
    numbers: list[int] = []
    if reader.sees("("):
        numbers = [int(n) for n in reader.values_list() if isinstance(n, int)]
    if base == "TEXT":
        length = numbers[0] if numbers else (1 if word in _ONE_CHARACTER else MAX_TEXT)
        if not 0 < length <= 134217728:
            raise compilation(1008, "22023", f"Length '{length}' of type VARCHAR is out of range")
        return DataType("TEXT", length=length)
    if base == "NUMBER":
        if word in _INTEGERS:
            return DataType("NUMBER", precision=38, scale=0)
        precision = numbers[0] if numbers else 38
        scale = numbers[1] if len(numbers) > 1 else 0
        if not 1 <= precision <= 38 or not 0 <= scale <= min(precision, 37):
            raise compilation(
                1008, "22023", f"Invalid precision and scale: NUMBER({precision},{scale})"
            )
        return DataType("NUMBER", precision=precision, scale=scale)
    if base == "BINARY":
        return DataType("BINARY", length=numbers[0] if numbers else MAX_BINARY)
    if base.startswith("TIME"):
        scale = numbers[0] if numbers else 9
        if not 0 <= scale <= 9:
            raise compilation(1008, "22023", f"Invalid precision {scale} for type {base}")
        return DataType(base, scale=scale)
    return DataType(base)


@lru_cache(maxsize=1024)
def parse_type(text: str) -> DataType:
    """The type that `text` names, for example 'NUMBER(10,2)'."""
    reader = Reader(text)
    found = read_type(reader)
    reader.finish()
    return found


def from_duck(name: str) -> DataType:
    """The Snowflake type of a DuckDB result column."""
    decimal = re.match(r"DECIMAL\((\d+),\s*(\d+)\)", name)
    if decimal:
        return DataType("NUMBER", precision=int(decimal[1]), scale=int(decimal[2]))
    if name in ("BIGINT", "INTEGER", "HUGEINT", "UBIGINT", "SMALLINT", "TINYINT", "UINTEGER", "UHUGEINT",
                "USMALLINT", "UTINYINT"):  # fmt: skip
        return DataType("NUMBER", precision=38, scale=0)
    simple: dict[str, DataType] = {
        "VARCHAR": DataType("TEXT", length=MAX_TEXT),
        '"NULL"': DataType("TEXT", length=MAX_TEXT),
        "NULL": DataType("TEXT", length=MAX_TEXT),
        "UUID": DataType("TEXT", length=36),
        "DOUBLE": DataType("FLOAT"),
        "FLOAT": DataType("FLOAT"),
        "BOOLEAN": DataType("BOOLEAN"),
        "DATE": DataType("DATE"),
        "TIME": DataType("TIME", scale=9),
        "TIMESTAMP": DataType("TIMESTAMP_NTZ", scale=9),
        "TIMESTAMP_NS": DataType("TIMESTAMP_NTZ", scale=9),
        "TIMESTAMP WITH TIME ZONE": DataType("TIMESTAMP_LTZ", scale=9),
        "JSON": DataType("VARIANT"),
        "BLOB": DataType("BINARY", length=MAX_BINARY),
    }
    if name in simple:
        return simple[name]
    if name.endswith("[]") or name.startswith(("STRUCT", "MAP")):
        return DataType("VARIANT")
    raise unsupported(f"a result column of type {name}")


def literal(value: Any) -> str:
    """A Python value as a SQL literal that both Snowflake and DuckDB read."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"
