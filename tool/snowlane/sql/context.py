"""What stands around a token: dotted paths, the keyword before a name, the arguments of a call.

Pure questions to a list of tokens. Knows Snowflake's keywords, but no mapping and no environment.
"""

from dataclasses import dataclass

from snowlane.sql.tokens import Kind, Token

_INTEGRATIONS = (
    "INTEGRATION",
    "STORAGE_INTEGRATION",
    "NOTIFICATION_INTEGRATION",
    "ERROR_INTEGRATION",
    "API_INTEGRATION",
    "EXTERNAL_ACCESS_INTEGRATIONS",
)
FOREIGN_LANGUAGES = ("JAVASCRIPT", "PYTHON", "JAVA", "SCALA")

# Words that may follow DATABASE and are no name: DATABASE ROLE x, SHOW … IN DATABASE LIKE '…'.
_AFTER_DATABASE = ("ROLE", "ROLES", "LIKE", "STARTS", "LIMIT", "IF", "NOT", "EXISTS")

_AFTER_USE = ("ROLE", "WAREHOUSE", "DATABASE", "SCHEMA", "SECONDARY")
_AFTER_IN = ("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW")


@dataclass(frozen=True)
class Path:
    """A dotted path in a token list: tokens[first:after]; `parts` are stored names."""

    first: int
    after: int
    parts: tuple[str, ...]


def is_mark(tokens: list[Token], position: int, mark: str) -> bool:
    return 0 <= position < len(tokens) and tokens[position].mark(mark)


def _is_word(tokens: list[Token], position: int, *words: str) -> bool:
    return 0 <= position < len(tokens) and tokens[position].word(*words)


def continues_path(tokens: list[Token], position: int) -> bool:
    """After a dot (`f(x).a`) or in a JSON path (`src:a.b.c`) a name starts no path."""
    return is_mark(tokens, position - 1, ".") or is_mark(tokens, position - 1, ":")


def path_at(tokens: list[Token], position: int) -> Path:
    parts = [tokens[position].name]
    after = position + 1
    while is_mark(tokens, after, "."):
        if after + 1 < len(tokens) and tokens[after + 1].is_name:
            parts.append(tokens[after + 1].name)
            after += 2
        elif is_mark(tokens, after + 1, "."):
            parts.append("")
            after += 1
        else:
            break
    return Path(position, after, tuple(parts))


def _before(tokens: list[Token], position: int) -> int:
    """The token before, leaving out IF EXISTS, IF NOT EXISTS and an equals sign."""
    position -= 1
    while _is_word(tokens, position, "IF", "NOT", "EXISTS") or is_mark(tokens, position, "="):
        position -= 1
    return position


def shortest_after_keyword(tokens: list[Token], position: int) -> int:
    """From how many parts on a path names a database, by the keyword before it."""
    before = _before(tokens, position)
    if _is_word(tokens, before, "DATABASE"):
        return 3 if tokens[position].word(*_AFTER_DATABASE) else 1
    if _is_word(tokens, before, "SCHEMA"):
        return 2
    if _is_word(tokens, before, "ROLE") and _is_word(tokens, before - 1, "DATABASE"):
        return 2
    second_name = _is_word(tokens, before, "CLONE") or (
        _is_word(tokens, before, "WITH", "TO") and _is_word(tokens, before - 1, "SWAP", "RENAME")
    )
    if second_name:
        return {"DATABASE": 1, "SCHEMA": 2}.get(_container(tokens, position), 3)
    return 3


def shortest_after_bare_keyword(tokens: list[Token], position: int) -> int:
    """The same for USE and SHOW … IN, where the word DATABASE or SCHEMA may be left out.

    Source: docs.snowflake.com/en/sql-reference/sql/use and …/sql/show-schemas.
    """
    if _is_word(tokens, position - 1, "USE"):
        return 3 if tokens[position].word(*_AFTER_USE) else 1
    if _is_word(tokens, position - 1, "IN") and not tokens[position].word(*_AFTER_IN):
        start = _statement_start(tokens, position)
        return 1 if _is_word(tokens, start, "SHOW") else 3
    return 3


def _container(tokens: list[Token], position: int) -> str:
    """`DATABASE` or `SCHEMA` when the statement around is about one, else nothing."""
    head = tokens[_statement_start(tokens, position) :][:5]
    return next((t.raw.upper() for t in head if t.word("DATABASE", "SCHEMA")), "")


def _statement_start(tokens: list[Token], position: int) -> int:
    while position > 0 and not tokens[position - 1].mark(";"):
        position -= 1
    return position


def is_alias(tokens: list[Token], path: Path) -> bool:
    before = path.first - 1
    if _is_word(tokens, before, "AS"):
        return True
    if _is_word(tokens, path.after, "AS") and is_mark(tokens, path.after + 1, "("):
        return True
    ends_path = before > 1 and tokens[before].is_name and tokens[before - 1].mark(".")
    return ends_path or is_mark(tokens, before, ")")


def is_account_level(tokens: list[Token], position: int) -> bool:
    before = _before(tokens, position)
    if _is_word(tokens, before, "ROLE"):
        return not _is_word(tokens, before - 1, "DATABASE", "APPLICATION")
    if _is_word(tokens, before, "WAREHOUSE", *_INTEGRATIONS):
        return True
    while is_mark(tokens, before, ",") or (before > 0 and tokens[before].is_name):
        before -= 1
    return is_mark(tokens, before, "(") and _is_word(
        tokens, _before(tokens, before), "EXTERNAL_ACCESS_INTEGRATIONS"
    )


def is_comment(tokens: list[Token], position: int) -> bool:
    before = _before(tokens, position)
    return _is_word(tokens, before, "COMMENT") or (
        _is_word(tokens, before, "IS")
        and _is_word(tokens, _statement_start(tokens, position), "COMMENT")
    )


def is_code(tokens: list[Token], position: int) -> bool:
    """A literal that Snowflake runs: after EXECUTE IMMEDIATE, or a body after AS."""
    if _is_word(tokens, position - 1, "IMMEDIATE"):
        return True
    if not _is_word(tokens, position - 1, "AS"):
        return False
    head = tokens[_statement_start(tokens, position) :][:8]
    return (
        bool(head)
        and head[0].word("CREATE")
        and any(token.word("PROCEDURE", "FUNCTION") for token in head)
    )


def language(tokens: list[Token], position: int) -> str:
    start = _statement_start(tokens, position)
    for at in range(start, position - 1):
        if tokens[at].word("LANGUAGE"):
            return tokens[at + 1].raw.upper()
    return "SQL"


def stage_of_url(tokens: list[Token], position: int) -> tuple[str, ...] | None:
    """The stage whose URL the literal is, in CREATE STAGE and ALTER STAGE."""
    if not _is_word(tokens, _before(tokens, position), "URL"):
        return None
    start = _statement_start(tokens, position)
    for at in range(start, min(start + 8, position)):
        if tokens[at].word("STAGE"):
            at += 1
            while _is_word(tokens, at, "IF", "NOT", "EXISTS"):
                at += 1
            return path_at(tokens, at).parts if tokens[at].is_name else None
    return None


def named_arguments(tokens: list[Token]) -> set[int]:
    """Positions of literals that are, as a whole, an argument of CALL, SYSTEM$… or IDENTIFIER."""
    found = set()
    opened: list[bool] = []
    for position, token in enumerate(tokens):
        if token.mark("("):
            opened.append(_takes_names(tokens, position))
        elif token.mark(")") and opened:
            opened.pop()
        elif token.kind is Kind.STRING and opened and opened[-1]:
            alone = any(is_mark(tokens, position - 1, mark) for mark in ("(", ",", "=>")) and any(
                is_mark(tokens, position + 1, mark) for mark in (")", ",", "::")
            )
            if alone:
                found.add(position)
    return found


def _takes_names(tokens: list[Token], opening: int) -> bool:
    last = opening - 1
    if last < 0 or not tokens[last].is_name:
        return False
    if tokens[last].name.startswith("SYSTEM$") or tokens[last].word("IDENTIFIER"):
        return True
    first = last
    while is_mark(tokens, first - 1, ".") and first > 1 and tokens[first - 2].is_name:
        first -= 2
    return _is_word(tokens, first - 1, "CALL")
