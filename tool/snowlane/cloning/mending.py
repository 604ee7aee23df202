"""The third step: everything in the copy that refers to its source is re-pointed, in dependency order."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from snowlane.cloning.run import CloneRun, NotMadeError
from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Mended
from snowlane.environments.repair import plan_repair
from snowlane.environments.steps import Step
from snowlane.errors import SnowflakeError
from snowlane.plan.model import Statement
from snowlane.plan.unfinished import Attempt, Event
from snowlane.snowflake.copying import describe_stages
from snowlane.snowflake.parallel import in_parallel
from snowlane.snowflake.session import Session

Failed = list[tuple[Item, str]]
_STAGE = "re-point"
_MADE_ANEW = ("STREAM", "PIPE")


def repoint_copy(run: CloneRun, attempts: Sequence[Attempt]) -> None:
    """Mend wave after wave, in as many sessions as the environment's file says.

    `attempts` are those of earlier runs: what they made anew is not made anew again. Raises
    NotMadeError when something cannot be mended, naming all of it.
    """
    run.begin(Step.REPOINT)
    failed: Failed = []
    cloners, workers = run.cloners(len(run.copies)), run.workers()
    contents = run.own(run.read(cloners))
    paths = [item.path for item in contents.of("STAGE")]
    copy = replace(run.copy, stages=describe_stages(cloners, paths))
    repair = plan_repair(contents, copy)
    run.findings.unresolved = repair.unresolved
    for number, wave in enumerate(repair.waves, start=1):
        run.progress(f"  {number} of {len(repair.waves)}: {_described(wave)}")
        due = [mended for mended in wave if not _is_done(mended, attempts)]
        tables = [mended for mended in due if mended.item.kind == "TABLE"]
        others = [mended for mended in due if mended.item.kind != "TABLE"]
        # Only the role that copies may take a tag or policy of the source's off a table.
        for sessions, some in ((cloners, tables), (workers, others)):
            tasks = [partial(_mend, run, mended, failed) for mended in some]
            in_parallel(sessions, tasks, cancel=run.requests.cancel)
    run.findings.mended = repair.count - len(failed)
    _drop_or_refuse(run, failed)


def _is_done(mended: Mended, attempts: Sequence[Attempt]) -> bool:
    """Whether an earlier run did just this: a stream must not lose what came into it since."""
    digest = Statement(1, mended.request).hash
    return any(
        each.event is Event.DONE
        and (each.entry.stage, each.entry.name) == (_STAGE, str(mended.item))
        and each.entry.hash == digest
        for each in attempts
        if mended.item.kind in _MADE_ANEW
    )


def _mend(run: CloneRun, mended: Mended, failed: Failed, session: Session) -> None:
    try:
        run.requests.send(session, _STAGE, str(mended.item), mended.request)
    except SnowflakeError as error:
        # Without a number nothing was refused: the way to the account broke.
        if not error.number:
            raise
        failed.append((mended.item, error.why))


def _drop_or_refuse(run: CloneRun, failed: Failed) -> None:
    if not failed:
        return
    has_table = any(item.kind == "TABLE" for item, _ in failed)
    if has_table or not run.accept_incomplete:
        raise NotMadeError(
            f"{run.environment.name}: {len(failed)} object(s) could not be re-pointed",
            why="\n".join(
                f"{item}: {why}" for item, why in sorted(failed, key=lambda each: each[0].key)
            ),
            next="correct them in the copy, or in the source and clone anew; with "
            "--accept-incomplete the same command leaves them out of the copy",
        )
    for item, why in reversed(failed):
        text = f"DROP {item.kind} IF EXISTS {item.full_name}"
        run.requests.send(run.session, "leave out", str(item), text)
        run.leave_out(f"{item}: it could not be re-pointed: {why.splitlines()[0]}")


def _described(wave: Sequence[Mended]) -> str:
    counts: dict[str, int] = {}
    for mended in wave:
        kind = mended.item.kind.lower()
        counts[kind] = counts.get(kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
