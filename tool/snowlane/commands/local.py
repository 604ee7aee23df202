"""`snowlane local`: the embedded account that stands in for Snowflake."""

from pathlib import Path
from typing import Any

import click

from snowlane.invocation import Invocation, global_options

_SHOWN = ("account", "host", "port", "protocol", "user", "password")


@click.group()
@global_options
def command() -> None:
    """Start, stop and inspect the local account."""


def _directory(invocation: Invocation) -> Path:
    # With the folder given by the variable no project is needed.
    import os

    from snowlane.snowflake.signin import LOCAL_DIRECTORY_VARIABLE, local_directory

    if os.environ.get(LOCAL_DIRECTORY_VARIABLE):
        return local_directory(invocation.directory)
    return local_directory(invocation.project().root)


def _address(server: dict[str, Any]) -> str:
    return f"{server['protocol']}://{server['host']}:{server['port']}"


@command.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port (a free one).")
@global_options
@click.pass_obj
def start(invocation: Invocation, port: int) -> None:
    """Start the account in the background; its state is kept in a folder."""
    from snowlane import local_process

    directory = _directory(invocation)
    server = local_process.start(directory, port)
    data = {"running": True, "directory": str(directory), "pid": server["pid"]}
    invocation.result(
        {**data, "port": server["port"]},
        f"The local account serves {directory} at {_address(server)} (process {server['pid']}).",
    )


@command.command()
@global_options
@click.pass_obj
def stop(invocation: Invocation) -> None:
    """End the account; its state stays."""
    from snowlane import local_process

    directory = _directory(invocation)
    server = local_process.stop(directory)
    invocation.result(
        {"running": False, "directory": str(directory), "pid": server["pid"]},
        f"The local account of {directory} has ended (process {server['pid']}).",
    )


@command.command()
@global_options
@click.pass_obj
def status(invocation: Invocation) -> None:
    """Say whether it runs and, with --format json, all that a client needs to connect."""
    from snowlane import local_process

    directory = _directory(invocation)
    server = local_process.status(directory)
    if server is None:
        data: dict[str, Any] = {"running": False, "directory": str(directory)}
        invocation.result(data, f"No local account is running in {directory}.")
        return
    data = {"running": True, "directory": str(directory), "pid": server["pid"]}
    data |= {key: server[key] for key in _SHOWN}
    text = (
        f"The local account serves {directory} at {_address(server)} (process {server['pid']}),\n"
        f"account {server['account']}, user {server['user']}; "
        "`snowlane local status --format json` also prints the password."
    )
    invocation.result(data, text)


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options
@click.pass_obj
def reset(invocation: Invocation, yes: bool) -> None:
    """Remove the account's state, all of its databases included."""
    from snowlane import local_process

    directory = _directory(invocation)
    if not yes:
        click.confirm(f"Remove everything in {directory}?", abort=True, err=True)
    removed = local_process.reset(directory)
    text = f"Removed {directory}." if removed else f"There was nothing in {directory}."
    invocation.result({"removed": removed, "directory": str(directory)}, text)
