"""The first step: all databases of the source at one instant, under its lock, compared with it.

It is done whole or begun again: what a run that stopped in it has copied is dropped.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from snowlane.cloning.run import CloneRun
from snowlane.cloning.sessions import open_cloner
from snowlane.config.environment import Environment
from snowlane.drifting import made_by_revisions
from snowlane.environments.comparison import Unlike, compare
from snowlane.environments.contents import Contents
from snowlane.environments.mending.model import Copy
from snowlane.environments.preflight import Preflight, completions, preflight
from snowlane.environments.sight import made_paths, recorded_paths
from snowlane.environments.steps import Step
from snowlane.errors import (
    ConfigurationError,
    LockedError,
    RefusedError,
    SnowflakeError,
    SnowlaneError,
)
from snowlane.plan.facts import Applied
from snowlane.plan.lease import held_by
from snowlane.repository import read_repository
from snowlane.snowflake.contents import read_contents
from snowlane.snowflake.copying import (
    copy_databases,
    current_role,
    describe_stages,
    drop_copies,
    roles_held,
)
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.requests import lost
from snowlane.snowflake.session import Session
from snowlane.snowflake.state import read_applied
from snowlane.sql.lineage_changes import Path
from snowlane.sql.names import qualified

_STAGE = "clone"
# What a holder of the source's lock says that does nothing but copy it.
_COPYING = "copying it to"
_WAIT_SECONDS = 600
_LOOK_SECONDS = 1
_NO_PAST = 707


def copy_source(run: CloneRun) -> None:
    """Copy all databases and write down what the copy lacks.

    Raises LockedError when a deployment to the source is at work, RefusedError when one stopped half
    way, and SnowlaneError.
    """
    run.begin(Step.DATABASES)
    sessions = run.cloners(len(run.databases))
    with _source_lock(run, sessions) as held:
        applied = read_applied(sessions[0], run.source)
        refuse_half_applied(run.source, applied)
        run.progress(f"reading what {run.source.name} holds")
        source = read_contents(sessions, list(run.databases))
        _refuse_unknown_stages(run, source)
        found = _preflight(run, sessions[0], source, applied)
        drop_copies(sessions[0], run.requests, run.copies, run.row.clone_id)
        with _past_refused(run):
            run.findings.instant = copy_databases(
                sessions,
                run.requests,
                run.databases,
                run.row.clone_id,
                run.row.instant,
                run.progress,
            )
        if not held.execute(f"SELECT 1 {held_by(run.source, held.token)}"):
            raise lost(run.source.name)
        copied = _complete(run, sessions, source, found)
    _compare(run, source, copied, found)
    run.copied = copied
    run.change(step=Step.HAND_OVER.value, instant=run.findings.instant)


@contextmanager
def _source_lock(run: CloneRun, sessions: Sequence[Session]) -> Iterator[Lock]:
    """The source's lock. Another clone of it is waited for, a deployment is not."""
    until = time.monotonic() + _WAIT_SECONDS
    is_told = False
    with ExitStack() as stack:
        while True:
            own = open_cloner(run.target)
            try:
                doing = f"{_COPYING} {run.row.name}"
                lock = stack.enter_context(Lock(run.source, own, sessions[0], doing=doing))
                break
            except LockedError as error:
                if _COPYING not in error.held_by or time.monotonic() > until:
                    again = f"`snowlane env clone {run.row.source} {run.row.name}`"
                    error.next = f"wait for it, then run {again} again"
                    raise
                if not is_told:
                    run.progress(f"waiting for another clone of it: {error.held_by}")
                is_told = True
                time.sleep(_LOOK_SECONDS)
        yield lock


def refuse_half_applied(source: Environment, applied: Applied) -> None:
    """Raise RefusedError when a deployment to the source stopped half way."""
    if applied.is_half_applied:
        raise RefusedError(
            f"{source.name} is half applied, and is not copied so",
            why="a deployment to it stopped half way",
            next=f"finish it first: `snowlane migrate {source.name}`",
        )


def _refuse_unknown_stages(run: CloneRun, source: Contents) -> None:
    """Raise ConfigurationError for the address of a stage that there is not."""
    stages = {run.copy.path(item.path) for item in source.of("STAGE")}
    unknown = [qualified(*path) for path in run.copy.urls if path not in stages]
    if unknown and run.environment.is_ad_hoc:
        raise ConfigurationError(
            f"{run.source.name} has no stage for an address that was given",
            why="\n".join(f"there is no stage to become {name}" for name in sorted(unknown)),
            next="correct --stage; its name has the logical database: RAW.BRONZE.STAGE_POS_DATA",
        )


def _preflight(run: CloneRun, session: Session, source: Contents, applied: Applied) -> Preflight:
    held, manages = roles_held(session, source)
    found = preflight(
        source,
        role=current_role(session),
        owned=held,
        manages_grants=manages,
        recorded=set(recorded_paths(run.source, applied.objects)),
        made=_made(run, applied),
    )
    run.findings.left_out = ()
    run.leave_out(*(f"{name}: {why}" for name, why in found.left_out.items()))
    for line in found.notes:
        run.progress(f"Note: {line}")
    run.findings.notes = found.notes
    return found


def _made(run: CloneRun, applied: Applied) -> dict[Path, str]:
    """What the source's revisions make, where this checkout has them; its past may be otherwise."""
    if run.row.instant is not None:
        return {}
    try:
        repository = read_repository(run.target.project, run.source)
        return made_paths(made_by_revisions(repository, run.source, applied.version))
    except SnowlaneError as error:
        run.progress(f"Note: what the revisions make was not looked for: {error.what}")
        return {}


@contextmanager
def _past_refused(run: CloneRun) -> Iterator[None]:
    try:
        yield
    except SnowflakeError as error:
        if error.number != _NO_PAST:
            raise
        at = run.row.instant
        raise SnowlaneError(
            f"{run.source.name} cannot be copied as it was{f' at {at} UTC' if at else ''}",
            why=error.why,
            next="choose a later time, within the time travel of every table"
            if at
            else "it changes faster than it can be copied: pause its tasks and pipes, or try again",
        ) from None


def _complete(
    run: CloneRun, sessions: Sequence[Session], source: Contents, found: Preflight
) -> Contents:
    """Make from its definition what cloning leaves out; the source's restore points go."""
    described = describe_stages(sessions, [item.path for item in found.internal_stages])
    stages = {run.copy.path(path): options for path, options in described.items()}
    copy = replace(run.copy, stages=stages)
    for text in completions(found, copy):
        run.requests.send(sessions[0], _STAGE, "what is not copied", text)
    for path in source.restore_schemas:
        drop = f"DROP SCHEMA IF EXISTS {qualified(*copy.path(path))}"
        run.requests.send(sessions[0], _STAGE, "restore point", drop)
    return read_contents(sessions, run.copies)


def _compare(run: CloneRun, source: Contents, copied: Contents, found: Preflight) -> None:
    """What is missing is left out; other differences are those of another instant, or wrong."""
    differences = compare(source, copied, Copy(run.databases))
    run.leave_out(
        *(
            f"{each.source}: it was not copied"
            for each in differences
            if each.unlike is Unlike.MISSING and each.source not in found.left_out
        )
    )
    # Of another instant the source may rightly have been otherwise.
    if run.row.instant is None:
        run.leave_out(
            *(
                f"{each.name}: it is not as in the source: {each.why or each.unlike.value}"
                for each in differences
                if each.unlike is not Unlike.MISSING
            )
        )
