"""Pushes one reference, and says what became of it in terms that callers decide by."""

from dataclasses import dataclass
from enum import Enum

from snowlane.git.command import TIMED_OUT, Answer, Git

_OUTRUN = (
    *("stale info", "fetch first", "non-fast-forward", "already exists", "needs force"),
    *("cannot lock ref", "failed to update ref", "incorrect old value", "reference already exists"),
)
_NO_ACCESS = (
    *("could not read Username", "could not read Password", "Authentication failed"),
    *("Permission denied", "Permission to", "error: 403", "Invalid username or token"),
    *("terminal prompts disabled", "Host key verification failed"),
)


class Outcome(Enum):
    """What became of a push."""

    DONE = "pushed"
    OUTRUN = "somebody else was faster"
    REFUSED = "the remote refused it"
    NO_ACCESS = "the remote takes nothing from this user"
    UNREACHABLE = "the remote could not be reached"


@dataclass(frozen=True)
class Pushed:
    """The outcome of a push, and the remote's own words."""

    outcome: Outcome
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the remote has it now."""
        return self.outcome is Outcome.DONE


def push(git: Git, remote: str, commit: str, reference: str, expected: str = "") -> Pushed:
    """Set a full reference of the remote, from the commit it must be at (`expected`, "" for none).

    Somebody who moved it in between is never overrun.
    """
    lease = f"--force-with-lease={reference}:{expected}"
    refspec = f"{commit}:{reference}"
    answer = git.reach("push", "--porcelain", "--no-follow-tags", lease, remote, refspec)
    if answer.is_ok:
        return Pushed(Outcome.DONE)
    if answer.code == TIMED_OUT and _is_there(git, remote, commit, reference):
        return Pushed(Outcome.DONE)
    return judged(answer)


def remote_tips(git: Git, remote: str, *patterns: str) -> dict[str, str] | Pushed:
    """The references of a remote that patterns match, asked now; or why it cannot be asked."""
    answer = git.reach("ls-remote", remote, *patterns)
    if not answer.is_ok:
        return judged(answer)
    pairs = (line.split("\t") for line in answer.out.splitlines() if "\t" in line)
    return {reference: tip for tip, reference in pairs}


def _is_there(git: Git, remote: str, commit: str, reference: str) -> bool:
    tips = remote_tips(git, remote, reference)
    return isinstance(tips, dict) and tips.get(reference) == commit


def judged(answer: Answer) -> Pushed:
    """What a remote's answer that is not yes comes to."""
    refused = [line[1:].strip() for line in answer.out.splitlines() if line.startswith("!")]
    # Of what the remote's own hooks say only the beginning is of use here.
    said = [line for line in answer.err.splitlines() if line.strip()][:8]
    why = "\n".join([*(line.split("\t")[-1] for line in refused), *said])
    if any(each in line for each in _OUTRUN for line in refused):
        return Pushed(Outcome.OUTRUN, why)
    if any(each in answer.err for each in _NO_ACCESS):
        return Pushed(Outcome.NO_ACCESS, why)
    return Pushed(Outcome.REFUSED if refused else Outcome.UNREACHABLE, why)
