"""What is said of a deployment that stopped: which error it is, what became of the statement, how to go on. Pure."""

from dataclasses import dataclass

from snowlane.errors import HalfAppliedError, LockedError, RefusedError, SnowlaneError
from snowlane.plan.journal import FENCE_MESSAGE, OWN_EXCEPTIONS
from snowlane.plan.model import Stage, StageKind
from snowlane.plan.unfinished import Attempt, Event

INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Stop:
    """Where a deployment stopped, and what was found out afterwards.

    `position` names the statement, `stage` its stage, of whose statements `done_in_stage` took effect.
    `found` is what the journal says of the statement, None when it never began; with `is_known` false
    nobody could tell. `has_run` says that something took effect, `did_a_part` that the statement
    itself did before it failed, `shared` that others travelled in its request.
    """

    environment: str
    position: str
    why: str
    stage: Stage | None
    done_in_stage: int
    found: Attempt | None
    is_known: bool
    has_run: bool
    did_a_part: bool
    shared: bool
    put_back: tuple[str, ...]


def error_of(stop: Stop) -> SnowlaneError:
    """The error to raise.

    HalfAppliedError when something took effect or may have; LockedError when the lock was lost before;
    RefusedError when a check of the plan itself said no before; else SnowlaneError.
    """
    name, found = stop.environment, stop.found
    what, why = f"{name}: {stop.position} failed", _why(stop)
    half = stop.has_run or stop.did_a_part
    if FENCE_MESSAGE in why and found is None:
        what = f"{name}: the deployment lock was lost before {stop.position}"
        why = "another deployment took over, or the lease ran out while this machine was stalled"
        if not half:
            return LockedError(what, why=why, next=f"run `snowlane migrate {name}` again")
    if not half and stop.is_known:
        kind = RefusedError if found is not None and _is_check(found.error) else SnowlaneError
        return kind(what, why=why, next="nothing was changed; correct it and run migrate again")
    return HalfAppliedError(what, why=why, next=_way_on(stop))


def _why(stop: Stop) -> str:
    why, found = stop.why, stop.found
    if found is not None and found.event is Event.DONE:
        why = f"{why}\nthe statement itself took effect, and that is recorded"
    elif found is not None and found.event is Event.FAILED and found.error:
        is_interrupted = why == INTERRUPTED
        why = f"{why}; {found.error}" if is_interrupted else _with_statement(found.error, why)
    elif not stop.is_known:
        why = f"{why}\nwhat became of this statement could not be found out yet"
    if stop.did_a_part:
        why = f"{why}\nit is a block or a call: what it did before it failed is not taken back"
    return why


def _way_on(stop: Stop) -> str:
    name, stage = stop.environment, stop.stage
    again = f"run `snowlane migrate {name}` again"
    if not stop.is_known:
        return (
            f"{again}: it finds out and goes on; where it cannot, it says so and "
            f"`snowlane resolve {name}` settles it"
        )
    is_revision = stage is not None and stage.kind in (StageKind.UPGRADE, StageKind.DOWNGRADE)
    if stage is not None and is_revision and stop.done_in_stage:
        count = stop.done_in_stage
        done = "statement 1" if count == 1 else f"statements 1 to {count}"
        correct = f"correct what comes after in {stage.file}"
        if stop.found is not None and _is_check(stop.found.error):
            correct = f"mend what the check found, or {correct}"
        lines = [
            f"{done} of {stage.name} took effect; {correct}, and {again}: it goes on behind what ran"
        ]
    else:
        file = f"correct {stage.file} and " if stage and stage.file else ""
        lines = [f"{_before(stop)}; {file}{again}"]
    if stop.put_back:
        texts = "; ".join(stop.put_back)
        lines.append(f"that run also puts back what this one suspended: {texts}")
    return "\n".join(lines)


def _before(stop: Stop) -> str:
    """What was written down of that which ran before: a shared request that was cut off wrote nothing."""
    if stop.shared and stop.found is not None and stop.found.was_settled:
        return "what ran of the objects that were sent with it is applied once more, which changes nothing"
    return "everything before it is recorded as done"


def _is_check(error: str) -> bool:
    """Whether a check of the plan itself said no: op.expect, or the gate of a conversion."""
    number = error.partition(" ")[0]
    return number.lstrip("-").isdigit() and int(number) in OWN_EXCEPTIONS


def _with_statement(error: str, why: str) -> str:
    """The journal's exact error in front of the statement that the session named."""
    _, mark, statement = why.partition("\nin: ")
    return f"{error}{mark}{statement}"
