"""Leaves the tag that says a bundle was deployed to an environment, and pushes it where that is asked.

A deployment is over when this begins: nothing that goes wrong here is a failure of it.
"""

from dataclasses import dataclass

from snowlane.config.environment import Environment
from snowlane.errors import SnowlaneError
from snowlane.gates.facts import SHORT
from snowlane.git.tags import make_tag, push_tag, tag_name
from snowlane.guarding import Ground
from snowlane.plan.model import Plan


@dataclass(frozen=True)
class Tagged:
    """The tag, "" for none; whether the remote has it now; and what somebody must know of it."""

    name: str = ""
    is_pushed: bool = False
    problem: str = ""


def leave_tag(
    environment: Environment, ground: Ground, plan: Plan, deployment: str | None, *, push: bool
) -> Tagged:
    """Tag the commit that a plan was made from, when all of its bundle is deployed.

    The tag's text names revision, bundle and deployment. It may be repeated: a tag that is there
    stays as it is, and is pushed again.
    """
    git, checkout = ground.git, ground.checkout
    if not plan.is_whole or plan.target is None or git is None or checkout is None:
        return Tagged()
    if environment.is_ad_hoc:
        # Nothing is promoted from a copy that goes away again.
        return Tagged()
    name = tag_name(environment.name, plan.bundle)
    if checkout.changed or checkout.bundle != plan.bundle:
        what = f"what was deployed is not all in commit {checkout.commit[:SHORT]}, so it has no tag"
        # Where engineers try things nobody waits for the tag.
        return Tagged(problem=what if push else "")
    lines = [f"{environment.name} is at {plan.target}", ""]
    lines += [f"revision: {plan.target}", f"bundle: {plan.bundle}"]
    lines += [f"deployment: {deployment}"] if deployment else []
    try:
        make_tag(git, name, checkout.commit, "\n".join(lines) + "\n")
        if not push:
            return Tagged(name)
        if checkout.remote is None:
            return Tagged(name, problem=f"{name} was not pushed: the repository has no remote")
        pushed = push_tag(git, checkout.remote, name)
    except SnowlaneError as error:
        why = error.why.splitlines()[0] if error.why else error.what
        return Tagged(problem=f"{name} was not made: {error.what}: {why}")
    if pushed.is_done:
        return Tagged(name, is_pushed=True)
    lines = [
        f"{environment.name} is deployed, but the tag that says so was not pushed to "
        f"{checkout.remote}: {pushed.outcome.value}",
        *pushed.why.splitlines(),
        f"to go on: git push {checkout.remote} {name}, or the same command again",
    ]
    return Tagged(name, problem="\n".join(lines))
