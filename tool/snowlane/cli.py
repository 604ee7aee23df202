"""The root command: global options, commands loaded when they are called, errors as exit codes.

The one place that turns an error into text and an exit code.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from snowlane import __version__
from snowlane.errors import ConfigurationError, ExitCode, SnowlaneError
from snowlane.invocation import Invocation, global_options
from snowlane.lazy_group import LazyGroup
from snowlane.redaction import redact
from snowlane.step_summary import fenced

_TRACEBACK_VERBOSITY = 2


@click.group(
    cls=LazyGroup,
    package="snowlane.commands",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@global_options
@click.version_option(__version__, prog_name="snowlane")
def root() -> None:
    """Carry a Snowflake platform's schema from dev to qa to prod."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with one of the codes of `snowlane.errors.ExitCode`."""
    for stream in (sys.stdout, sys.stderr):
        # Whatever the locale, what is printed is UTF-8, byte for byte: SQL is piped into files.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    invocation = Invocation(directory=Path())
    sys.exit(_run(arguments, invocation))


def _run(arguments: Sequence[str] | None, invocation: Invocation) -> int:
    try:
        outcome: Any = root.main(
            arguments, prog_name="snowlane", standalone_mode=False, obj=invocation
        )
        return int(outcome) if isinstance(outcome, int) else ExitCode.DONE
    except click.ClickException as error:
        error.show()
        invocation.annotate("error", error.format_message())
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        invocation.progress("Interrupted; nothing more was done.")
        return ExitCode.FAILED
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody to tell.
        sys.stderr.close()
        return ExitCode.FAILED
    except SnowlaneError as error:
        _show(error, invocation)
        return error.exit_code
    except Exception as error:
        told = _as_told(error)
        _show(told, invocation, error)
        return told.exit_code


def _as_told(error: Exception) -> SnowlaneError:
    """An error that no command expected: of a file or folder, or of the program."""
    if _is_of_home(error):
        return ConfigurationError(
            "the home directory of this user cannot be used",
            why=f"Snowflake's connector looks for its configuration there: {error}",
            next="set HOME to a directory that this user may read and write",
        )
    if isinstance(error, OSError) and error.filename and error.strerror:
        return SnowlaneError(
            f"{error.filename} cannot be used",
            why=error.strerror,
            next="make it usable for this user, and run the command again",
        )
    if isinstance(error, OSError) and error.strerror:
        return SnowlaneError(
            "something could not be read or written",
            why=error.strerror,
            next="look where the output goes and what the machine has left, and run it again",
        )
    return SnowlaneError(
        f"an unexpected error stopped the command: {type(error).__name__}: {error}",
        next="run it again with -vv for the traceback, and report that",
    )


def _is_of_home(error: Exception) -> bool:
    """Whether there is no home directory, as for a user without an entry, or it is another one's."""
    if isinstance(error, PermissionError) and error.filename:
        return Path(str(error.filename)).name == ".snowflake"
    return isinstance(error, RuntimeError) and "home directory" in str(error)


def _show(error: SnowlaneError, invocation: Invocation, cause: Exception | None = None) -> None:
    lines = [f"Error: {error.what}"]
    lines += [f"  {line}" for line in error.why.splitlines()]
    lines += [f"To go on: {line}" for line in error.next.splitlines()[:1]]
    lines += [f"  {line}" for line in error.next.splitlines()[1:]]
    if invocation.verbosity >= _TRACEBACK_VERBOSITY:
        # Only a traceback needs this module, and few runs print one.
        import traceback

        lines += traceback.format_exception(cause or error)
    shown = redact("\n".join(lines), invocation.secrets())
    invocation.progress(shown)
    invocation.annotate("error", shown.removeprefix("Error: "))
    invocation.summarize(f"### {shown.splitlines()[0]}\n\n{fenced(shown)}")
