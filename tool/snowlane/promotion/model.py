"""A promotion as data: the two branches, what their merge is, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from snowlane.gates.facts import Commit
from snowlane.gates.verdict import Verdict


@dataclass(frozen=True)
class End:
    """The branch of an environment; `shown_as` is how git calls it, `tip` its commit.

    `local` is the tip of the local branch of that name, None where there is none.
    """

    environment: str
    branch: str
    shown_as: str
    tip: str
    local: str | None = None


@dataclass(frozen=True)
class Merged:
    """What carrying one end to the other gives: a tree, and the bundle in it.

    `is_contained`: the target has it all, and no merge is needed. `hotfixes` are commits of the
    target that the source lacks, `behind` those of the local source that the remote has not.
    """

    tree: str
    bundle: str
    is_contained: bool
    hotfixes: tuple[Commit, ...] = ()
    behind: tuple[Commit, ...] = ()


@dataclass(frozen=True)
class Promotion:
    """One promotion, as far as it has come: `commit` is "" before the merge is made.

    `notes` are what a person must know or do afterwards.
    """

    source: End
    target: End
    merged: Merged
    verdicts: tuple[Verdict, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    remote: str | None = None
    commit: str = ""
    is_pushed: bool = False
    is_deployed: bool = False
    statements_run: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether a gate stops it."""
        return any(each.stops for each in self.verdicts)
