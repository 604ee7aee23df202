"""How values of one type become values of another, and which of them would not survive that.

Pure text: types in, expressions out, in which {column} stands for the value as it is and {converted}
for what became of it. What cannot be derived without knowing the data is left to the caller.
Rules: docs.snowflake.com/en/sql-reference/functions-conversion.
"""

from dataclasses import dataclass, replace

from snowlane.sql.tokens import Token, tokenize
from snowlane.sql.type_rules import MAX_PRECISION, MAX_VARCHAR, DataType

MAX_SCALE = 37

_TO_NUMBER = ("TRY_TO_NUMBER", "TRY_TO_DECIMAL", "TRY_TO_NUMERIC")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Conversion:
    """One way from a type to another.

    `expression` is null for a value that has no counterpart. `cuts` is a condition that holds for a
    value that came through but not whole, None where that cannot happen; `cut` says in words what
    such a column holds, `unfit` what one holds whose values have no counterpart.
    """

    expression: str
    unfit: str
    cuts: str | None = None
    cut: str = ""


def derived(old: DataType, new: DataType) -> Conversion | None:
    """The conversion that needs no knowledge of the data.

    None where the text of a date, a zone of time or the shape of a document would be a guess.
    """
    expression = _expression(old, new)
    if expression is None:
        return None
    return replace(_checked(old, new), expression=expression)


def explicit(old: DataType, new: DataType, expression: str, cuts: str | None) -> Conversion | None:
    """A conversion that the caller gives, with the check for values cut short that fits it.

    None when there is text to be read as a number and neither `cuts` nor the expression tells how
    to read it with more decimals. Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    known = replace(_checked(old, new), expression=expression)
    if cuts is not None:
        return replace(known, cuts=cuts, cut=known.cut or "values that do not survive the change")
    if known.cuts is None or old.family != "VARCHAR":
        return known
    wider = _with_more_decimals(expression, new)
    return None if wider is None else replace(known, cuts=f"{wider} <> {{converted}}")


def example(new: DataType) -> str:
    """A conversion as one might be written where none can be derived."""
    if new.family == "DATE":
        return "TRY_TO_DATE({column}, 'YYYY-MM-DD')"
    if new.family.startswith("TIMESTAMP"):
        return f"TRY_TO_{new.family}({{column}}, 'YYYY-MM-DD HH24:MI:SS')"
    if new.family in ("VARIANT", "OBJECT", "ARRAY"):
        return "TRY_PARSE_JSON({column})"
    return f"TRY_CAST(TO_VARCHAR({{column}}) AS {new})"


def _expression(old: DataType, new: DataType) -> str | None:
    pair = (old.family, new.family)
    size = ", ".join(map(str, new.size))
    match pair:
        case ("VARCHAR", "NUMBER"):
            return f"TRY_TO_NUMBER({{column}}, {size})"
        case ("NUMBER" | "FLOAT", "NUMBER"):
            return f"TRY_TO_NUMBER(TO_VARCHAR({{column}}), {size})"
        case ("VARCHAR", "FLOAT"):
            return "TRY_TO_DOUBLE({column})"
        case ("NUMBER", "FLOAT"):
            return "TO_DOUBLE({column})"
        case ("VARCHAR", "BOOLEAN"):
            return "TRY_TO_BOOLEAN({column})"
        case ("NUMBER" | "BOOLEAN", "VARCHAR"):
            return _of_length("TO_VARCHAR({column})", new)
        case ("DATE", "VARCHAR"):
            return _of_length("TO_VARCHAR({column}, 'YYYY-MM-DD')", new)
        case ("VARCHAR", "VARCHAR") if old.collation == new.collation:
            return _of_length("{column}", new)
        case ("BINARY", "BINARY"):
            return _of_length("{column}", new)
        case ("DATE", "TIMESTAMP_NTZ"):
            return "TO_TIMESTAMP_NTZ({column})"
        case ("TIMESTAMP_NTZ", "DATE"):
            return "TO_DATE({column})"
    if old.family == new.family and old.family.startswith("TIME"):
        return f"CAST({{column}} AS {new})"
    return None


def _of_length(text: str, new: DataType) -> str:
    if new.family == "VARCHAR" and new.size[0] >= MAX_VARCHAR:
        return text
    return f"IFF(LENGTH({text}) <= {new.size[0]}, {text}, NULL)"


def _checked(old: DataType, new: DataType) -> Conversion:
    """The words and the check of a pair of types; the expression is left empty."""
    from_text = old.family == "VARCHAR" and new.family != "VARCHAR"
    unfit = f"text that is no {new}" if from_text else f"values that do not fit {new}"
    plain = Conversion("", unfit)
    if new.family == "NUMBER":
        cut = _decimals(new.size[1])
        if old.family == "VARCHAR":
            return replace(plain, cuts=_cut_text(new), cut=cut)
        if old.family in ("NUMBER", "FLOAT"):
            return replace(plain, cuts="{column} <> {converted}", cut=cut)
    if (old.family, new.family) == ("NUMBER", "FLOAT"):
        back = f"TRY_TO_NUMBER(TO_VARCHAR({{converted}}), {old.size[0]}, {old.size[1]})"
        cuts = f"{back} IS DISTINCT FROM {{column}}"
        return replace(plain, cuts=cuts, cut="more digits than FLOAT keeps")
    if (old.family, new.family) == ("TIMESTAMP_NTZ", "DATE"):
        cuts = "TO_TIMESTAMP_NTZ({converted}) <> {column}"
        return replace(plain, cuts=cuts, cut="a time of day")
    if old.family == new.family and new.family.startswith("TIME"):
        return replace(plain, cuts="{converted} <> {column}", cut="finer parts of a second")
    return plain


def _decimals(scale: int) -> str:
    if scale == 0:
        return "decimals"
    count = _COUNTS[scale] if scale < len(_COUNTS) else str(scale)
    return f"more than {count} decimal{'' if scale == 1 else 's'}"


def _exact_scale(new: DataType) -> int:
    """The most decimals that leave room for the same digits before the point."""
    precision, scale = new.size
    return min(MAX_SCALE, MAX_PRECISION - (precision - scale))


def _cut_text(new: DataType) -> str:
    """TRY_TO_NUMBER rounds without a word: read with more decimals the value must be the same."""
    scale, exact = new.size[1], _exact_scale(new)
    if exact > scale:
        return f"TRY_TO_NUMBER({{column}}, {MAX_PRECISION}, {exact}) <> {{converted}}"
    return f"LENGTH(REGEXP_SUBSTR({{column}}, '[.][0-9]*[1-9]')) > {scale + 1}"


def _with_more_decimals(expression: str, new: DataType) -> str | None:
    """`TRY_TO_NUMBER(…, 10, 2)` with the most decimals instead; None for any other expression."""
    tokens = tokenize(expression)
    if len(tokens) < 6 or not tokens[0].word(*_TO_NUMBER) or not _is_one_call(tokens):
        return None
    precision, comma, scale = tokens[-4:-1]
    is_sized = precision.raw.isdecimal() and comma.mark(",") and scale.raw.isdecimal()
    exact = _exact_scale(new)
    if not is_sized or exact <= int(scale.raw):
        return None
    return f"{expression[: precision.start]}{MAX_PRECISION}, {exact})"


def _is_one_call(tokens: list[Token]) -> bool:
    """Whether the parenthesis after the first word closes with the last token."""
    depth = 0
    for position, token in enumerate(tokens[1:], start=1):
        depth += token.mark("(") - token.mark(")")
        if depth <= 0:
            return position == len(tokens) - 1 and token.mark(")")
    return False
