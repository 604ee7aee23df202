"""What the global options say about this run, and where its output goes.

Results go to standard output, progress and diagnostics to standard error.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snowlane.annotations import annotation
from snowlane.redaction import redact
from snowlane.step_summary import add_to_summary, fenced, is_in_actions

if TYPE_CHECKING:
    from snowlane.config.project import Project
    from snowlane.target import Target

FORMATS = ("text", "json", "markdown")
_SECRET_VARIABLES = (
    "SNOWFLAKE_PASSWORD",
    "SNOWFLAKE_TOKEN",
    "SNOWFLAKE_PRIVATE_KEY_FILE_PWD",
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
    "SNOWFLAKE_OAUTH_CLIENT_SECRET",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
)
_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass
class Invocation:
    """The global options; `directory` is where the search for the project begins."""

    directory: Path
    directory_given: bool = False
    local: bool = False
    format: str = "text"
    verbosity: int = 0

    def project(self) -> "Project":
        """The project this run is about. Raises ConfigurationError when there is none."""
        from snowlane.config.project import find_project

        return find_project(self.directory, given=self.directory_given)

    def target(self, environment: str) -> "Target":
        """One environment of the project, by its file or, for an ad-hoc one, by the registry.

        Raises ConfigurationError when it is not usable, RefusedError when its clone is not finished.
        """
        from snowlane.locating import environment_named
        from snowlane.target import Target

        project = self.project()
        found = environment_named(project, environment, local=self.local)
        return Target(project, found, self.local)

    def result(self, data: Mapping[str, Any], text: str, markdown: str | None = None) -> None:
        """Print the result of the command in the format that was asked for."""
        if self.format == "json":
            click.echo(json.dumps(data, indent=2))
        else:
            click.echo(markdown if self.format == "markdown" and markdown is not None else text)
        self.summarize(fenced(text) if markdown is None else markdown)

    def progress(self, line: str) -> None:
        """Tell how far the command has come; where nobody listens any more, the work goes on."""
        try:
            click.echo(line, err=True)
        except OSError:
            # A reader or terminal that has gone must not leave a deployment half-way.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

    def warn(self, text: str) -> None:
        """Tell what needs attention and stops nothing; in GitHub Actions beside the run, too."""
        self.progress(f"Warning: {text}")
        self.annotate("warning", text)

    def annotate(self, severity: str, text: str, title: str = "snowlane") -> None:
        """Put a message that is told elsewhere beside the run, in GitHub Actions only."""
        if is_in_actions():
            # GitHub reads commands from either stream; standard output stays what was asked for.
            self.progress(annotation(severity, redact(text, self.secrets()), title=title))

    def summarize(self, markdown: str) -> None:
        """Add to the step's summary, in GitHub Actions only."""
        if problem := add_to_summary(redact(markdown, self.secrets())):
            self.progress(f"Warning: {problem}")

    def secrets(self) -> list[str]:
        """The values of the environment variables that hold secrets."""
        return [os.environ[name] for name in _SECRET_VARIABLES if os.environ.get(name)]


def _store(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(Invocation), field, value)

    return callback


def _store_directory(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        invocation = context.ensure_object(Invocation)
        invocation.directory, invocation.directory_given = value, True


def global_options(command: _F) -> _F:
    """Add the global options; they may stand before or after the command's name."""
    options = (
        click.option(
            "--project-dir",
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            expose_value=False,
            callback=_store_directory,
            help="The project; else the directory here or above with alembic.ini and envs/.",
        ),
        click.option(
            "--local",
            is_flag=True,
            expose_value=False,
            callback=_store("local"),
            help="Use the local account instead of Snowflake.",
        ),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            expose_value=False,
            callback=_store("format"),
            help="How the result is printed (text).",
        ),
        click.option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            callback=_store("verbosity"),
            help="Say more; twice for tracebacks.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
