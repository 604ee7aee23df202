"""Gathers the facts of a promotion from the merged tree and the accounts, and has the gates judge them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from snowlane.checking import gather_facts
from snowlane.errors import NotBootstrappedError, SnowlaneError
from snowlane.gates import (
    branch,
    clean_tree,
    confirmation,
    lint,
    lock,
    rehearsal,
    same_bundle,
    single_head,
    tombstone,
    window,
)
from snowlane.gates.facts import BranchTip, Checkout, Descent, Rehearsal, Source
from snowlane.gates.verdict import Verdict, with_overrides
from snowlane.git.branches import descent_of
from snowlane.git.checkout import changed_files
from snowlane.guarding import Ground, source_of
from snowlane.lint.engine import lint as lint_facts
from snowlane.lint.finding import Finding
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.plan.refreshing import refuse_refreshing
from snowlane.planning import plan_deployment
from snowlane.promotion.model import Merged
from snowlane.promotion.route import Route
from snowlane.repository import Repository, read_repository
from snowlane.snowflake.evidence import read_rehearsals
from snowlane.snowflake.restore_facts import server_time
from snowlane.snowflake.standing import read_standings
from snowlane.snowflake.state import read_applied
from snowlane.status.model import Lock
from snowlane.target import Target


@dataclass(frozen=True)
class Asked:
    """What the target's account says; `unknown` is why it could not be asked."""

    plan: Plan | None = None
    applied: Applied | None = None
    lock: Lock | None = None
    rehearsals: tuple[Rehearsal, ...] = ()
    source: Source | None = None
    now: datetime | None = None
    unknown: str = ""


def appraise(
    route: Route,
    merged: Merged,
    target: Target,
    overrides: Mapping[str, str],
    *,
    is_confirmed: bool,
    can_ask: bool,
) -> tuple[Verdict, ...]:
    """What each gate says of carrying the source to the target; `target` is of the merged tree.

    Raises ConfigurationError where the environment's file in that tree is not usable.
    """
    environment = target.environment
    ground = ground_of_merge(route, merged, route.target.tip)
    repository, problem = None, None
    try:
        repository = read_repository(target.project, environment)
    except SnowlaneError as error:
        problem = error
    asked = _ask(target, ground, merged, repository)
    head = repository.history.head if repository else None
    source = asked.source or source_of(target, ground, merged.bundle, head, None)
    now = asked.now or datetime.now(UTC).replace(tzinfo=None)
    verdicts = [
        clean_tree.judge_promotion(
            route.source.tip, route.source.shown_as, len(changed_files(route.git))
        ),
        _branch(route, merged, asked.applied),
        same_bundle.judge(merged.bundle, source, merged.hotfixes),
        single_head.judge(head, problem),
        *_tombstones(asked.plan),
        lint.judge(_findings(route, merged, target, asked)),
        rehearsal.judge(
            asked.plan,
            asked.applied,
            asked.rehearsals,
            asked.unknown or (problem.what if problem else ""),
            f" --from {route.source.environment}",
        ),
        window.judge(environment, now),
        lock.judge(environment.name, asked.lock, asked.unknown),
        confirmation.judge(
            environment.name,
            is_protected=environment.protected,
            is_given=is_confirmed,
            can_ask=can_ask,
        ),
    ]
    return with_overrides(verdicts, overrides)


def ground_of_merge(route: Route, merged: Merged, commit: str) -> Ground:
    """What a deployment of the merged tree is made from, once it is a commit."""
    checkout = Checkout(commit, route.target.branch, merged.bundle, remote=route.remote)
    return Ground(route.git, checkout)


def _ask(target: Target, ground: Ground, merged: Merged, repository: Repository | None) -> Asked:
    environment = target.environment
    head = repository.history.head if repository else None
    try:
        with target.open() as session:
            source = source_of(target, ground, merged.bundle, head, session)
            applied = read_applied(session, environment)
            refuse_refreshing(environment, applied.unfinished)
            [standing] = read_standings(session, [environment])
            plan = None
            if repository is not None:
                plan = plan_deployment(
                    repository, environment, applied, session=session, is_judged=True
                )
            return Asked(
                plan,
                applied,
                standing.lock,
                read_rehearsals(session, environment),
                source,
                server_time(session),
            )
    except NotBootstrappedError:
        # Nothing was deployed to it yet: the plan is all there is.
        plan = None
        if repository is not None:
            plan = plan_deployment(repository, environment, Applied(), session=None, is_judged=True)
        return Asked(plan, Applied())
    except SnowlaneError as error:
        lines = [error.what, *error.why.splitlines()[:1]]
        return Asked(unknown=": ".join(line for line in lines if line))


def _branch(route: Route, merged: Merged, applied: Applied | None) -> Verdict:
    source, target = route.source, route.target
    last = applied.last_done if applied else None
    descent: Descent | None = None
    if last is not None and last.commit:
        seen = [descent_of(route.git, each.tip, last.commit) for each in (target, source)]
        descent = next((each for each in seen if each.is_contained), seen[0])
    return branch.judge_promotion(
        BranchTip(source.branch, source.shown_as, source.tip, True, merged.behind),
        BranchTip(target.branch, target.shown_as, target.tip, True),
        merged.hotfixes,
        descent,
    )


def _tombstones(plan: Plan | None) -> list[Verdict]:
    """About files that went away, where the account tells that they were applied."""
    return [tombstone.judge(plan)] if plan is not None and plan.missing_tombstones else []


def _findings(route: Route, merged: Merged, target: Target, asked: Asked) -> tuple[Finding, ...]:
    """About what would be deployed; where the account does not tell, about what the merge changes."""
    if asked.plan is not None:
        return asked.plan.findings
    changed = route.git.run(
        *("diff", "--relative", "--name-only", "-z", "--no-ext-diff", "--diff-filter=d"),
        *(route.target.tip, merged.tree, "--", "migrations"),
    ).items
    # What keeps the revisions from being read is what the gate of the single head tells.
    with suppress(SnowlaneError):
        return lint_facts(gather_facts(target.project, changed))
    return ()
