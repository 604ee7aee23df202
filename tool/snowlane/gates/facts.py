"""The facts that gates judge, as adapters gather them."""

from dataclasses import dataclass

SHORT = 12


@dataclass(frozen=True)
class Commit:
    """A commit: its full id and the first line of its message."""

    id: str
    subject: str

    def __str__(self) -> str:
        return f"{self.id[:SHORT]} {self.subject}"


@dataclass(frozen=True)
class Checkout:
    """The commit that a deployment is made from, as the project's repository tells it.

    `branch` is None for a detached HEAD. `changed` are files whose content is not that of the
    commit: any that git follows, and new ones where a deployment reads. `bundle` is that of the
    commit, not of the files. `remote` is None in a repository without one.
    """

    commit: str
    branch: str | None
    bundle: str
    changed: tuple[str, ...] = ()
    is_shallow: bool = False
    remote: str | None = None


@dataclass(frozen=True)
class BranchTip:
    """A branch, seen from a commit.

    `shown_as` is how git calls it (`origin/qa`, or `qa` where there is no remote), `tip` None when
    there is no such branch. `ahead` are commits that lead to the commit and are not on the branch,
    `on_local` whether the local branch of that name has it.
    """

    name: str
    shown_as: str
    tip: str | None
    is_contained: bool = False
    ahead: tuple[Commit, ...] = ()
    on_local: bool = False


@dataclass(frozen=True)
class Descent:
    """The commit that is deployed to an environment, seen from the one to be deployed.

    `lost` are commits that are deployed and would be taken back.
    """

    deployed: str
    is_known: bool
    is_contained: bool = False
    lost: tuple[Commit, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """That a bundle was deployed to an environment: `where` it is written, by whom and when.

    `where` is `state tables` or the name of a tag.
    """

    environment: str
    bundle: str
    where: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Source:
    """The environment that another one is promoted from, as far as it could be asked.

    `evidence` is None where the bundle was not found there; `present` says what is deployed
    instead, `unknown` why the account or the remote could not be asked.
    """

    environment: str
    evidence: Evidence | None
    present: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """A plan tried on a throw-away clone of an environment: a row of REHEARSALS.

    `revision` is where the environment was, `objects` the hash of what was applied there
    (`Applied.objects_hash`), `statements` that of the logical statements (`Plan.logical_hash`), `at`
    the account's time as text.
    """

    bundle: str
    revision: str | None
    objects: str
    statements: str
    is_passed: bool
    at: str
    by: str = ""
