"""Branches and remotes: which remote counts, where a branch stands, what one has and another lacks."""

from snowlane.errors import ConfigurationError
from snowlane.gates.facts import BranchTip, Commit, Descent
from snowlane.git.command import Git

# More commits than these are not listed one by one.
_MOST = 20


def remote_of(git: Git, branch: str | None = None) -> str | None:
    """The remote that a branch is pushed to, or None where there is no remote.

    The branch's own, then `remote.pushDefault`, `origin`, or the only one there is. Raises
    ConfigurationError where several are left.
    """
    remotes = git.run("remote").out.split()
    if not remotes:
        return None
    settings = [f"branch.{branch}.remote"] if branch else []
    for setting in (*settings, "remote.pushDefault"):
        chosen = git.ask("config", "--get", setting).out
        if chosen in remotes:
            return chosen
    if "origin" in remotes:
        return "origin"
    if len(remotes) > 1:
        raise ConfigurationError(
            f"it is not clear which of the remotes {', '.join(remotes)} counts",
            why="none is called origin",
            next=f"choose one: git config remote.pushDefault {remotes[0]}",
        )
    return remotes[0]


def tip_of(git: Git, reference: str) -> str | None:
    """The commit that a full reference names, None when there is none."""
    found = git.ask("rev-parse", "--quiet", "--verify", f"{reference}^{{commit}}")
    return found.out if found.is_ok else None


def branch_seen_from(git: Git, branch: str, remote: str | None, commit: str) -> BranchTip:
    """Where a branch stands, that of the remote where there is one, and whether it has a commit."""
    local = tip_of(git, f"refs/heads/{branch}")
    on_local = local is not None and is_ancestor(git, commit, local)
    shown = f"{remote}/{branch}" if remote else branch
    tip = tip_of(git, f"refs/remotes/{remote}/{branch}") if remote else local
    if tip is None:
        return BranchTip(branch, shown, None, on_local=on_local)
    contained = is_ancestor(git, commit, tip)
    ahead = () if contained else commits_between(git, tip, commit)
    return BranchTip(branch, shown, tip, contained, ahead, on_local)


def descent_of(git: Git, commit: str, deployed: str) -> Descent:
    """Whether a commit holds what is deployed, and what it would take back.

    A merge that brought nothing of its own is held by all that hold what it merged: a promotion's, for
    example, which is deployed here once the environment is made anew from the one promoted to.
    """
    if not is_known(git, deployed):
        return Descent(deployed, is_known=False)
    base = git.ask("merge-base", commit, deployed)
    if base.is_ok and _files_of(git, base.out) == _files_of(git, deployed):
        return Descent(deployed, is_known=True, is_contained=True)
    return Descent(deployed, is_known=True, lost=commits_between(git, commit, deployed))


def _files_of(git: Git, commit: str) -> str:
    return git.run("rev-parse", f"{commit}^{{tree}}").out


def is_known(git: Git, commit: str) -> bool:
    """Whether the repository has a commit, given by its full id."""
    return git.ask("cat-file", "-e", f"{commit}^{{commit}}").is_ok


def is_ancestor(git: Git, earlier: str, later: str) -> bool:
    """Whether one commit is, or leads to, another."""
    return git.ask("merge-base", "--is-ancestor", earlier, later).is_ok


def commits_between(git: Git, has: str, lacks: str) -> tuple[Commit, ...]:
    """The newest commits that lead to `lacks` and not to `has`, merges left out.

    A commit whose change the other side has as another commit is left out too.
    """
    listed = git.run(
        *("log", "--format=%H%x09%s", "-z", "--no-merges", "--cherry-pick", "--right-only"),
        *(f"--max-count={_MOST}", f"{has}...{lacks}", "--"),
    )
    pairs = (each.partition("\t") for each in listed.items)
    return tuple(Commit(commit, subject) for commit, _, subject in pairs)


def count_between(git: Git, has: str, lacks: str) -> int:
    """How many commits lead to `lacks` and not to `has`, merges included."""
    return int(git.run("rev-list", "--count", f"{has}..{lacks}", "--").out)
