"""Gathers the facts that gates judge a deployment by, and has them judged: git, accounts and plan meet here.

Decides nothing; what a fact means `snowlane.gates` says.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from snowlane.config.environment import BranchCheck, Environment
from snowlane.errors import SnowflakeError, SnowlaneError
from snowlane.gates import branch, clean_tree, lint, rehearsal, same_bundle, window
from snowlane.gates.content import judge_content
from snowlane.gates.facts import SHORT, BranchTip, Checkout, Evidence, Source
from snowlane.gates.verdict import Verdict, only_warned, with_overrides
from snowlane.git.branches import branch_seen_from, descent_of
from snowlane.git.checkout import open_repository, read_checkout
from snowlane.git.command import Git
from snowlane.git.pushing import Pushed
from snowlane.git.tags import is_evidence, remote_has_tag, tag_name
from snowlane.plan.facts import Applied
from snowlane.plan.journal import Origin
from snowlane.plan.model import Plan
from snowlane.snowflake.evidence import read_deployed, read_rehearsals
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.session import Session
from snowlane.target import Target

_ACCOUNT = ("account", "host", "port")


@dataclass(frozen=True)
class Ground:
    """What a deployment is made from; without a `checkout` no commit holds the project."""

    git: Git | None = None
    checkout: Checkout | None = None

    @property
    def has_remote(self) -> bool:
        """Whether there is somewhere to push to."""
        return self.checkout is not None and self.checkout.remote is not None

    def origin(self, overrides: Mapping[str, str]) -> Origin:
        """What history keeps of it."""
        if self.checkout is None:
            return Origin(overrides=overrides)
        changed = len(self.checkout.changed)
        files = f"{changed} file{'' if changed == 1 else 's'}"
        note = f"{files} not as in the commit" if changed else ""
        return Origin(self.checkout.commit, self.checkout.branch or "", overrides, note)


def ground_of(target: Target) -> Ground:
    """The commit that a project's files are, as far as git holds them.

    Raises SnowlaneError when git cannot tell and the environment's branch is enforced.
    """
    try:
        git = open_repository(target.project.root)
        if git is None:
            return Ground()
        return Ground(git, read_checkout(git, target.environment.branch))
    except SnowlaneError:
        if is_enforced(target.environment):
            raise
        return Ground()


def is_enforced(environment: Environment) -> bool:
    """Whether a deployment must be of a commit of the environment's branch."""
    return environment.branch is not None and (
        environment.protected or environment.branch_check is BranchCheck.ENFORCE
    )


def judge_deployment(
    target: Target,
    ground: Ground,
    plan: Plan,
    applied: Applied,
    session: Session | None,
    overrides: Mapping[str, str],
) -> tuple[Verdict, ...]:
    """What the gates of an environment say of a plan; one that the environment has not is left out.

    `session` is None while the account is not prepared for the environment. Raises SnowlaneError
    when an account or git gives no answer.
    """
    environment = target.environment
    verdicts = list(_of_the_commit(environment, ground, plan, applied))
    if environment.promotes_from is not None:
        source = source_of(target, ground, plan.bundle, plan.head, session)
        verdicts.append(same_bundle.judge(plan.bundle, source))
    if environment.protected:
        found = read_rehearsals(session, environment) if session else ()
        verdicts.append(rehearsal.judge(plan, applied, found))
    if environment.window is not None and session is not None:
        verdicts.append(window.judge(environment, server_time(session)))
    content = judge_content(plan)
    if verdicts and not plan.findings:
        content.append(lint.judge(()))
    verdicts += content
    return with_overrides(verdicts, overrides)


def _of_the_commit(
    environment: Environment, ground: Ground, plan: Plan, applied: Applied
) -> list[Verdict]:
    """Clean tree and branch, for an environment that names one."""
    enforced = is_enforced(environment)
    if environment.branch is None or (ground.checkout is None and not enforced):
        return []
    tip, descent = BranchTip(environment.branch, environment.branch, None), None
    if ground.git is not None and ground.checkout is not None:
        commit, remote = ground.checkout.commit, ground.checkout.remote
        tip = branch_seen_from(ground.git, environment.branch, remote, commit)
        if applied.last_done is not None and applied.last_done.commit:
            descent = descent_of(ground.git, commit, applied.last_done.commit)
    verdicts = [
        clean_tree.judge(ground.checkout, plan.bundle),
        branch.judge(ground.checkout, tip, descent),
    ]
    return verdicts if enforced else [only_warned(each) for each in verdicts]


def source_of(
    target: Target, ground: Ground, bundle: str, head: str | None, session: Session | None
) -> Source:
    """Whether a bundle was deployed where an environment is promoted from: state tables, then tags.

    `session` is the target's own, None where its account cannot be asked. Raises ConfigurationError
    when the environment that it is promoted from has no file, or one that is not usable.
    """
    assert target.environment.promotes_from is not None
    source = target.beside(target.environment.promotes_from)
    name = source.environment.name
    evidence, present, unknown = _in_state(target, source, bundle, head, session)
    if evidence is None and ground.git is not None:
        tag = tag_name(name, bundle)
        remote = ground.checkout.remote if ground.checkout else None
        if is_evidence(ground.git, tag):
            evidence = Evidence(name, bundle, f"tag {tag}")
        elif remote is not None:
            answer = remote_has_tag(ground.git, remote, tag)
            if isinstance(answer, Pushed):
                unknown.append(f"{remote} could not be asked for its tag: {_first(answer.why)}")
            elif answer:
                evidence = Evidence(name, bundle, f"tag {tag} of {remote}")
    return Source(name, evidence, present, tuple(unknown))


def _in_state(
    target: Target, source: Target, bundle: str, head: str | None, session: Session | None
) -> tuple[Evidence | None, str, list[str]]:
    """By the session there is where that reads it, else by one with the user's own roles."""
    environment = source.environment
    try:
        found = None
        if session is not None and _is_same_account(target, source):
            # The deploy role of one environment need not see the state of another.
            with suppress(SnowflakeError):
                found = read_deployed(session, environment, bundle, head)
        if found is None:
            with source.open_as_user() as own:
                found = read_deployed(own, environment, bundle, head)
    except SnowlaneError as error:
        why = (error.why or error.what).splitlines()[0]
        return None, "", [f"its state tables could not be read: {why}"]
    commit = f", commit {found.present_commit[:SHORT]}" if found.present_commit else ""
    present = f"it has {found.present_bundle[:SHORT]}{commit}" if found.present_bundle else ""
    return found.evidence, present or "nothing was deployed there yet", []


def _is_same_account(target: Target, source: Target) -> bool:
    """Whether both environments are the same account's, which names alone do not tell."""
    here, there = (each.way_in().parameters for each in (target, source))
    return all(here.get(key) == there.get(key) for key in _ACCOUNT)


def _first(text: str) -> str:
    return text.splitlines()[0] if text else "no answer"
