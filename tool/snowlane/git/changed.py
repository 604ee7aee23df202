"""Which files a branch adds or changes, as git sees them. Changes nothing."""

from pathlib import Path

import git
from git.exc import BadName, GitCommandError, InvalidGitRepositoryError, NoSuchPathError

from snowlane.errors import ConfigurationError


def changed_since(root: Path, base: str) -> frozenset[str]:
    """The files below `root`, relative to it, that differ from where HEAD left `base`.

    What is not committed yet counts, new files too; removed files do not. Raises
    ConfigurationError when `root` is in no repository, there is no such ref, or no common commit.
    """
    try:
        repository = git.Repo(root, search_parent_directories=True)
        common = repository.merge_base(repository.commit(base), repository.head.commit)
    except (InvalidGitRepositoryError, NoSuchPathError):
        raise ConfigurationError(
            f"{root} is in no git repository", next="leave --base out to check everything"
        ) from None
    except (BadName, ValueError, IndexError, GitCommandError) as error:
        raise ConfigurationError(
            f"git knows no commit {base!r}",
            why=str(error).splitlines()[0] if str(error) else "",
            next="fetch it first, or name a branch, tag or commit that `git log` shows",
        ) from None
    if not common:
        raise ConfigurationError(
            f"HEAD and {base} have no commit in common",
            why="a shallow checkout looks like that",
            next="fetch the history: git fetch --unshallow",
        )
    here = git.Git(str(root))
    try:
        changed = here.diff("--relative", "--name-only", "-z", "--diff-filter=d", common[0].hexsha)
        added = here.ls_files("--others", "--exclude-standard", "-z")
    except GitCommandError as error:
        raise ConfigurationError("git cannot compare the files", why=str(error)) from None
    return frozenset(name for name in f"{changed}\0{added}".split("\0") if name)
