"""Snowflake's rules for changing the type of a column, as a pure table: two types in, a judgement out.

What the table does not list is refused. Knows no column, no table and no account.
Rules: docs.snowflake.com/en/sql-reference/sql/alter-table-column and sql-reference/data-types.
"""

from dataclasses import dataclass
from enum import Enum

from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

MAX_VARCHAR = 16_777_216
MAX_BINARY = 8_388_608
MAX_PRECISION = 38
DEFAULT_FRACTION = 9

CANNOT_CHANGE = 2108
CANNOT_SHORTEN = 40050


class Verdict(Enum):
    """What a change of type comes to."""

    SAME = "the types are the same"
    ALTER = "one ALTER TABLE does it"
    PROBE = "one ALTER TABLE does it if every value fits"
    REFUSED = "Snowflake refuses it"


@dataclass(frozen=True)
class DataType:
    """A type as Snowflake stores it.

    `size` holds length for VARCHAR and BINARY, precision and scale for NUMBER, digits of a second
    for times; it is empty for all else. `collation` is the text of COLLATE, or None.
    """

    family: str
    size: tuple[int, ...] = ()
    collation: str | None = None

    def __str__(self) -> str:
        full = {"VARCHAR": (MAX_VARCHAR,), "BINARY": (MAX_BINARY,)}
        hidden = full.get(self.family) == self.size or not self.size
        text = self.family if hidden else f"{self.family}({','.join(map(str, self.size))})"
        return text if self.collation is None else f"{text} COLLATE '{self.collation}'"


@dataclass(frozen=True)
class Judgement:
    """The verdict on one change, why, and Snowflake's error number where it gives one."""

    verdict: Verdict
    why: str
    number: int | None = None


_WHOLE_NUMBERS = ("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT")
_FAMILIES = {
    **dict.fromkeys(("VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2"), "VARCHAR"),
    **dict.fromkeys(("CHAR VARYING", "NCHAR VARYING"), "VARCHAR"),
    **dict.fromkeys(("CHAR", "CHARACTER", "NCHAR"), "CHAR"),
    **dict.fromkeys(("NUMBER", "NUMERIC", "DECIMAL", "DEC", "FIXED"), "NUMBER"),
    **dict.fromkeys(_WHOLE_NUMBERS, "INTEGER"),
    **dict.fromkeys(("FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "DOUBLE PRECISION", "REAL"), "FLOAT"),
    **dict.fromkeys(("BINARY", "VARBINARY"), "BINARY"),
    # Without a suffix the session's TIMESTAMP_TYPE_MAPPING decides; its default is NTZ.
    **dict.fromkeys(
        ("TIMESTAMP_NTZ", "DATETIME", "TIMESTAMP", "TIMESTAMPNTZ", "TIMESTAMP WITHOUT TIME ZONE"),
        "TIMESTAMP_NTZ",
    ),
    **dict.fromkeys(
        ("TIMESTAMP_LTZ", "TIMESTAMPLTZ", "TIMESTAMP WITH LOCAL TIME ZONE"), "TIMESTAMP_LTZ"
    ),
    **dict.fromkeys(("TIMESTAMP_TZ", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), "TIMESTAMP_TZ"),
    **{name: name for name in ("TIME", "DATE", "BOOLEAN", "VARIANT", "OBJECT", "ARRAY")},
    **{name: name for name in ("GEOGRAPHY", "GEOMETRY", "DECFLOAT")},
}
_FRACTIONS = ("TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")


def parse_type(text: str) -> DataType | None:
    """The type that a text names, synonyms and default sizes resolved; None for an unknown one.

    Sizes that Snowflake would not take are not complained about here.
    """
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return None
    words: list[str] = []
    position = 0
    while position < len(tokens) and tokens[position].kind is Kind.WORD:
        if tokens[position].word("COLLATE"):
            break
        words.append(tokens[position].raw.upper())
        position += 1
    family = _FAMILIES.get(" ".join(words))
    written, position = _size(tokens, position)
    collation, position = _collation(tokens, position)
    if family is None or written is None or position != len(tokens):
        return None
    size = _full_size(family, written)
    if size is None:
        return None
    stored = {"CHAR": "VARCHAR", "INTEGER": "NUMBER"}.get(family, family)
    if collation is not None and stored != "VARCHAR":
        return None
    return DataType(stored, size, collation)


def _size(tokens: list[Token], position: int) -> tuple[tuple[int, ...] | None, int]:
    """`(10, 2)` as numbers; None when something else stands in the parentheses."""
    if position >= len(tokens) or not tokens[position].mark("("):
        return (), position
    numbers = []
    position += 1
    while position + 1 < len(tokens) and tokens[position].raw.isdecimal():
        numbers.append(int(tokens[position].raw))
        closing = tokens[position + 1]
        position += 2
        if closing.mark(")"):
            return tuple(numbers), position
        if not closing.mark(","):
            break
    return None, position


def _collation(tokens: list[Token], position: int) -> tuple[str | None, int]:
    after = tokens[position : position + 2]
    if len(after) == 2 and after[0].word("COLLATE") and after[1].kind is Kind.STRING:
        return after[1].raw[1:-1], position + 2
    return None, position


def _full_size(family: str, written: tuple[int, ...]) -> tuple[int, ...] | None:
    """The size with its defaults; None when the family does not take so many numbers."""
    if family == "NUMBER" and len(written) <= 2:
        return (*written, *(MAX_PRECISION, 0)[len(written) :])
    if family in ("VARCHAR", "CHAR", "BINARY") or family in _FRACTIONS:
        default = {"VARCHAR": MAX_VARCHAR, "BINARY": MAX_BINARY, "CHAR": 1}
        if len(written) <= 1:
            return written or (default.get(family, DEFAULT_FRACTION),)
        return None
    if written:
        return None
    return (MAX_PRECISION, 0) if family == "INTEGER" else ()


def judge_change(old: str, new: str) -> Judgement:
    """What becomes of a column of the type `old` that shall have the type `new`, both as written.

    A type that is not known is refused: unlisted means unsafe.
    """
    before, after = parse_type(old), parse_type(new)
    if before is None or after is None:
        unknown = old if before is None else new
        return Judgement(
            Verdict.REFUSED, f"{unknown or 'the old type'} is not a type the rules know"
        )
    if before.family != after.family:
        why = f"a column cannot change from {before} to {after} in place"
        return Judgement(Verdict.REFUSED, why, CANNOT_CHANGE)
    if before == after:
        return Judgement(Verdict.SAME, f"{before} is what the column has")
    if before.family == "VARCHAR":
        return _varchar(before, after)
    if before.family == "NUMBER":
        return _number(before, after)
    why = f"{before} to {after} is not among the changes that Snowflake lists as allowed"
    return Judgement(Verdict.REFUSED, why)


def _varchar(before: DataType, after: DataType) -> Judgement:
    if before.collation != after.collation:
        why = "the collation of a column cannot change"
        if after.collation is None:
            why = f"a collated column must repeat its COLLATE '{before.collation}'"
        return Judgement(Verdict.REFUSED, why)
    if after.size < before.size:
        why = f"the length of a VARCHAR cannot be reduced ({before} to {after})"
        return Judgement(Verdict.REFUSED, why, CANNOT_SHORTEN)
    return Judgement(Verdict.ALTER, f"{after} holds whatever {before} holds")


def _number(before: DataType, after: DataType) -> Judgement:
    if before.size[1] != after.size[1]:
        why = f"the scale of a NUMBER cannot change ({before} to {after})"
        return Judgement(Verdict.REFUSED, why)
    if after.size[0] < before.size[0]:
        why = (
            f"{after} takes fewer digits than {before}: it is refused when a value does not fit, "
            "and Time Travel cannot restore the table until the column is wider again"
        )
        return Judgement(Verdict.PROBE, why)
    return Judgement(Verdict.ALTER, f"{after} holds whatever {before} holds")
