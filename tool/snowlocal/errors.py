"""The one error type of the local account, and Snowflake's own wording for the refusals that several parts share."""

from __future__ import annotations


class SnowflakeError(Exception):
    """A refusal as Snowflake words it.

    `number` is Snowflake's error number (the connector's `errno`), `sqlstate` the five characters beside it.
    """

    def __init__(self, number: int, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.number = number
        self.sqlstate = sqlstate
        self.message = message

    def __str__(self) -> str:
        return f"{self.number:06d} ({self.sqlstate}): {self.message}"


def compilation(number: int, sqlstate: str, text: str) -> SnowflakeError:
    """A refusal at compile time: nothing of the statement ran."""
    return SnowflakeError(number, sqlstate, f"SQL compilation error:\n{text}")


def syntax(text: str) -> SnowflakeError:
    """001003: the grammar cannot read the statement."""
    return compilation(1003, "42000", text)


def unexpected(word: str, line: int, position: int) -> SnowflakeError:
    """001003 at a place; `line` counts from 1, `position` from 0, as Snowflake prints them."""
    return syntax(f"syntax error line {line} at position {position} unexpected '{word}'.")


def unsupported(feature: str) -> SnowflakeError:
    """000002: what this account cannot do is said by name, never passed over."""
    return SnowflakeError(2, "0A000", f"Unsupported feature '{feature}'.")


def unnumbered(text: str, sqlstate: str = "22000") -> SnowflakeError:
    """370002: a refusal of Snowflake's whose number no page of its manual tells."""
    return SnowflakeError(370002, sqlstate, text)


def missing(kind: str, name: str) -> SnowflakeError:
    """002003: an object that is not there or that the role may not see; Snowflake does not tell which."""
    state = "02000" if kind in ("DATABASE", "SCHEMA") else "42S02"
    return compilation(
        2003, state, f"{kind.capitalize()} '{name}' does not exist or not authorized."
    )


def no_operation() -> SnowflakeError:
    """002043: SHOW, USE or DESCRIBE of what is not there."""
    return compilation(2043, "02000", "Object does not exist, or operation cannot be performed.")


def exists(name: str) -> SnowflakeError:
    """002002: the name is taken."""
    return compilation(2002, "42710", f"Object '{name}' already exists.")


def wrong_kind(found: str, wanted: str) -> SnowflakeError:
    """002203: the name belongs to an object of another kind."""
    return compilation(
        2203,
        "42601",
        f"Object found is of type '{found}', not specified type '{wanted}'.",
    )


def no_privilege(kind: str, name: str) -> SnowflakeError:
    """003001: the object can be seen, but the role may not do this with it."""
    return SnowflakeError(
        3001,
        "42501",
        "SQL access control error:\n"
        f"Insufficient privileges to operate on {kind.lower()} '{name}'.",
    )


def invalid_identifier(name: str) -> SnowflakeError:
    """000904: a column or variable that is not known here."""
    return compilation(904, "42000", f"error line 1 at position 0\ninvalid identifier '{name}'")


def timed_out(seconds: float) -> SnowflakeError:
    """000630: the statement took longer than STATEMENT_TIMEOUT_IN_SECONDS."""
    return SnowflakeError(
        630,
        "57014",
        f"Statement reached its statement or warehouse timeout of {seconds:g} second(s) and was canceled.",
    )


def cancelled() -> SnowflakeError:
    """000604: the statement was cancelled."""
    return SnowflakeError(604, "57014", "SQL execution canceled")


def internal(error: Exception) -> SnowflakeError:
    """370001: a fault of this program, said as such."""
    return SnowflakeError(
        370001,
        "XX000",
        f"The local account failed on this statement ({type(error).__name__}: {error}). "
        "Nothing of it was kept; please report it with the statement.",
    )
