"""What can go wrong, as one family of errors that carry their exit code and the way on.

Knows nothing of the command line: `snowlane.cli` is the one place that prints these and exits.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    PENDING = 4
    LOCKED = 5
    HALF_APPLIED = 6


class SnowlaneError(Exception):
    """What happened, why, and the command or edit that goes on.

    `what` is one short sentence; `why` may have several lines; `next` is an instruction. None of
    them may hold a secret. `was_interrupted` says that somebody stopped it, and nothing went wrong.
    """

    exit_code = ExitCode.FAILED
    was_interrupted = False

    def __init__(self, what: str, *, why: str = "", next: str = "") -> None:  # noqa: A002
        super().__init__(what)
        self.what = what
        self.why = why
        self.next = next


class ConfigurationError(SnowlaneError):
    """An environment file, a project directory, a name or an option is not usable."""

    exit_code = ExitCode.USAGE


class RefusedError(SnowlaneError):
    """A gate, a lint or the content of a revision or object stops the work before anything ran."""

    exit_code = ExitCode.REFUSED


class RanOtherwiseError(RefusedError):
    """What ran of a half-applied revision is not what its file says now."""


class HalfAppliedError(SnowlaneError):
    """At least one statement ran, and then one did not."""

    exit_code = ExitCode.HALF_APPLIED


class LockedError(SnowlaneError):
    """Another deployment holds the environment's lock, or took it over.

    `held_by` is who, "" where nobody was asked.
    """

    exit_code = ExitCode.LOCKED
    held_by = ""


class NotBootstrappedError(SnowlaneError):
    """The environment lacks its databases, its version table, its state schema or its role."""


class SnowflakeError(SnowlaneError):
    """Snowflake, or the way to it, said no.

    `number` is Snowflake's error number (0 when there is none), `sqlstate` its five characters.
    """

    number = 0
    sqlstate = ""

    @classmethod
    def of(cls, number: int, sqlstate: str, what: str, why: str) -> "SnowflakeError":
        """The error for one refusal of Snowflake's."""
        error = cls(what, why=why)
        error.number = number
        error.sqlstate = sqlstate
        return error
