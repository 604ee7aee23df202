"""The option `--override GATE=WHY` of every command that has gates."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from snowlane.gates.registry import GATES

_F = TypeVar("_F", bound=Callable[..., Any])


def override_option(command: _F) -> _F:
    """Add the option; its parameter is `overridden`, a tuple of texts."""
    option = click.option(
        "--override",
        "overridden",
        multiple=True,
        metavar="GATE=WHY",
        help=f"Pass a gate for a reason, which history keeps. Gates: {', '.join(sorted(GATES))}.",
    )
    return option(command)
