"""The facts of HEAD: which commit, which branch, and what of the files is not that commit's."""

from pathlib import Path

from snowlane.errors import ConfigurationError
from snowlane.gates.facts import Checkout
from snowlane.git.branches import remote_of
from snowlane.git.command import Git, failed
from snowlane.git.content import bundle_at

# What a deployment reads; a new file elsewhere changes nothing.
READ = ("alembic.ini", "envs", "migrations")
_NO_REPOSITORY = "not a git repository"
_NOT_OURS = "dubious ownership"


def open_repository(root: Path) -> Git | None:
    """Git in a project's directory, or None when no commit holds the project.

    That is so outside a repository, in one without commits, and where the project is not committed.
    Raises ConfigurationError when git is missing or may not read the repository.
    """
    git = Git(root)
    found = git.ask("rev-parse", "--quiet", "--verify", "HEAD:./alembic.ini")
    if found.is_ok:
        return git
    if _NOT_OURS in found.err:
        raise ConfigurationError(
            "git does not trust the repository of this project",
            why=found.err.splitlines()[0],
            next=f"git config --global --add safe.directory {_named_in(found.err) or root}",
        )
    if found.err and _NO_REPOSITORY not in found.err and not _is_unknown_name(found.err):
        raise failed("rev-parse", found)
    return None


def _named_in(said: str) -> str:
    """The directory that git quotes."""
    quoted = said.splitlines()[0].split("'")
    return quoted[1] if len(quoted) > 1 else ""


def _is_unknown_name(said: str) -> bool:
    """A HEAD without commits, or a path that HEAD does not have, is no failure of git's."""
    return any(each in said for each in ("exists on disk, but not in", "does not exist in"))


def read_checkout(git: Git, branch: str | None = None) -> Checkout:
    """The facts of HEAD; `branch` is the environment's, whose remote counts.

    Raises SnowlaneError when git cannot read its own repository.
    """
    commit = git.run("rev-parse", "--verify", "HEAD^{commit}").out
    on = git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
    return Checkout(
        commit=commit,
        branch=on.out if on.is_ok else None,
        bundle=bundle_at(git, commit),
        changed=changed_files(git),
        is_shallow=git.run("rev-parse", "--is-shallow-repository").out == "true",
        remote=remote_of(git, branch),
    )


def changed_files(git: Git) -> tuple[str, ...]:
    """The files whose content is not that of HEAD: any that git follows, new ones where a deployment reads."""
    followed = git.run(
        "diff", "--relative", "--name-only", "--no-ext-diff", "-z", "HEAD", "--", "."
    )
    new = git.run("ls-files", "--others", "--exclude-standard", "-z", "--", *READ)
    return tuple(sorted({*followed.items, *new.items}))
