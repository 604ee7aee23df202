"""What a FILE FORMAT may say: the options of CSV and JSON, their defaults, and which of their values are obeyed here.

Knows neither files nor the catalog. Source: docs.snowflake.com/en/sql-reference/sql/create-file-format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snowlocal.errors import compilation, unsupported
from snowlocal.tokens import Reader

_COMPRESSIONS = ("AUTO", "GZIP", "BZ2", "DEFLATE", "RAW_DEFLATE", "NONE")
# Snowflake's names of character sets, and Python's.
ENCODINGS = {
    "UTF8": "utf-8", "UTF-8": "utf-8", "UTF16": "utf-16", "UTF-16": "utf-16", "UTF16BE": "utf-16-be",
    "UTF-16BE": "utf-16-be", "UTF16LE": "utf-16-le", "UTF-16LE": "utf-16-le", "UTF32": "utf-32",
    "UTF-32": "utf-32", "ISO88591": "iso-8859-1", "ISO-8859-1": "iso-8859-1", "ISO88592": "iso-8859-2",
    "ISO-8859-2": "iso-8859-2", "ISO885915": "iso-8859-15", "ISO-8859-15": "iso-8859-15",
    "WINDOWS1250": "cp1250", "WINDOWS1251": "cp1251", "WINDOWS1252": "cp1252", "SHIFTJIS": "shift_jis",
    "EUCJP": "euc_jp", "GB18030": "gb18030", "BIG5": "big5", "KOI8R": "koi8_r",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `kind` is boolean, integer, string, list or the words it may be; `obeyed` lists the only values that
    this account does something about, where that is not all."""

    default: Any
    kind: str | tuple[str, ...]
    obeyed: tuple[Any, ...] | None = None


_COMMON = {
    "COMPRESSION": Option(
        "AUTO", (*_COMPRESSIONS, "BROTLI", "ZSTD", "SNAPPY", "LZO"), _COMPRESSIONS
    ),
    "FILE_EXTENSION": Option(None, "string"),
    "MULTI_LINE": Option(True, "boolean", (True,)),
    "REPLACE_INVALID_CHARACTERS": Option(False, "boolean"),
    "SKIP_BYTE_ORDER_MARK": Option(True, "boolean"),
}
_TYPES: dict[str, dict[str, Option]] = {
    "CSV": {
        **_COMMON,
        "RECORD_DELIMITER": Option("\n", "string"),
        "FIELD_DELIMITER": Option(",", "string"),
        "PARSE_HEADER": Option(False, "boolean", (False,)),
        "SKIP_HEADER": Option(0, "integer"),
        "SKIP_BLANK_LINES": Option(False, "boolean"),
        "DATE_FORMAT": Option("AUTO", "string"),
        "TIME_FORMAT": Option("AUTO", "string"),
        "TIMESTAMP_FORMAT": Option("AUTO", "string"),
        "BINARY_FORMAT": Option("HEX", ("HEX", "BASE64", "UTF8", "UTF-8"), ("HEX",)),
        "ESCAPE": Option(None, "string"),
        "ESCAPE_UNENCLOSED_FIELD": Option("\\", "string"),
        "TRIM_SPACE": Option(False, "boolean"),
        "FIELD_OPTIONALLY_ENCLOSED_BY": Option(None, "string", (None, '"', "'")),
        "NULL_IF": Option(["\\N"], "list"),
        "ERROR_ON_COLUMN_COUNT_MISMATCH": Option(True, "boolean"),
        "VALIDATE_UTF8": Option(True, "boolean", (True,)),
        "EMPTY_FIELD_AS_NULL": Option(True, "boolean"),
        "ENCODING": Option("UTF8", "string", tuple(ENCODINGS)),
    },
    "JSON": {
        **_COMMON,
        "DATE_FORMAT": Option("AUTO", "string", ("AUTO",)),
        "TIME_FORMAT": Option("AUTO", "string", ("AUTO",)),
        "TIMESTAMP_FORMAT": Option("AUTO", "string", ("AUTO",)),
        "BINARY_FORMAT": Option("HEX", ("HEX", "BASE64", "UTF8", "UTF-8"), ("HEX",)),
        "TRIM_SPACE": Option(False, "boolean", (False,)),
        "NULL_IF": Option([], "list", ([],)),
        "ENABLE_OCTAL": Option(False, "boolean", (False,)),
        "ALLOW_DUPLICATE": Option(False, "boolean", (False,)),
        "STRIP_OUTER_ARRAY": Option(False, "boolean"),
        "STRIP_NULL_VALUES": Option(False, "boolean", (False,)),
        "IGNORE_UTF8_ERRORS": Option(False, "boolean", (False,)),
    },
}
_REFUSED_TYPES = ("PARQUET", "AVRO", "ORC", "XML", "CUSTOM")
_LONE = (
    "FIELD_DELIMITER", "RECORD_DELIMITER", "ESCAPE", "ESCAPE_UNENCLOSED_FIELD", "FIELD_OPTIONALLY_ENCLOSED_BY",
)  # fmt: skip


def validated(given: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`given` options (TYPE among them, else CSV) checked and put on top of `base`; only what was said is returned.

    Raises SnowflakeError 001420 for an unknown option, 001008 for a bad value, 000002 for what is not obeyed here.
    """
    found = dict(base or {})
    kind = str(given.get("TYPE", found.get("TYPE", "CSV"))).upper()
    if kind in _REFUSED_TYPES:
        raise unsupported(f"FILE FORMAT TYPE = {kind}")
    if kind not in _TYPES:
        raise _bad_value("TYPE", kind)
    if found.get("TYPE", kind) != kind:
        raise compilation(1420, "22023", "the type of a file format cannot be changed.")
    found["TYPE"] = kind
    for name, value in given.items():
        if name == "TYPE":
            continue
        option = _TYPES[kind].get(name)
        if option is None:
            raise compilation(1420, "22023", f"invalid property '{name}' for 'FILE_FORMAT'")
        found[name] = _value(name, option, value)
    return found


def complete(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a validated spec's type, with the default where the spec says nothing."""
    options = _TYPES[spec["TYPE"]]
    return {"TYPE": spec["TYPE"], **{n: spec.get(n, o.default) for n, o in options.items()}}


def defaults(kind: str) -> dict[str, Option]:
    """The options of a type, for DESCRIBE."""
    return _TYPES[kind]


def read_spec(reader: Reader) -> dict[str, Any]:
    """What stands after FILE_FORMAT and its `=` or `=>`: a name, or a bracketed list of options.

    The answer is {"FORMAT_NAME": parts of a name}, or validated options.
    """
    token = reader.peek()
    if token is not None and token.upper != "(":
        return {"FORMAT_NAME": list(_name(reader))}
    reader.expect("(")
    given: dict[str, Any] = {}
    while not reader.accept(")"):
        reader.accept(",")
        key = reader.identifier()
        if not reader.accept("=>"):
            reader.expect("=")
        given[key] = list(_name(reader)) if key == "FORMAT_NAME" else option_value(reader)
    if "FORMAT_NAME" in given:
        if len(given) > 1:
            raise compilation(
                1420, "22023", "FORMAT_NAME and other file format options exclude each other."
            )
        return given
    return validated(given)


def option_value(reader: Reader) -> Any:
    """An option's value: a list in brackets, or a single one; NONE is None."""
    if reader.sees("("):
        return reader.values_list()
    token = reader.peek()
    value = reader.value()
    return None if token is not None and token.upper == "NONE" else value


def _name(reader: Reader) -> tuple[str, ...]:
    token = reader.peek()
    if token is not None and token.kind == "string":
        return Reader(reader.string()).qualified()
    return reader.qualified()


def _value(name: str, option: Option, value: Any) -> Any:
    checked = _checked(name, option.kind, value)
    if name in _LONE and isinstance(checked, str):
        checked = _character(checked)
        if not checked or (name.startswith("ESCAPE") and len(checked) > 1):
            raise _bad_value(name, value)
    if name == "ENCODING":
        checked = str(checked).upper()
    if option.obeyed is not None and checked not in option.obeyed:
        raise unsupported(f"{name} = {value}")
    return checked


def _checked(name: str, kind: str | tuple[str, ...], value: Any) -> Any:
    if isinstance(kind, tuple):
        word = "NONE" if value is None else str(value).upper()
        if word not in kind:
            raise _bad_value(name, value)
        return word
    if kind == "boolean":
        word = str(value).upper()
        if word not in ("TRUE", "FALSE"):
            raise _bad_value(name, value)
        return word == "TRUE"
    if kind == "integer":
        if isinstance(value, bool) or not str(value).isdigit():
            raise _bad_value(name, value)
        return int(value)
    if kind == "list":
        values = value if isinstance(value, list) else [] if value is None else [value]
        return [str(v) for v in values]
    if value is not None and not isinstance(value, str):
        raise _bad_value(name, value)
    return None if isinstance(value, str) and value.upper() == "NONE" else value


def _character(text: str) -> str:
    r"""A delimiter given in hexadecimal (0x7c, \x7c) or with an escape that the statement did not resolve."""
    lowered = text.lower()
    if lowered.startswith(("0x", "\\x")) and len(lowered) > 2:
        try:
            return bytes.fromhex(lowered.replace("0x", "").replace("\\x", "")).decode("utf-8")
        except ValueError:
            return text
    return {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\r\\n": "\r\n", "\\\\": "\\"}.get(text, text)


def _bad_value(name: str, value: Any) -> Exception:
    return compilation(1008, "22023", f"invalid value [{value}] for parameter '{name}'")
