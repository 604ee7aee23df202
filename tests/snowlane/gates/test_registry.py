"""Overrides as the command line takes them."""

import re

import pytest

from snowlane.commands.migrate import command
from snowlane.errors import ConfigurationError
from snowlane.gates.registry import GATES, read_overrides


def test_reasons_are_read_and_kept_whatever_they_hold() -> None:
    overrides = read_overrides(["lint = a=b; c", "edited-revision=a comment only"])
    assert overrides == {"lint": "a=b; c", "edited-revision": "a comment only"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["lnt=why"], "--override lint=WHY"),
        (["lint"], "gives no reason"),
        (["lint= "], "gives no reason"),
        (["=why"], "names no gate"),
        (["lint=a", "lint=b"], "twice"),
    ],
)
def test_what_names_no_gate_or_gives_no_reason_is_refused(written, said) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_overrides(written)
    assert said in f"{raised.value.what} {raised.value.next}"


def test_the_help_names_every_gate() -> None:
    (option,) = [each for each in command.params if each.name == "overridden"]
    named = re.split(r"[ ,.]+", option.help.partition("Gates: ")[2].strip(". "))
    assert sorted(named) == sorted(GATES)
