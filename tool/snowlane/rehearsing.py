"""Rehearses a deployment: the pending plan is run on a throw-away copy, looked at, and the copy dropped.

The environment itself is only read, but for the row that says what the rehearsal came to. The copy is
an ad-hoc environment with a short life: what a killed rehearsal leaves, `snowlane env gc` removes.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from snowlane.cloning.clone import Cloned, clone
from snowlane.cloning.sessions import open_cloner
from snowlane.config.environment import Environment
from snowlane.config.project import Project
from snowlane.deploying import deploy
from snowlane.environments.destination import Wanted
from snowlane.environments.foreign import foreign_to
from snowlane.environments.leaks import leaks
from snowlane.errors import (
    ConfigurationError,
    LockedError,
    NotBootstrappedError,
    RefusedError,
    SnowlaneError,
)
from snowlane.gates.content import refuse_content
from snowlane.gates.facts import Rehearsal as Tried
from snowlane.gates.rehearsal import judge
from snowlane.lifecycle import Kept, drop, registered
from snowlane.locating import registries
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan
from snowlane.previewing import planner
from snowlane.rehearsal.checks import Survey, changed_rows, checks
from snowlane.rehearsal.model import Check, Copy, NotNeeded, Ran, Rehearsal
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.copying import stage_formats
from snowlane.snowflake.evidence import read_rehearsals
from snowlane.snowflake.interruption import interruptible, undisturbed
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.rehearsals import ran_of, read_ran, survey, write_down
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.target import Target

Progress = Callable[[str], None]
TTL = timedelta(hours=6)
_LONGEST_NAME = 30


@dataclass(frozen=True)
class Terms:
    """How a rehearsal is held: `like` whose settings the copy has, `keep` that it is not dropped.

    With `if_needed` what the gate does not ask for, or has already, is not rehearsed again.
    """

    to: str = "head"
    like: str | None = None
    keep: bool = False
    if_needed: bool = False
    accept_incomplete: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)


def rehearse(target: Target, terms: Terms, progress: Progress) -> Rehearsal | NotNeeded:
    """Run the pending plan on a copy and write down what it came to.

    Raises ConfigurationError when nothing says what the copy is like, RefusedError when a deployment
    would be refused for its content or the environment is half applied, LockedError when a
    deployment to it is at work, and SnowlaneError when the copy could not be made, or the rehearsal
    was stopped before it came to a result: nothing is written down then.
    """
    with interruptible():
        plan, applied, before = _pending(target, terms)
        name = target.environment.name
        if plan.is_empty:
            return NotNeeded(name, "nothing is pending")
        if plan.current is None:
            return NotNeeded(name, "nothing is in it yet")
        if terms.if_needed and not (gate := judge(plan, applied, before)).stops:
            return NotNeeded(name, gate.found)
        refuse_content(plan, terms.overrides)
        return _Rehearsing(target, terms, plan, applied, progress).run()


def _pending(target: Target, terms: Terms) -> tuple[Plan, Applied, tuple[Tried, ...]]:
    """The plan as `migrate` would make it, what is there, and what was rehearsed before.

    An environment that is not prepared has nothing in it.
    """
    planned = planner(target, to=terms.to, overrides=terms.overrides, parked=True)
    try:
        with target.open() as session:
            applied = read_applied(session, target.environment)
            before = read_rehearsals(session, target.environment) if terms.if_needed else ()
            return planned(applied, session), applied, before
    except NotBootstrappedError:
        return planned(Applied(), None), Applied(), ()


class _Rehearsing:
    """One rehearsal, and what it has found so far."""

    def __init__(
        self, target: Target, terms: Terms, plan: Plan, applied: Applied, progress: Progress
    ) -> None:
        self.target = target
        self.environment: Environment = target.environment
        self.terms = terms
        self.plan = plan
        self.progress = progress
        # A merged tree has no settings or account of its own: the checkout that it comes from has.
        self.project = Project(target.home) if target.home else target.project
        self.began = time.monotonic()
        self.name = f"rehearsal_{self.environment.name[:_LONGEST_NAME]}_{uuid.uuid4().hex[:6]}"
        self.result = Rehearsal(
            environment=self.environment.name,
            current=plan.current,
            target=plan.target,
            bundle=plan.bundle,
            statements=plan.logical_hash,
            objects=applied.objects_hash,
            copy=Copy(self.name, 0),
            overrides=terms.overrides,
        )
        self.checks: tuple[Check, ...] = ()
        self.rows: dict[str, tuple[int, int]] = {}

    def run(self) -> Rehearsal:
        with self._throw_away():
            copied = self._copy()
            seconds = time.monotonic() - self.began
            unlike = copied.findings.left_out
            copy = replace(self.target, environment=copied.environment)
            ran, error = self._try(copy)
            self.result = replace(
                self.result,
                copy=Copy(self.name, seconds, unlike=unlike),
                ran=ran,
                checks=self.checks,
                rows=self.rows,
                error=error,
                seconds=time.monotonic() - self.began,
            )
            with self.target.open() as session:
                write_down(session, self.environment, self.result)
        return self.result

    def _copy(self) -> Cloned:
        name = self.environment.name
        wanted = Wanted(
            source=name,
            name=self.name,
            like=self.terms.like,
            ttl=TTL,
            accept_incomplete=self.terms.accept_incomplete,
        )
        local = self.target.local
        try:
            return clone(self.project, wanted, local=local, progress=self.progress)
        except ConfigurationError as error:
            if self.terms.like is None and "--like" in error.next:
                error.next = _settings_of_copy(self.environment)
            raise
        except LockedError as error:
            error.next = f"wait for it, then run `snowlane rehearse {name}` again"
            raise
        except RefusedError:
            raise
        except SnowlaneError as error:
            if error.was_interrupted:
                raise
            raise SnowlaneError(
                f"{name} could not be copied, so nothing was rehearsed",
                why="\n".join(part for part in (error.what, error.why) if part),
                next=f"correct that, then run `snowlane rehearse {name}` again",
            ) from None

    def _try(self, copy: Target) -> tuple[tuple[Ran, ...], str]:
        """Run the plan on the copy: what ran, and what stopped it."""
        planned = self.plan

        def same(plan: Plan) -> None:
            nonlocal planned
            planned = plan
            if (plan.logical_hash, plan.current) != (self.plan.logical_hash, self.plan.current):
                raise self._changed()

        @contextmanager
        def during(session: Session, lock: Lock, plan: Plan) -> Iterator[None]:
            before = survey(session, lock, plan)
            yield
            self.progress("looking at what the plan left")
            self._judge(copy, plan, before, survey(session, lock, plan))

        error = ""
        try:
            _, deployed = deploy(
                copy,
                to=self.terms.to,
                progress=self.progress,
                confirm=same,
                overrides=self.terms.overrides,
                during=during,
            )
            if deployed is None:
                raise self._changed()
        except RefusedError:
            raise
        except SnowlaneError as problem:
            if problem.was_interrupted:
                raise
            error = "\n".join(part for part in (problem.what, problem.why) if part)
        try:
            with copy.open() as session:
                ran = read_ran(session, copy.environment, planned)
        except SnowlaneError:
            ran = ran_of(planned, {})
        if error and not any(each.error for each in ran):
            # No statement said no: this tells nothing of the plan.
            name = self.environment.name
            raise SnowlaneError(
                f"the rehearsal of {name} stopped", why=error, next=f"run it again: {_again(name)}"
            )
        return ran, error

    def _judge(self, copy: Target, plan: Plan, before: Survey, after: Survey) -> None:
        environment = copy.environment
        others = self.project.environments()
        foreign = foreign_to(environment, [*others, self.environment])
        with open_cloner(copy) as session:
            contents = read_contents([session], sorted(environment.databases.values()))
            # What another owns came with the copy, and was told then.
            own = {k: v for k, v in contents.items.items() if v.owner in ("", environment.role)}
            contents = replace(contents, items=own)
            formats = stage_formats([session], contents)
        found = leaks(contents, foreign.databases, foreign.urls, formats)
        leaking = [str(each) for each in found if each.certain]
        self.checks = checks(plan, environment.databases, before, after, leaking)
        self.rows = changed_rows(before.look, after.look)

    def _changed(self) -> RefusedError:
        name = self.environment.name
        return RefusedError(
            f"the copy of {name} asks for another plan than {name} did",
            why=f"{name} was changed while it was copied, or the copy lacks something",
            next=f"run it again: {_again(name)}",
        )

    @contextmanager
    def _throw_away(self) -> Iterator[None]:
        """Whatever happens, the copy is dropped, or named; an error says which."""
        try:
            yield
        except KeyboardInterrupt:
            with undisturbed():
                raise self._stopped(SnowlaneError("interrupted"), self._drop()) from None
        except SnowlaneError as error:
            with undisturbed():
                if error.was_interrupted:
                    raise self._stopped(error, self._drop()) from None
                if left := self._drop():
                    error.next = f"{error.next}\nthe copy {self.name} is {left}"
            raise
        except BaseException:
            with undisturbed():
                self._drop()
            raise
        with undisturbed():
            self.result = replace(self.result, copy=replace(self.result.copy, left=self._drop()))

    def _stopped(self, error: SnowlaneError, left: str) -> SnowlaneError:
        name = self.environment.name
        return SnowlaneError(
            f"the rehearsal of {name} was interrupted",
            why=f"{error.why or error.what}\n{name} was not changed; "
            f"the copy {self.name} is {left or 'dropped'}",
            next=f"run it again: {_again(name)}",
        )

    def _drop(self) -> str:
        """Drop the copy; why it is still there, "" where it is gone."""
        by_hand = f"`snowlane env drop {self.name}` drops it, and `snowlane env gc` once it expired"
        if self.terms.keep:
            return f"kept: {by_hand}"
        try:
            kept: Kept = registered(self.project, self.name, local=self.target.local)
        except ConfigurationError as error:
            # It came to no registration, where every registry could be asked: there is nothing of it.
            return f"there, if it came to be: {error.why}; {by_hand}" if self._is_unsure() else ""
        except SnowlaneError as error:
            return f"there, if it came to be: {error.what}; {by_hand}"
        try:
            drop(kept, self.progress)
        except SnowlaneError as error:
            return f"still there ({error.what}): {by_hand}"
        return ""

    def _is_unsure(self) -> bool:
        """Whether a registry that may know the copy gives no answer."""
        try:
            answers = [found for _, found in registries(self.project, local=self.target.local)]
        except SnowlaneError:
            return True
        return any(isinstance(each, SnowlaneError) for each in answers)


def _again(name: str) -> str:
    return f"`snowlane rehearse {name}`"


def _settings_of_copy(environment: Environment) -> str:
    name = environment.name
    return (
        f"give --like ENV, or say it in the file of the environment whose role and warehouse a copy "
        f'of {name} takes, such as envs/qa.toml:\n[clone]\nfrom = "{name}"\nrole = "CLONE_ADMIN"'
    )
