"""BEGIN, COMMIT or ROLLBACK as a statement of a revision: the transaction does not hold.

Each statement is a request of its own, with its own end, so what should be done wholly or not at all
is one block. Source: docs.snowflake.com/en/sql-reference/transactions.
"""

from collections.abc import Iterator
from itertools import takewhile

from snowlane.lint import remedy
from snowlane.lint.facts import Facts, Statement
from snowlane.lint.finding import Problem, Rule, Severity
from snowlane.sql.scripting import undone_by
from snowlane.sql.tokens import Token, UnreadableSqlError, tokenize

_ENDS = ("COMMIT", "ROLLBACK")
_BEGINS = ("BEGIN", "START")


def check(facts: Facts) -> Iterator[Problem]:
    """Each transaction where it begins, and each end that stands without a beginning."""
    within = None
    for statement in facts.statements:
        verb, place = _verb(statement.text), (statement.file, statement.direction)
        if verb in _BEGINS:
            within = place
            fixed = _one_block(statement)
        elif verb in _ENDS and within != place:
            fixed = "pass  # without a transaction there is nothing to end"
        else:
            within = None if verb in _ENDS else within
            continue
        yield Problem(
            statement.file,
            statement.line,
            f"{' '.join(statement.text.split())} has no effect on the statements beside it: each is "
            "a request of its own, and stands whatever becomes of the next",
            fixed,
        )


def _verb(text: str) -> str | None:
    """The word that begins or ends a transaction, None for any other statement.

    A block begins with BEGIN, too, but something follows it that names no transaction.
    """
    tokens = _tokens(text)
    if not tokens:
        return None
    is_alone = len(tokens) == 1
    if tokens[0].word("BEGIN"):
        is_begun = is_alone or tokens[1].word("TRANSACTION", "WORK", "NAME")
    elif tokens[0].word("START"):
        is_begun = not is_alone and tokens[1].word("TRANSACTION")
    else:
        is_begun = tokens[0].word(*_ENDS)
    return tokens[0].raw.upper() if is_begun else None


def _tokens(text: str) -> list[Token]:
    try:
        return tokenize(text)
    except UnreadableSqlError:
        return []


def _one_block(begin: Statement) -> str:
    """What follows up to the end of the transaction as one statement that undoes it on an error."""
    body = takewhile(lambda text: _verb(text) is None, begin.later)
    end = next((verb for text in begin.later if (verb := _verb(text)) in _ENDS), "COMMIT")
    whole = ";\n  ".join(_bare(text) for text in ("BEGIN TRANSACTION", *body, end))
    return remedy.op_sql("\n".join(["BEGIN", *undone_by(whole, "ROLLBACK")[1:-1], "END"]))


def _bare(text: str) -> str:
    """A statement without the comments around it, which could hide its semicolon."""
    tokens = _tokens(text)
    return text[tokens[0].start : tokens[-1].end] if tokens else text


RULE = Rule(
    "transaction-statement",
    Severity.ERROR,
    "BEGIN and COMMIT as statements hold nothing together: a transaction is one block.",
    check,
)
