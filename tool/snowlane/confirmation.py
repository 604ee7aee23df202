"""Asks a person at a terminal to type an environment's name before something is changed for good."""

import sys

import click

from snowlane.errors import RefusedError


def confirm_by_name(name: str, what: str, *, otherwise: str) -> None:
    """Return when the name was typed.

    `what` is why it is asked, `otherwise` how a job without a terminal says yes. Raises
    RefusedError when there is no terminal, or something else was typed.
    """
    if not sys.stdin.isatty():
        raise RefusedError(what, why="there is no terminal to ask on", next=otherwise)
    if click.prompt(f"Type {name} to go on", err=True) != name:
        raise RefusedError(f"{name} was not confirmed", next="nothing was done; run it again")
