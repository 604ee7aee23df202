"""What is written for users names every command, and leads where it says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from snowlane import cli
from snowlane.config.reading import read_environment
from snowlane.errors import ConfigurationError

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


def options(command: click.Command) -> set[str]:
    """The long options of a command."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    }


def test_every_option_is_named_for_users():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES[:1] + PAGES[2:])
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    for name, command in commands(cli.root):
        assert options(command) <= named, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_that_pages_show_exist(page):
    """Those behind a command that is written out, up to the end of its line or code."""
    known = {name: options(command) for name, command in commands(cli.root)}
    shown = re.findall(
        r"(?<!`)(?:\$ |`)snowlane (?:--local )?([a-z]+(?: [a-z]+)?)([^`\n|#]*)", page.read_text()
    )
    for words, rest in shown:
        name = words if words in known else words.split()[0]
        found = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest))
        assert found <= known[name] | options(cli.root), f"snowlane {words}{rest}"


def test_the_page_on_projects_shows_files_that_are_usable_and_every_key(tmp_path):
    page = (SOURCE / "docs" / "your-own-project.md").read_text(encoding="utf-8")
    files = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(files) == 3
    for number, text in enumerate(files):
        path = tmp_path / f"e{number}.toml"
        path.write_text(text)
        read_environment(path, path.name)
    whole = tomllib.loads(files[-1])
    assert set(whole) == known_keys(tmp_path, 'unknown = ""\n')
    for table in ("snowflake", "clone", "window", "drift", "state"):
        assert set(whole[table]) == known_keys(
            tmp_path,
            f'[databases]\nRAW = "R"\n[{table}]\nunknown = ""\n'
            + ("" if table == "snowflake" else '[snowflake]\nrole = "R"\nwarehouse = "W"\n'),
        )


def known_keys(directory: Path, text: str) -> set[str]:
    """The keys that the refusal of an unknown one names."""
    path = directory / "refused.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="unknown") as refused:
        read_environment(path, path.name)
    return set(refused.value.next.partition("known here: ")[2].split(", "))


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
