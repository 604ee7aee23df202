"""The annotated tag that says a bundle was deployed to an environment, for those who cannot ask its account."""

from snowlane.git.command import Git, failed
from snowlane.git.identity import identity
from snowlane.git.pushing import Outcome, Pushed, push, remote_tips

_PREFIX = "refs/tags/"


def tag_name(environment: str, bundle: str) -> str:
    """The tag of a bundle that was deployed to an environment."""
    return f"snowlane/{environment}/{bundle}"


def has_tag(git: Git, name: str) -> bool:
    """Whether the repository has the tag."""
    return git.ask("rev-parse", "--quiet", "--verify", f"{_PREFIX}{name}").is_ok


def is_evidence(git: Git, name: str) -> bool:
    """Whether the repository has the tag as a deployment makes it: annotated, and not a mere name."""
    return git.ask("cat-file", "-t", f"{_PREFIX}{name}").out == "tag"


def remote_has_tag(git: Git, remote: str, name: str) -> bool | Pushed:
    """Whether the remote has the tag now, annotated; or why it cannot be asked."""
    # What an annotated tag stands for is listed besides it.
    peeled = f"{_PREFIX}{name}^{{}}"
    tips = remote_tips(git, remote, peeled)
    return tips if isinstance(tips, Pushed) else peeled in tips


def make_tag(git: Git, name: str, commit: str, message: str) -> bool:
    """Tag a commit unless the tag is there; whether it was made now.

    Raises SnowlaneError when git refuses, and ConfigurationError when it does not know its user.
    """
    if has_tag(git, name):
        return False
    made = git.ask(
        *("tag", "--annotate", "--file=-", "--cleanup=verbatim", "--", name, commit),
        given=message.encode(),
        variables=identity(git),
    )
    # Two deployments of one checkout may come to it at once.
    if not made.is_ok and not has_tag(git, name):
        raise failed("tag", made)
    return made.is_ok


def push_tag(git: Git, remote: str, name: str) -> Pushed:
    """Push the tag; one that the remote has already is as good, whoever pushed it."""
    tagged = git.run("rev-parse", "--verify", f"{_PREFIX}{name}").out
    pushed = push(git, remote, tagged, f"{_PREFIX}{name}")
    if pushed.outcome is Outcome.OUTRUN and remote_has_tag(git, remote, name) is True:
        return Pushed(Outcome.DONE)
    return pushed
