"""Merges two commits in git's own store: no file of a checkout and no index is read or written.

git-scm.com/docs/git-merge-tree (--write-tree, from git 2.38 on)
"""

from dataclasses import dataclass
from pathlib import Path

from snowlane.errors import ConfigurationError
from snowlane.git.command import Git, failed
from snowlane.git.identity import identity

_CONFLICTS = 1
_NONE = "0" * 40


@dataclass(frozen=True)
class Merge:
    """The tree of a merge, and the files in conflict; with one of these the tree is of no use."""

    tree: str
    conflicts: tuple[str, ...] = ()


def merge(git: Git, ours: str, theirs: str) -> Merge:
    """What merging `theirs` into `ours` gives.

    Raises ConfigurationError for a git that cannot do it, SnowlaneError for commits without a
    common history.
    """
    answer = git.ask(
        *("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", ours, theirs)
    )
    if answer.code > _CONFLICTS or answer.code < 0:
        if "usage:" in answer.err or "unknown option" in answer.err:
            raise ConfigurationError(
                "this git cannot merge without a working tree",
                why=git.run("--version").out,
                next="install git 2.38 or newer",
            )
        raise failed("merge-tree", answer)
    tree, *conflicts = answer.items
    return Merge(tree, tuple(conflicts))


def commit_merge(git: Git, tree: str, parents: tuple[str, str], message: str) -> str:
    """Make the merge commit, which no branch has yet; gives its id.

    Signed where the repository signs commits. Raises ConfigurationError when git does not know its
    user.
    """
    signs = git.ask("config", "--type=bool", "commit.gpgsign").out == "true"
    arguments = [f"-p{parent}" for parent in parents] + (["-S"] if signs else [])
    made = git.run(
        *("commit-tree", *arguments, "-F", "-", tree),
        given=message.encode(),
        variables=identity(git),
    )
    return made.out


def move_branch(git: Git, branch: str, commit: str, before: str | None, why: str) -> bool:
    """Have a local branch point at a commit, from the one it was at; False when it had moved."""
    moved = git.ask(
        *("update-ref", "-m", why, f"refs/heads/{branch}", commit, before or _NONE),
    )
    if not moved.is_ok and "cannot lock ref" not in moved.err:
        raise failed("update-ref", moved)
    return moved.is_ok


def checked_out_in(git: Git, branch: str) -> Path | None:
    """The working tree that has a branch checked out, this one or another; None when none has."""
    tree: Path | None = None
    for line in git.run("worktree", "list", "--porcelain").out.splitlines():
        key, _, value = line.partition(" ")
        if key == "worktree":
            tree = Path(value)
        elif key == "branch" and value == f"refs/heads/{branch}":
            return tree
    return None
