"""How a changed policy or tag is applied while tables use it: altered, for it cannot be replaced.

Snowflake refuses to replace a policy that is attached (003531), and a tag that is replaced is another
one, without the values that objects have for it. Pure; rules: docs.snowflake.com/en/sql-reference/sql/
alter-masking-policy, …/alter-row-access-policy and …/alter-tag.
"""

from dataclasses import dataclass

from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import literal, qualified
from snowlane.sql.scripting import block
from snowlane.sql.tokens import Kind, Token, tokenize

ALTERED_KINDS = ("MASKING POLICY", "ROW ACCESS POLICY", "TAG")


@dataclass(frozen=True)
class _Written:
    """A CREATE statement taken apart; `signature` and `rest` are what ALTER cannot change."""

    name: str
    signature: tuple[str, ...] = ()
    body: str = ""
    allowed: tuple[str, ...] | None = None
    comment: str | None = None
    rest: tuple[str, ...] = ()


def alteration(kind: str, old: str, new: str) -> str | None:
    """The statement that makes an object of one CREATE what another says, None where none does."""
    was, wanted = _read(kind, old), _read(kind, new)
    if was is None or wanted is None or was.name != wanted.name:
        return None
    if (was.signature, was.rest) != (wanted.signature, wanted.rest):
        return None
    changes = _changes(kind, was, wanted)
    if len(changes) > 1 and not any("$$" in each for each in changes):
        # One statement, so that it is not repeated by halves.
        return block(
            [], [f"{each};" for each in changes], f"alter the {kind.lower()} {wanted.name}"
        )
    return changes[0] if len(changes) == 1 else None


def restoration(kind: str, live: str, wanted: str) -> list[str]:
    """The statements that bring one altered by hand back to what a CREATE says.

    `live` is what GET_DDL tells, which spells types in its own way: that both have one signature is
    for the caller to know.
    """
    was, back = _read(kind, live), _read(kind, wanted)
    return [] if was is None or back is None else _changes(kind, was, back)


def _changes(kind: str, was: _Written, wanted: _Written) -> list[str]:
    head = f"ALTER {kind} {wanted.name}"
    changes = [f"{head} SET BODY -> {wanted.body}"] if wanted.body != was.body else []
    changes += [f"{head} {each}" for each in _allowing(was.allowed, wanted.allowed)]
    if wanted.comment != was.comment:
        comment = (
            "UNSET COMMENT"
            if wanted.comment is None
            else f"SET COMMENT = {literal(wanted.comment)}"
        )
        changes.append(f"{head} {comment}")
    return changes


def _allowing(was: tuple[str, ...] | None, wanted: tuple[str, ...] | None) -> list[str]:
    if wanted is None:
        return [] if was is None else ["UNSET ALLOWED_VALUES"]
    added = [literal(each) for each in wanted if each not in (was or ())]
    gone = [literal(each) for each in was or () if each not in wanted]
    return [
        f"{verb} ALLOWED_VALUES {', '.join(values)}"
        for verb, values in (("ADD", added), ("DROP", gone))
        if values
    ]


def _read(kind: str, text: str) -> _Written | None:
    tokens = tokenize(text)
    while tokens and tokens[-1].mark(";"):
        tokens.pop()
    cursor = Cursor(text, tokens)
    if not all(cursor.take(word) for word in ("CREATE", "OR", "REPLACE", *kind.split())):
        return None
    path = cursor.path()
    if path is None:
        return None
    return _tag(cursor, qualified(*path)) if kind == "TAG" else _policy(cursor, qualified(*path))


def _tag(cursor: Cursor, name: str) -> _Written | None:
    allowed: tuple[str, ...] | None = None
    if cursor.take("ALLOWED_VALUES"):
        values = [cursor.take_text()]
        while cursor.at(","):
            cursor.skip()
            values.append(cursor.take_text())
        allowed = tuple(each for each in values if each is not None)
    comment = cursor.take_text() if cursor.take("COMMENT") else None
    rest = _raw(cursor.tokens[cursor.position :])
    return _Written(name, allowed=allowed, comment=comment, rest=rest)


def _policy(cursor: Cursor, name: str) -> _Written | None:
    start = cursor.position
    while not cursor.ended and not cursor.at("->"):
        cursor.skip()
    if cursor.ended:
        return None
    signature = _raw(cursor.tokens[start : cursor.position])
    cursor.skip()
    first, end = cursor.position, len(cursor.tokens)
    rest: tuple[str, ...] = ()
    if _ends_with(cursor.tokens[:end], "EXEMPT_OTHER_POLICIES"):
        rest = _raw(cursor.tokens[end - 3 :])
        end -= 3
    comment = None
    if _ends_with(cursor.tokens[:end], "COMMENT") and cursor.tokens[end - 1].kind is Kind.STRING:
        tail = Cursor(cursor.text, cursor.tokens[end - 2 : end])
        comment = tail.take_text()
        end -= 3
    body = cursor.text_between(first, end)
    return _Written(name, signature, body, comment=comment, rest=rest) if body else None


def _ends_with(tokens: list[Token], word: str) -> bool:
    """Whether the last three are a word, an equals sign and a value."""
    return len(tokens) > 3 and tokens[-3].word(word) and tokens[-2].mark("=")


def _raw(tokens: list[Token]) -> tuple[str, ...]:
    return tuple(token.name if token.is_name else token.raw for token in tokens)
