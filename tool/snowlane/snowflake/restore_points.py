"""Makes restore points in an account, lists them, and drops those that have expired.

What is kept `snowlane.restore` decides; what is there `snowlane.snowflake.restore_facts` reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from snowlane.config.environment import Environment
from snowlane.errors import SnowflakeError, SnowlaneError
from snowlane.plan.model import Plan
from snowlane.plan.state_tables import DEPLOYMENTS_TABLE, state_table
from snowlane.restore import records
from snowlane.restore.point import TEXTS_TABLE, RestorePoint, from_json, schema_of
from snowlane.restore.touched import Path
from snowlane.snowflake.restore_facts import read_relations, server_time, with_grants
from snowlane.snowflake.restore_survey import making, survey
from snowlane.snowflake.session import DOES_NOT_EXIST, Session
from snowlane.sql.names import literal, qualified

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Listed:
    """A recorded point, and what of its clones is not there; `now` is the account's clock."""

    point: RestorePoint
    missing: tuple[str, ...]
    now: datetime

    @property
    def state(self) -> str:
        """`ready`, `expired` (it goes at the next migrate), `gone` or `broken off`."""
        if self.point.content is None:
            return "broken off"
        if self.missing:
            return "gone"
        expires = self.point.expires_at
        return "expired" if expires is not None and expires <= self.now else "ready"


def make_point(
    session: Session,
    environment: Environment,
    plan: Plan,
    deployment: str,
    progress: Progress,
    *,
    days: int,
    rollback_to: str = "",
    half_applied: str = "",
) -> RestorePoint:
    """Keep what a plan touches, before it runs; `days` is how long, `rollback_to` the point that a rollback goes to.

    `half_applied` names the revision of which a part has run already.
    Raises SnowlaneError when something cannot be kept; nothing of the environment has changed then,
    and what was made is dropped with the next expired points.
    """
    found = survey(session, environment, plan)
    objects = with_grants(session, found.kept.content.objects)
    content = replace(
        found.kept.content, objects=objects, rollback_to=rollback_to, half_applied=half_applied
    )
    point = found.point
    progress(f"restore point {point}: {len(content.tables)} table(s), {len(objects)} definition(s)")
    for left_out in content.left_out:
        progress(f"Warning: {left_out} cannot be kept")
    found = replace(found, kept=replace(found.kept, content=content))
    statements = making(environment, plan, found, deployment, days)
    try:
        for statement in statements:
            session.execute(statement)
    except SnowflakeError as error:
        raise SnowlaneError(
            f"{environment.name}: the restore point could not be made",
            why=error.why,
            next=f"nothing was changed; let {environment.role} read what the plan touches, and run "
            "it again",
        ) from None
    made = [each for each in read_points(session, environment) if each.id == point]
    return made[0]


def read_points(session: Session, environment: Environment) -> list[RestorePoint]:
    """All recorded points, oldest first. Raises SnowflakeError."""
    try:
        rows = session.execute(
            "SELECT ID, DEPLOYMENT_ID, REVISION, BUNDLE, TAKEN_AT, EXPIRES_AT, CONTENT "  # noqa: S608
            f"FROM {records.points_table(environment)} ORDER BY TAKEN_AT, ID"
        ).rows
    except SnowflakeError as error:
        if error.number not in DOES_NOT_EXIST:
            raise
        return []
    return [
        RestorePoint(
            id=str(point),
            deployment=deployment,
            revision=revision,
            bundle=str(bundle or ""),
            taken_at=taken_at,
            expires_at=expires_at,
            content=from_json(content) if content else None,
        )
        for point, deployment, revision, bundle, taken_at, expires_at, content in rows
    ]


def list_points(session: Session, environment: Environment) -> list[Listed]:
    """All recorded points, oldest first, checked against what is there."""
    points = read_points(session, environment)
    now = server_time(session) if points else datetime.now(UTC).replace(tzinfo=None)
    relations = read_relations(
        session,
        {
            (database, schema_of(point.id))
            for point in points
            for database in environment.databases.values()
        },
    )
    there = set(relations)
    return [Listed(point, _missing(environment, point, there), now) for point in points]


def _missing(environment: Environment, point: RestorePoint, there: set[Path]) -> tuple[str, ...]:
    if point.content is None:
        return ()
    texts = (environment.metadata[0], schema_of(point.id), TEXTS_TABLE)
    needed = [texts, *(each.clone for each in (*point.content.tables, *point.content.metadata))]
    return tuple(qualified(*path) for path in needed if path not in there)


def uncovered_deployments(
    session: Session, environment: Environment, point: RestorePoint
) -> list[tuple[str, str, str]]:
    """Deployments since a point that changed something and have no point of their own.

    Each as its id, its start, and the revision it went to.
    """
    deployments = state_table(environment, DEPLOYMENTS_TABLE)
    rows = session.execute(
        f"SELECT ID, TO_VARCHAR(STARTED_AT), TO_REVISION FROM {deployments} "  # noqa: S608
        f"WHERE STARTED_AT > {literal(point.taken_at.isoformat(sep=' '))}::TIMESTAMP_NTZ "
        "AND (STATEMENTS_RUN > 0 OR OUTCOME = 'running') AND ID NOT IN "
        f"(SELECT DEPLOYMENT_ID FROM {records.points_table(environment)} "
        "WHERE CONTENT IS NOT NULL AND DEPLOYMENT_ID IS NOT NULL) ORDER BY NUMBER"
    ).rows
    return [(str(row[0]), str(row[1]), str(row[2] or "base")) for row in rows]


def drop_points(
    session: Session, environment: Environment, points: Iterable[str], progress: Progress
) -> None:
    """Drop points whose time is over, or what is left of those that were broken off.

    Only under the deployment lock: another deployment may be making one. Raises SnowflakeError.
    """
    for point in points:
        progress(f"dropping the expired restore point {point}")
        for statement in records.drop_point(
            environment, point, sorted(environment.databases.values())
        ):
            session.execute(statement)
