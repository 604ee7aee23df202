"""Exceptions of a running block: what was raised, where, and which handler takes it.

Knows Snowflake's words for what nobody handled
(docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions); runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import nodes
from snowlocal.scripting.scope import Scope, UserException
from snowlocal.scripting.source import Place

STATEMENT_ERROR = "STATEMENT_ERROR"
EXPRESSION_ERROR = "EXPRESSION_ERROR"

_CANCELED = 604
_USER_STATE = "P0001"
# Snowflake publishes no number for these refusals; nothing should tell them apart by this one.
_UNNUMBERED = (90000, "P0000")


class Raised(Exception):
    """An exception on its way through a block; `declared` is the user's declaration of it, if there
    is one.
    """

    def __init__(
        self, kind: str, error: SnowflakeError, place: Place, declared: UserException | None = None
    ) -> None:
        super().__init__(error.message)
        self.kind = kind
        self.error = error
        self.place = place
        self.declared = declared

    def uncaught(self) -> SnowflakeError:
        """What the client is told when no handler took it: the number and state of the original."""
        text = (
            f"Uncaught exception of type '{self.kind}' on line {self.place.line} "
            f"at position {self.place.position}"
        )
        if self.error.message:
            text += f" : {self.error.message}"
        return SnowflakeError(self.error.number, self.error.sqlstate, text)


def failure(kind: str, error: SnowflakeError, place: Place) -> Exception:
    """What a failed statement or expression raises; a cancellation is not for handlers and stays as
    it is.
    """
    return error if error.number == _CANCELED else Raised(kind, error, place)


def user_exception(declared: UserException, place: Place) -> Raised:
    """RAISE of a declared exception."""
    error = SnowflakeError(declared.number, _USER_STATE, declared.message)
    return Raised(declared.name, error, place, declared)


def unnumbered(message: str, place: Place) -> Raised:
    """A statement error whose number Snowflake does not publish."""
    return Raised(STATEMENT_ERROR, SnowflakeError(*_UNNUMBERED, message), place)


def find_handler(
    handlers: Iterable[nodes.Handler], raised: Raised, scope: Scope
) -> nodes.Handler | None:
    """The first handler that names what was raised, or OTHER."""
    for handler in handlers:
        for token in handler.names:
            named = scope.find(token.name)
            if isinstance(named, UserException):
                if named is raised.declared:
                    return handler
            elif token.name == "OTHER" or (token.name == raised.kind and raised.declared is None):
                return handler
    return None
