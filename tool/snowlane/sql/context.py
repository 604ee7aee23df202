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
_LANGUAGES = (*FOREIGN_LANGUAGES, "SQL")

_BEFORE_STATEMENTS = ("BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT")
# Options whose literals are patterns, files and the like, whatever they look like.
_DATA_OPTIONS = (
    *("PATTERN", "FILES", "HANDLER", "NULL_IF", "URL", "SCHEDULE", "TARGET_LAG", "PACKAGES"),
    *("RUNTIME_VERSION", "FIELD_DELIMITER", "RECORD_DELIMITER", "ESCAPE", "PREFIX", "MAIN_FILE"),
    *("EXTERNAL_VOLUME", "CATALOG", "BASE_LOCATION", "AWS_SNS_TOPIC", "TIMEZONE", "QUERY_TAG"),
    *("DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT", "FIELD_OPTIONALLY_ENCLOSED_BY", "ENCODING"),
)
_JSON_PATH_FUNCTIONS = (
    *("GET_PATH", "GET", "GET_IGNORE_CASE", "JSON_EXTRACT_PATH_TEXT", "OBJECT_DELETE"),
    *("OBJECT_PICK", "OBJECT_INSERT", "XMLGET"),
)

# How many tokens back the beginning of a list is looked for: a text can hold very long ones.
_FAR = 500
_ROLE_FUNCTIONS = ("IS_ROLE_IN_SESSION", "IS_GRANTED_TO_INVOKER_ROLE")
_CURRENT_OTHERS = ("CURRENT_ROLE", "CURRENT_WAREHOUSE", "CURRENT_USER", "CURRENT_ACCOUNT")
_COMPARISONS = ("=", "<>", "!=")

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
    """After a dot (`f(x).a`) or in a JSON path (`src:a.b.c`) a name starts no path.

    After the colon of an object constant (`{'key': a.b.c}`) it does.
    """
    if is_mark(tokens, position - 1, ":"):
        return position < 2 or tokens[position - 2].kind is not Kind.STRING
    return is_mark(tokens, position - 1, ".")


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
    if is_mark(tokens, position - 1, "="):
        # `database = x` compares a column; no statement writes the keyword so.
        return 3
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


def may_go_on(tokens: list[Token], position: int) -> bool:
    """Whether the name is what FROM, INTO and the like take: more of it may follow elsewhere."""
    return _is_word(
        tokens, position - 1, "FROM", "JOIN", "INTO", "UPDATE", "TABLE", "USING", "CALL"
    )


def shortest_after_bare_keyword(tokens: list[Token], position: int) -> int:
    """The same for USE and SHOW … IN, where the word DATABASE or SCHEMA may be left out.

    Source: docs.snowflake.com/en/sql-reference/sql/use and …/sql/show-schemas.
    """
    if _is_word(tokens, position - 1, "USE"):
        return 3 if tokens[position].word(*_AFTER_USE) else 1
    if _is_word(tokens, position - 1, "IN") and not tokens[position].word(*_AFTER_IN):
        start = _statement_start(tokens, position)
        return 1 if any(token.word("SHOW") for token in tokens[start:position]) else 3
    return 3


def _container(tokens: list[Token], position: int) -> str:
    """`DATABASE` or `SCHEMA` when the statement around is about one, else nothing."""
    head = tokens[_statement_start(tokens, position) :][:5]
    return next((t.raw.upper() for t in head if t.word("DATABASE", "SCHEMA")), "")


def _statement_start(tokens: list[Token], position: int) -> int:
    while position > 0:
        before = tokens[position - 1]
        if before.mark(";") or before.word(*_BEFORE_STATEMENTS):
            break
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
    if _is_word(tokens, before, "COMMENT"):
        return not _is_in_query(tokens, before)
    return _is_word(tokens, before, "IS") and _is_word(
        tokens, _statement_start(tokens, position), "COMMENT"
    )


def is_code(tokens: list[Token], position: int) -> bool:
    """A literal that Snowflake runs: after EXECUTE IMMEDIATE, or a body after AS."""
    before = position - 1
    while is_mark(tokens, before, "("):
        before -= 1
    if _is_word(tokens, before, "IMMEDIATE"):
        return True
    if not _is_word(tokens, position - 1, "AS"):
        return False
    start = _statement_start(tokens, position)
    if _is_word(tokens, start, "WITH"):
        return _is_word(tokens, start + 2, "AS") and _is_word(tokens, start + 3, "PROCEDURE")
    head = tokens[start : start + 8]
    return _is_word(tokens, start, "CREATE") and any(
        token.word("PROCEDURE", "FUNCTION") for token in head
    )


def language(tokens: list[Token], position: int) -> str:
    """The language of the body at a position, by the LANGUAGE clause of its statement."""
    start = _statement_start(tokens, position)
    for at in range(position - 2, start, -1):
        if tokens[at].word(*_LANGUAGES) and _is_word(tokens, _before(tokens, at), "LANGUAGE"):
            return tokens[at].raw.upper()
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


def is_option_of_data(tokens: list[Token], position: int) -> bool:
    """A literal of an option that holds no names: `PATTERN = '…'`, `FILES = ('…', '…')`."""
    before = _before(tokens, _list_start(tokens, position))
    if is_mark(tokens, before, "=>"):
        return _is_word(tokens, before - 1, *_DATA_OPTIONS)
    return _is_word(tokens, before, *_DATA_OPTIONS) and not _is_in_query(tokens, before)


def is_name_of_format(tokens: list[Token], position: int) -> bool:
    """A literal that names a file format: `FORMAT_NAME = '…'`."""
    return _is_word(tokens, _before(tokens, position), "FORMAT_NAME")


def _is_in_query(tokens: list[Token], position: int) -> bool:
    """Whether a query's clause goes on at a position, so that `word =` compares a column."""
    depth = 0
    for at in range(position - 1, max(-1, position - _FAR), -1):
        token = tokens[at]
        if token.kind is Kind.MARK:
            if token.raw == ";":
                return False
            depth = max(0, depth + (token.raw == ")") - (token.raw == "("))
        elif not depth and token.word("WHERE", "HAVING", "QUALIFY", "SELECT", "SET", "ON"):
            return not (token.word("ON", "SET") and _is_in_ddl(tokens, at))
    return False


def _is_in_ddl(tokens: list[Token], position: int) -> bool:
    start = _statement_start(tokens, position)
    return _is_word(tokens, start, "ALTER", "CREATE", "COMMENT")


def is_value_of_tag(tokens: list[Token], position: int) -> bool:
    """A literal that is a tag's value: `WITH TAG (t = '…')`, `ALLOWED_VALUES '…', '…'`."""
    if _is_word(tokens, _before(tokens, _list_start(tokens, position)), "ALLOWED_VALUES"):
        return True
    if not is_mark(tokens, position - 1, "="):
        return False
    at = position - 1
    while at > 0 and not tokens[at].mark("(") and not tokens[at].word("TAG"):
        if not (tokens[at].is_name or tokens[at].kind is Kind.STRING or tokens[at].raw in ".=,"):
            return False
        at -= 1
    return _is_word(tokens, at if tokens[at].word("TAG") else at - 1, "TAG")


def is_key_of_json(tokens: list[Token], position: int) -> bool:
    """A literal that is a key: in `{'…': x}`, `v['…']`, `GET_PATH(v, '…')`."""
    if is_mark(tokens, position + 1, ":"):
        return True
    if is_mark(tokens, position - 1, "["):
        before = position - 2
        return before >= 0 and (tokens[before].is_name or tokens[before].raw in ("]", ")"))
    at, depth, oldest = position - 1, 0, position - _FAR
    if not is_mark(tokens, at, ","):
        return _is_word(tokens, position - 2, "PATH") and is_mark(tokens, position - 1, "=>")
    while at >= max(0, oldest) and depth >= 0 and not tokens[at].mark(";"):
        depth += tokens[at].mark(")") - tokens[at].mark("(")
        at -= 1
    return depth < 0 and _is_word(tokens, at, *_JSON_PATH_FUNCTIONS)


def is_name_of_role(tokens: list[Token], position: int) -> bool:
    """A literal that is compared with a role, a warehouse or a user."""
    at = _list_start(tokens, position)
    if _is_word(tokens, at - 1, *_ROLE_FUNCTIONS):
        return True
    while at > 0 and (
        tokens[at - 1].raw in _COMPARISONS or tokens[at - 1].word("IN", "NOT", "LIKE")
    ):
        at -= 1
    return is_mark(tokens, at - 1, ")") and _is_word(tokens, at - 3, *_CURRENT_OTHERS)


def _list_start(tokens: list[Token], position: int) -> int:
    """Where the list begins that a literal is part of, or the literal itself."""
    while (
        position >= 2
        and is_mark(tokens, position - 1, ",")
        and (tokens[position - 2].kind is Kind.STRING)
    ):
        position -= 2
    return position - 1 if is_mark(tokens, position - 1, "(") else position


def is_pattern_of_databases(tokens: list[Token], position: int) -> bool:
    """A literal after LIKE that is compared with names of databases."""
    if not _is_word(tokens, position - 1, "LIKE", "ILIKE"):
        return False
    if _is_word(tokens, _statement_start(tokens, position), "SHOW"):
        return True
    compared = tokens[max(0, position - 6) : position - 1]
    return any(
        token.is_name and ("DATABASE" in token.name.upper() or "CATALOG" in token.name.upper())
        for token in compared
    )


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
