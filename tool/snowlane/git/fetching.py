"""Asks a remote for branches, so that what is judged is what is there now."""

from snowlane.git.command import Git
from snowlane.git.pushing import Pushed, judged, remote_tips


def fetch_branches(git: Git, remote: str, branches: tuple[str, ...]) -> tuple[str, ...] | Pushed:
    """Bring a remote's branches to their remote-tracking references; which of them it does not have.

    Or why the remote cannot be asked. Local branches, tags and files are left alone.
    """
    tips = remote_tips(git, remote, *(f"refs/heads/{each}" for each in branches))
    if isinstance(tips, Pushed):
        return tips
    there = [each for each in branches if f"refs/heads/{each}" in tips]
    if there:
        wanted = [f"+refs/heads/{each}:refs/remotes/{remote}/{each}" for each in there]
        answer = git.reach(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", remote, *wanted
        )
        if not answer.is_ok:
            return judged(answer)
    return tuple(each for each in branches if each not in there)
