"""How far a run of the suite goes: what takes long, `make test` reduces or leaves to a target of its own.

An environment variable that is `whole` asks for all of it.
"""

import os
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Extent:
    """One part of the suite, and the target that runs it whole."""

    variable: str
    target: str

    @property
    def is_whole(self) -> bool:
        """Whether this run takes all of it."""
        return os.environ.get(self.variable) == "whole"

    @property
    def whole_only(self) -> pytest.MarkDecorator:
        """Marks what only the target runs: as a mark, so that nothing is prepared for what is left out."""
        return pytest.mark.skipif(not self.is_whole, reason=f"takes long: {self.target}")


FAULTS = Extent("SNOWLANE_FAULTS", "make faults")
CLONES = Extent("SNOWLANE_CLONES", "make clones")
WORKFLOWS = Extent("SNOWLANE_WORKFLOWS", "make workflows")
