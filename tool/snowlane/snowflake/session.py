"""One session with an account, its settings pinned, and its errors as snowlane's own.

The only place that opens connections. Knows nothing of plans.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from snowlane import __version__
from snowlane.config.environment import Environment
from snowlane.errors import ConfigurationError, NotBootstrappedError, SnowflakeError
from snowlane.redaction import redact
from snowlane.snowflake.signin import SignIn
from snowlane.sql.scripting import TITLE

# A column that a table does not have.
INVALID_IDENTIFIER = 904
# 002003 object, 002043 any other thing: does not exist or not authorized.
DOES_NOT_EXIST = frozenset({2003, 2043})
# 003001 insufficient privileges; the others are its forms for grants and ownership.
NOT_AUTHORIZED = frozenset({3001, 3540, 3541})
# 000002: this edition, or this account, does not have the feature.
UNSUPPORTED = 2
# What a sign-in answers when the role does not exist or is not granted to the user.
_ROLE_REFUSED = frozenset({390186, 390189})
_ROLE_MESSAGE = re.compile(r"Role '[^']*' .*does not exist or not authorized")
_LOGIN_SECONDS = 60
# How long a request that gets no answer at all is sent again, and the longest pause between two.
_UNANSWERED_SECONDS = 60
_LONGEST_PAUSE = 16
_SHOWN = 300
REFUSED_BY_SNOWFLAKE = "Snowflake refused the statement"


@dataclass(frozen=True)
class Executed:
    """What one statement came to."""

    query_id: str
    row_count: int
    rows: tuple[tuple[Any, ...], ...]


class Session:
    """A signed-in session. Every statement is one request and commits by itself.

    `requests` counts those it has sent.
    """

    def __init__(self, connection: Any, sign_in: SignIn) -> None:
        self._connection = connection
        self._sign_in = sign_in
        self.requests = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def connection(self) -> Any:
        """The connector's own connection, for Alembic's commands that want one."""
        return self._connection

    @property
    def user(self) -> str:
        """Who is signed in."""
        return str(self._connection.user)

    @property
    def session_id(self) -> str:
        """The account's number for this session."""
        return str(self._connection.session_id)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the sign-in that must not be printed."""
        return self._sign_in.secrets

    def execute(self, text: str, *, tag: str | None = None, shown: str | None = None) -> Executed:
        """Send one statement exactly as it is and wait for its result.

        `tag` is the QUERY_TAG of this statement alone; `shown` is what an error names in place of
        the text. Raises SnowflakeError.
        """
        parameters = {"QUERY_TAG": tag} if tag else None
        self.requests += 1
        with _translated(self._sign_in, shown or text), self._connection.cursor() as cursor:
            # Without parameters the connector leaves percent signs alone.
            cursor.execute(text, _statement_params=parameters)
            rows = tuple(tuple(row) for row in cursor.fetchall()) if cursor.description else ()
            return Executed(str(cursor.sfqid or ""), int(cursor.rowcount or 0), rows)

    def query(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query or SHOW, by column name in lower case. Raises SnowflakeError."""
        self.requests += 1
        with _translated(self._sign_in, text), self._connection.cursor() as cursor:
            cursor.execute(text)
            names = [column.name.lower() for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        """End the session; a session that is gone already is no error."""
        self._connection.close()


def open_session(environment: Environment, sign_in: SignIn, *, role: str | None) -> Session:
    """Sign in and pin what a session depends on.

    `role` None means the user's default role, for administrators. Raises SnowflakeError when
    Snowflake refuses and ConfigurationError when the parameters are not usable.
    """
    # The connector costs 0.7 s to import: only what signs in pays for it.
    import snowflake.connector

    given = sign_in.parameters
    parameters = {
        "login_timeout": _LOGIN_SECONDS,
        "backoff_policy": _Patience().pauses,
        **given,
        "application": "snowlane",
        "autocommit": True,
        "session_parameters": {
            **given.get("session_parameters", {}),
            **_session_parameters(environment),
        },
    }
    if role:
        parameters |= {"role": role, "warehouse": environment.warehouse}
    with _translated(sign_in, environment=environment.name):
        connection = snowflake.connector.connect(**parameters)
    session = Session(connection, sign_in)
    if role:
        session.execute("USE SECONDARY ROLES NONE")
    return session


def refusal(number: int, state: str, why: str, statement: str) -> SnowflakeError:
    """The error for a statement that Snowflake refused; `why` begins with number and SQLSTATE."""
    return SnowflakeError.of(
        number, state, REFUSED_BY_SNOWFLAKE, f"{why}\nin: {_shortened(statement)}"
    )


class _Patience:
    """How long the requests of one connection are sent again when no answer comes at all.

    By itself the connector tries for ever, and its `network_timeout` also ends statements that only
    take long. A connection that was lost once is not waited for a second time. Source of
    `backoff_policy`: docs.snowflake.com/en/developer-guide/python-connector/python-connector-connect
    """

    def __init__(self) -> None:
        self._seconds = _UNANSWERED_SECONDS

    def pauses(self) -> Iterator[int]:
        """The seconds between the attempts of a request. Raises the connector's OperationalError."""
        from snowflake.connector.errors import OperationalError

        pause = 1
        # The connector asks for the first pause before the first attempt, which may be a long one.
        yield pause
        began = time.monotonic()
        while time.monotonic() - began < self._seconds:
            pause = min(2 * pause, _LONGEST_PAUSE)
            yield pause
        self._seconds = 0
        raise OperationalError("the account gives no answer any more; the connection is lost")


def _session_parameters(environment: Environment) -> dict[str, Any]:
    return {
        "QUERY_TAG": f"snowlane/{__version__}:{environment.name}",
        "TIMEZONE": "UTC",
        "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
        "STATEMENT_TIMEOUT_IN_SECONDS": environment.snowflake.statement_timeout,
        "LOCK_TIMEOUT": environment.snowflake.lock_timeout,
    }


@contextmanager
def _translated(sign_in: SignIn, statement: str = "", environment: str = "") -> Iterator[None]:
    """The connector's errors as snowlane's, with the sign-in's secrets taken out.

    Without a statement they are those of the sign-in itself.
    """
    from snowflake.connector import errors

    signing_in = not statement
    try:
        yield
    except errors.Error as error:
        text = redact(str(error.raw_msg or error.msg or error), sign_in.secrets)
        number, state = max(int(error.errno or 0), 0), str(error.sqlstate or "")
        why = f"{number:06d} ({state}): {text}" if number else text
        if signing_in and (number in _ROLE_REFUSED or _ROLE_MESSAGE.search(text)):
            raise NotBootstrappedError(
                f"{sign_in.described} cannot take the environment's role",
                why=why,
                next=f"run `snowlane bootstrap {environment}`, and grant the role to the user",
            ) from None
        if not signing_in:
            raise refusal(number, state, why, statement) from None
        refused = SnowflakeError.of(
            number, state, f"signing in by {sign_in.described} did not work", why
        )
        refused.next = "check the connection's account, host, user and key"
        raise refused from None
    except (ValueError, TypeError, OSError) as error:
        if not signing_in:
            raise
        raise ConfigurationError(
            f"{sign_in.described} is not usable",
            why=redact(f"{type(error).__name__}: {error}", sign_in.secrets),
            next="correct the connection's parameters",
        ) from None


def _shortened(statement: str) -> str:
    """The beginning of a statement on one line, leading comments left out; of a block its title."""
    code = [line for line in statement.splitlines() if not line.lstrip().startswith(("--", "//"))]
    if code and code[0].startswith(TITLE):
        return f"{code[0][:_SHOWN]} …"
    return " ".join(" ".join(code).split())[:_SHOWN]
