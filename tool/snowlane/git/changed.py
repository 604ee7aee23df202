"""Which files a branch adds or changes, as git sees them. Changes nothing."""

from pathlib import Path

from snowlane.errors import ConfigurationError
from snowlane.git.command import Git


def changed_since(root: Path, base: str) -> frozenset[str]:
    """The files below `root`, relative to it, that differ from where HEAD left `base`.

    What is not committed yet counts, new files too; removed files do not. Raises
    ConfigurationError when git is missing, `root` is in no repository, there is no such ref, or no
    common commit.
    """
    git = Git(root)
    inside = git.ask("rev-parse", "--git-dir")
    if not inside.is_ok:
        raise ConfigurationError(
            f"{root} is in no git repository",
            why=inside.err,
            next="leave --base out to check everything",
        )
    common = git.ask("merge-base", _commit(git, base), _commit(git, "HEAD"))
    if not common.is_ok:
        raise ConfigurationError(
            f"HEAD and {base} have no commit in common",
            why="a shallow checkout looks like that",
            next="fetch the history: git fetch --unshallow",
        )
    limits = ("--relative", "--name-only", "--no-ext-diff", "-z", "--diff-filter=d")
    changed = git.run("diff", *limits, common.out, "--", ".")
    added = git.run("ls-files", "--others", "--exclude-standard", "-z")
    return frozenset({*changed.items, *added.items})


def _commit(git: Git, ref: str) -> str:
    found = git.ask("rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    if not found.is_ok:
        raise ConfigurationError(
            f"git knows no commit {ref!r}",
            why=found.err,
            next="fetch it first, or name a branch, tag or commit that `git log` shows",
        )
    return found.out
