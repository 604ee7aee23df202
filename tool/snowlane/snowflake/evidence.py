"""Reads what gates want to know of other environments: whether a bundle was deployed, what was rehearsed."""

import json
from dataclasses import dataclass
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError
from snowlane.gates.facts import Evidence, Rehearsal
from snowlane.plan.state_tables import DEPLOYMENTS_TABLE, REHEARSALS_TABLE, state_table
from snowlane.snowflake.session import DOES_NOT_EXIST, INVALID_IDENTIFIER, Session
from snowlane.sql.names import literal

STATE_TABLES = "state tables"
_RECENT = 50


@dataclass(frozen=True)
class Deployed:
    """What an environment's state tables say of a bundle, and the bundle and commit deployed last."""

    evidence: Evidence | None
    present_bundle: str = ""
    present_commit: str = ""


def read_deployed(
    session: Session, environment: Environment, bundle: str, head: str | None
) -> Deployed:
    """Whether a bundle, whose newest revision is `head`, was deployed to an environment as a whole.

    Raises SnowflakeError, also when the session may not read the environment's state.
    """
    table = state_table(environment, DEPLOYMENTS_TABLE)
    # Whole rows, because an earlier release made the table with fewer columns.
    row = "TO_JSON(OBJECT_CONSTRUCT(*))"
    newest = "QUALIFY ROW_NUMBER() OVER (ORDER BY NUMBER DESC) <="
    done = f"FROM {table} WHERE OUTCOME = 'done'"
    rows = session.execute(
        f"SELECT 'last', {row} {done} {newest} 1 UNION ALL "
        f"SELECT 'same', {row} {done} AND BUNDLE = {literal(bundle)} {newest} {_RECENT}"
    ).rows
    found = [(kind, json.loads(each)) for kind, each in rows]
    last: dict[str, Any] = next((each for kind, each in found if kind == "last"), {})
    same = [each for kind, each in found if kind == "same" and _is_whole(each, head)]
    evidence = None
    if same:
        best = max(same, key=lambda each: int(each["NUMBER"]))
        at = str(best.get("FINISHED_AT", "")).partition(".")[0]
        by = str(best.get("DEPLOYED_BY", ""))
        evidence = Evidence(environment.name, bundle, STATE_TABLES, by, f"{at} UTC" if at else "")
    return Deployed(evidence, last.get("BUNDLE", ""), last.get("COMMIT_ID", ""))


def _is_whole(row: dict[str, Any], head: str | None) -> bool:
    """A deployment that ended early, or left objects out, was none of the bundle."""
    said = row.get("IS_WHOLE")
    return bool(said) if said is not None else row.get("TO_REVISION") == head


def read_rehearsals(session: Session, environment: Environment) -> tuple[Rehearsal, ...]:
    """The last rehearsals against an environment; none where an earlier release made the tables."""
    try:
        rows = session.execute(
            "SELECT BUNDLE, REVISION, OBJECTS_HASH, STATEMENTS_HASH, OUTCOME, REHEARSED_AT, REHEARSED_BY "  # noqa: S608
            f"FROM {state_table(environment, REHEARSALS_TABLE)} "
            f"ORDER BY REHEARSED_AT DESC LIMIT {_RECENT}"
        ).rows
    except SnowflakeError as error:
        if error.number not in (*DOES_NOT_EXIST, INVALID_IDENTIFIER):
            raise
        return ()
    return tuple(
        Rehearsal(
            bundle=bundle,
            revision=revision,
            objects=objects or "",
            statements=statements,
            is_passed=outcome == "passed",
            at=f"{at:%Y-%m-%d %H:%M:%S} UTC",
            by=by or "",
        )
        for bundle, revision, objects, statements, outcome, at, by in rows
    )
