"""Promotes one environment to the next: the commands come in here.

Gates first, all of them; then the merge, the push and, where that is asked, the deployment.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from snowlane.config.project import Project
from snowlane.deploying import Progress, deploy
from snowlane.errors import ConfigurationError, LockedError, SnowlaneError
from snowlane.gates import lock
from snowlane.gates.facts import SHORT
from snowlane.gates.verdict import refuse_failed
from snowlane.git.content import export
from snowlane.plan.model import Plan
from snowlane.promotion.appraisal import appraise, ground_of_merge
from snowlane.promotion.carrying import carry, check_local_branch, merge_ends
from snowlane.promotion.model import Merged, Promotion
from snowlane.promotion.route import Route, find_route
from snowlane.tagging import leave_tag
from snowlane.target import Target


def promote(
    project: Project,
    source: str,
    target: str,
    *,
    local: bool,
    push: bool,
    deploys: bool,
    overrides: Mapping[str, str],
    is_confirmed: bool,
    can_ask: bool,
    progress: Progress,
    heard: Callable[[Promotion], None],
    confirm: Callable[[Promotion], None],
    planned: Callable[[Plan], None],
) -> Promotion:
    """Merge the branch of one environment into that of the next, push and deploy it where asked.

    `heard` is told at each step how far it has come, first what all gates say; `confirm` may raise
    before anything is made; `planned` hears what a deployment will do. No file of the checkout and
    no index is touched. Raises ConfigurationError, RefusedError and LockedError before anything was
    made, SnowlaneError when a push was not taken, and what a deployment raises.
    """
    route = find_route(project, source, target, push=push)
    if route.stale:
        progress(f"Warning: {route.stale}")
    if deploys and route.remote is not None and not push:
        raise ConfigurationError(
            "--deploy needs --push",
            why=f"what is deployed must be on {route.remote}, where others build on it",
            next="give both",
        )
    merged = merge_ends(route)
    promotion = Promotion(
        route.source,
        route.target,
        merged,
        overrides=overrides,
        remote=route.remote,
        notes=(route.stale,) if route.stale else (),
    )
    if merged.is_contained and not deploys:
        return replace(promotion, commit=route.target.tip)
    check_local_branch(route, push=push)
    with _exported(project, route, merged, local=local) as at:
        verdicts = appraise(
            route, merged, at, overrides, is_confirmed=is_confirmed, can_ask=can_ask
        )
        promotion = replace(promotion, verdicts=verdicts)
        heard(promotion)
        _refuse(promotion)
        if at.environment.protected and not is_confirmed:
            confirm(promotion)
        promotion = carry(route, promotion, push=push)
        heard(promotion)
        where = f"{route.target.branch} is at {promotion.commit[:SHORT]}"
        progress(f"{where}{f' on {route.remote}' if promotion.is_pushed else ''}")
        if deploys:
            promotion = _deploy(route, promotion, at, progress, planned)
    return promotion


@contextmanager
def merged_target(
    project: Project, source: str, target: str, *, local: bool, progress: Progress
) -> Iterator[Target]:
    """The target of a promotion as it would be: its project is the merged tree, in a scratch folder.

    Raises what finding the branches and merging them raises.
    """
    route = find_route(project, source, target, push=False)
    if route.stale:
        progress(f"Warning: {route.stale}")
    with _exported(project, route, merge_ends(route), local=local) as at:
        yield at


@contextmanager
def _exported(project: Project, route: Route, merged: Merged, *, local: bool) -> Iterator[Target]:
    with tempfile.TemporaryDirectory(prefix="snowlane-promote-") as folder:
        tree = Project(export(route.git, merged.tree, Path(folder)), home=project.root)
        environment = tree.environment(route.target.environment)
        yield Target(tree, environment, local, home=project.root)


def _refuse(promotion: Promotion) -> None:
    stopping = [each for each in promotion.verdicts if each.stops]
    if [each.gate for each in stopping] == [lock.GATE]:
        raise LockedError(
            f"another deployment to {promotion.target.environment} is at work",
            why=stopping[0].found,
            next=stopping[0].way_out,
        )
    source, target = promotion.source.environment, promotion.target.environment
    refuse_failed(promotion.verdicts, f"the promotion of {source} to {target}")


def _deploy(
    route: Route,
    promotion: Promotion,
    target: Target,
    progress: Progress,
    planned: Callable[[Plan], None],
) -> Promotion:
    ground = ground_of_merge(route, promotion.merged, promotion.commit)
    name = target.environment.name
    try:
        plan, deployed = deploy(
            target,
            to="head",
            progress=progress,
            confirm=planned,
            overrides=promotion.overrides,
            ground=ground,
        )
    except SnowlaneError as error:
        again = f"snowlane promote {promotion.source.environment} {name}"
        options = " --push --deploy" if promotion.is_pushed else " --deploy"
        error.next = (
            f"{error.next}\nbranch {route.target.branch} is at {promotion.commit} already; "
            f"`{again}{options}` goes on from there"
        )
        raise
    tagged = leave_tag(
        target.environment,
        ground,
        plan,
        deployed.deployment if deployed else None,
        push=promotion.is_pushed,
    )
    return replace(
        promotion,
        is_deployed=True,
        statements_run=deployed.statements_run if deployed else 0,
        notes=(*promotion.notes, *([tagged.problem] if tagged.problem else [])),
    )
