"""Masking and row-access policies: a new body in place, so that they stay where they are attached.

Rule: docs.snowflake.com/en/sql-reference/sql/alter-masking-policy, sql/alter-row-access-policy.
"""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.sql.tokens import UnreadableSqlError, tokenize

# What may stand behind the body in the statement.
_AFTER = ("COMMENT", "EXEMPT_OTHER_POLICIES")


def body_set(item: Item, copy: Copy) -> Mended:
    """Set the body where it changes."""
    found = copy.repointed(item.text, item.kind)
    questions = unresolved(item, found.unresolved)
    if not found.changes:
        return Mended(item, unresolved=questions)
    return Mended(
        item,
        (f"ALTER {item.kind} {item.full_name} SET BODY -> {body_of(found.text)}",),
        questions,
    )


def body_of(text: str) -> str:
    """The expression of a policy's statement: from the arrow to the options behind it."""
    try:
        tokens = tokenize(text)
    except UnreadableSqlError:
        return text.partition("->")[2].strip().removesuffix(";")
    first = next((at for at, token in enumerate(tokens) if token.mark("->")), 0) + 1
    last = first
    depth = 0
    while last < len(tokens) and not (depth == 0 and tokens[last].mark(";")):
        token = tokens[last]
        depth += token.mark("(") - token.mark(")")
        depth += token.word("CASE") - token.word("END")
        is_option = token.word(*_AFTER) and last + 1 < len(tokens) and tokens[last + 1].mark("=")
        if depth == 0 and is_option:
            break
        last += 1
    return text[tokens[first].start : tokens[last - 1].end]
