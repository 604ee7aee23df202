"""A group of commands whose modules are loaded when they are called; knows no command itself."""

import importlib
import pkgutil
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are the modules of `package`, imported one at a time.

    A module gives its `command`; a package below gives another group.
    """

    def __init__(self, *arguments: Any, package: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the modules, underscores as dashes."""
        found = pkgutil.iter_modules(importlib.import_module(self.package).__path__)
        return sorted(module.name.replace("_", "-") for module in found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of the module, or None when there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, but an unknown command also names all known ones."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{error.message} Known commands: {known}.", ctx) from None
