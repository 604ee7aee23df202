"""What is written for users names every command, and leads where it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from snowlane import cli

SOURCE = Path(__file__).parents[2]
README = SOURCE / "README.md"
PAGES = (README, SOURCE / "CHANGELOG.md", *sorted((SOURCE / "docs").glob("*.md")))
LINK = re.compile(r"\]\(([^)#\s]+)")
NOT_PORTABLE = re.compile(
    r"(?:/work|/root|/home|/tmp|/Users)/\w+|--(?:extra-)?index-url|https?://\S*/simple\b"
)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with its full name, groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(("name", "command"), list(commands(cli.root)), ids=lambda each: str(each))
def test_every_command_has_help_and_every_root_command_is_in_the_readme(name, command):
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]}"
    if " " not in name:
        named = rf"snowlane (?:--local )?{re.escape(name)}\b|`{re.escape(name)}\b"
        assert re.search(named, README.read_text(encoding="utf-8")), (
            f"README.md does not name {name}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere_and_no_machine_is_named(page):
    text = page.read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert NOT_PORTABLE.findall(text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_show_exist(page):
    """`$ snowlane …` and `snowlane …` in code begin with a command that there is."""
    known = {name.split()[0] for name, _ in commands(cli.root)}
    shown = re.findall(
        r"(?:\$ |`)snowlane ((?:--?\w[\w-]*(?: json| markdown)? )*)([a-z]\w*)", page.read_text()
    )
    assert {name for _, name in shown} <= known


def test_the_makefile_has_the_targets_that_the_readme_shows():
    targets = set(re.findall(r"^(\w+):", (SOURCE / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:\$ |`)make (?:\w+=\S+ )*(\w+)", README.read_text()))
    assert {"demo", "test", "live"} <= named <= targets
