"""What touches data, changes types or drops something was tried on a clone of the target, as it is now."""

from collections.abc import Iterable
from itertools import pairwise

from snowlane.gates.facts import Rehearsal
from snowlane.gates.registry import REHEARSAL
from snowlane.gates.verdict import Verdict, failed, passed, warned
from snowlane.plan.facts import Applied
from snowlane.plan.model import Plan, Stage, StageKind
from snowlane.sql.tokens import Token, UnreadableSqlError, tokenize

_OWN = (StageKind.SUSPEND, StageKind.RESUME, StageKind.ACCEPT, StageKind.RESTORE)
_DATA = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE")
_CODE = ("EXECUTE", "CALL", "BEGIN", "DECLARE", "WITH")
_TYPES = ("TYPE", "DATA")
# What ALTER TABLE … DROP takes away without taking a column or a row with it.
_LIGHT = ("NOT", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CLUSTERING", "SEARCH")


def judge(
    plan: Plan | None,
    applied: Applied | None,
    rehearsals: Iterable[Rehearsal],
    unknown: str = "",
    options: str = "",
) -> Verdict:
    """Whether the plan needs a rehearsal and had one that holds for it.

    It holds for the same logical statements against the revision that the target is at and the
    objects applied there. `unknown` is why plan and rehearsals cannot be told: that only warns, for
    the deployment asks again. `options` are those that the rehearsal needs. What is half applied
    cannot be copied, and is not kept from its end.
    """
    if plan is None or applied is None:
        return warned(REHEARSAL, f"not known: {unknown}", "run it where the account can be asked")
    if plan.current is None:
        return passed(REHEARSAL, f"not needed: nothing is in {plan.environment} yet")
    reasons = needed_for(plan)
    if not reasons:
        return passed(
            REHEARSAL, "not needed: no data is touched, no type changes, nothing is dropped"
        )
    name = plan.environment
    if applied.is_half_applied:
        found = f"not asked: a deployment to {name} stopped half way, and is gone on with"
        return warned(REHEARSAL, found)
    fitting = [
        each
        for each in rehearsals
        if (each.statements, each.revision, each.objects)
        == (plan.logical_hash, plan.current, applied.objects_hash)
    ]
    newest = max(fitting, key=lambda each: each.at, default=None)
    if newest is not None and newest.is_passed:
        return passed(REHEARSAL, f"these statements were rehearsed against {name} {newest.at}")
    what = (
        "failed when rehearsed"
        if newest is not None
        else "were not rehearsed against it as it is now"
    )
    lines = [f"statements for {name} {what}:", *(f"  {each}" for each in reasons)]
    way_out = f"snowlane rehearse {name}{options}"
    return failed(REHEARSAL, "\n".join(lines), way_out)


def needed_for(plan: Plan) -> tuple[str, ...]:
    """What of a plan asks for a rehearsal, a line each; nothing for a plan that only adds."""
    found: dict[str, None] = {}
    for stage in plan.stages:
        for why in dict.fromkeys(_reasons(stage)):
            found[f"{stage.kind.value} {stage.name} {why}"] = None
    return tuple(found)


def _reasons(stage: Stage) -> Iterable[str]:
    if stage.kind in _OWN:
        return
    for statement in stage.pending:
        try:
            why = _reason(tokenize(statement.text))
        except UnreadableSqlError:
            why = "runs what cannot be read"
        if why:
            yield why


def _reason(tokens: list[Token]) -> str:
    words = [token.raw.upper() if token.is_name else "" for token in tokens]
    first = words[0] if words else ""
    if first in _DATA:
        return "touches data"
    if first in _CODE:
        return "runs code"
    replaces = words[1:3] == ["OR", "REPLACE"]
    if first == "DROP" or (replaces and "TABLE" in words[3:5]):
        return "drops something"
    if first == "ALTER" and words[1:2] == ["TABLE"]:
        # The name may be anything: what is done to the table comes after it.
        pairs = list(pairwise(words))[2:]
        if any(a == "SWAP" or (a == "DROP" and b not in _LIGHT) for a, b in pairs):
            return "drops something"
        if any(a in ("ALTER", "MODIFY") for a in words[3:]) and any(w in _TYPES for w in words[3:]):
            return "changes a type"
    return ""
