"""Standings and histories for readers: text, Markdown and plain data."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from snowlane.status.model import Deployment, HalfWay, PipelinePaused, Reach, Standing

_SHORT = 12


def standings_data(standings: Iterable[Standing]) -> list[dict[str, Any]]:
    """Everything of the standings as JSON takes it; times are UTC, ages seconds."""
    return [_standing_data(each) for each in standings]


def _standing_data(standing: Standing) -> dict[str, Any]:
    lock, drift = standing.lock, standing.drift
    deployed = standing.deployed
    return {
        "environment": standing.environment,
        "state": standing.reach.value,
        "why": standing.why,
        "protected": standing.is_protected,
        "revision": standing.revision,
        "databases": [
            {"name": name, "database": there, "revision": standing.revision}
            for name, there in standing.databases.items()
        ],
        "bundle": deployed.bundle if deployed else None,
        "commit": (deployed.commit or None) if deployed else None,
        "deployed_by": deployed.by if deployed else None,
        "deployed_at": _iso(deployed.finished or deployed.started) if deployed else None,
        "last_deployment": deployment_data(standing.latest) if standing.latest else None,
        "half_applied": {
            "deployment": half.by.number,
            "started_at": _iso(half.by.started),
            "by": half.by.by,
            "stage": half.stage or None,
            "statement": half.statement or None,
            "of": half.of or None,
            "in_doubt": half.in_doubt,
            "next": half.next,
        }
        if (half := standing.half_applied)
        else None,
        "lock": {
            "owner": lock.owner,
            "since": _iso(lock.since),
            "expires": _iso(lock.expires),
            "expired": lock.is_past,
            "address": lock.address,
        }
        if lock
        else None,
        "drift": {
            "measured_at": _iso(drift.at),
            "age_seconds": int(drift.age.total_seconds()),
            "revision": drift.revision,
            "findings": drift.findings,
            "not_followed": drift.not_followed,
        }
        if drift
        else None,
        "behind": {
            "branch": behind.branch,
            "commits": behind.commits,
            "same_bundle": behind.is_same,
            "note": behind.note,
        }
        if (behind := standing.behind)
        else None,
        "rehearsal": {
            "rehearsed_at": _iso(rehearsal.at),
            "age_seconds": int(rehearsal.age.total_seconds()),
            "revision": rehearsal.revision,
            "bundle": rehearsal.bundle,
            "passed": rehearsal.is_passed,
        }
        if (rehearsal := standing.rehearsal)
        else None,
        "restore_points": {
            "count": points.count,
            "newest": points.newest or None,
            "expires": _iso(points.expires),
        }
        if (points := standing.points)
        else None,
        "pipeline_paused": {"objects": paused.count, "since": _iso(paused.since), "by": paused.by}
        if (paused := standing.paused)
        else None,
        "pending": {
            "revisions": standing.pending.revisions,
            "objects": standing.pending.objects,
            "note": standing.pending.note,
        },
    }


def standings_text(standings: Sequence[Standing]) -> str:
    """One block an environment, one line a database."""
    if not standings:
        return "No environment has a file; envs/dev.toml makes one called dev."
    return "\n\n".join("\n".join(_block(each)) for each in standings)


def standings_markdown(standings: Sequence[Standing]) -> str:
    """One row an environment and database."""
    lines = [
        "| environment | database | revision | bundle | commit | deployed | pending | drift "
        "| rehearsal | restore points | lock |",
        f"|{'---|' * 11}",
    ]
    for each in standings:
        facts = [_revision(each), _bundle(each), _committed(each), _deployed(each), _pending(each)]
        lock = "; pipeline ".join([_lock(each), *([_paused(each.paused)] if each.paused else [])])
        cells = [*facts, _drift(each), _rehearsal(each), _points(each), lock]
        for name, there in each.databases.items():
            row = [each.environment, f"{name} = {there}", *cells]
            lines.append(f"| {' | '.join(_cell(text) for text in row)} |")
    return "\n".join(lines)


def _block(standing: Standing) -> list[str]:
    protected = " (protected)" if standing.is_protected else ""
    lines = [f"{standing.environment}{protected}: {_revision(standing)}"]
    # As wide as the names of the facts below.
    width = max(8, *(len(name) for name in standing.databases))
    wide = max(len(there) for there in standing.databases.values())
    for name, there in standing.databases.items():
        at = f"  {standing.revision or 'base'}" if standing.reach is Reach.READY else ""
        lines.append(f"  {name:<{width}}  {there:<{wide}}{at}".rstrip())
    if standing.reach is Reach.READY:
        if standing.half_applied:
            lines.append(f"  stopped   {_half_applied(standing.half_applied)}")
        lines += [
            f"  deployed  {_deployed(standing)}",
            f"  bundle    {_bundle(standing)}",
            f"  commit    {_committed(standing)}",
            f"  pending   {_pending(standing)}",
            f"  drift     {_drift(standing)}",
            f"  rehearsal {_rehearsal(standing)}",
            f"  restore   {_points(standing)}",
            f"  lock      {_lock(standing)}",
        ]
        if standing.paused:
            lines.append(f"  pipeline  {_paused(standing.paused)}")
        if standing.latest and standing.latest != standing.deployed:
            lines.append(f"  last try  {_attempt(standing.latest)}")
    if standing.why:
        lines.append(f"  {standing.why}")
    return lines


def _revision(standing: Standing) -> str:
    if standing.reach is not Reach.READY:
        return str(standing.reach.value)
    half = ", half applied" if standing.half_applied else ""
    return f"at {standing.revision or 'the base'}{half}"


def _half_applied(half: HalfWay) -> str:
    by = f"in deployment {half.by.number} of {_when(half.by.started)} by {half.by.by}"
    if not half.stage:
        return f"{by}; {half.next}"
    place = f"statement {half.statement} of {half.of} of {half.stage}"
    did = f"nobody knows yet whether {place} ran" if half.in_doubt else f"{place} took effect last"
    return f"{by}: {did}; {half.next}"


def _bundle(standing: Standing) -> str:
    deployed = standing.deployed
    if deployed is None:
        return "-"
    return deployed.bundle[:_SHORT]


def _committed(standing: Standing) -> str:
    deployed, behind = standing.deployed, standing.behind
    if deployed is None or not deployed.commit:
        return "-"
    on = f" of {deployed.branch}" if deployed.branch else ""
    if behind is None:
        return f"{deployed.commit[:_SHORT]}{on}"
    if behind.commits is None:
        return f"{deployed.commit[:_SHORT]}{on}, {behind.note}"
    far = f"{_counted(behind.commits, 'commit')} behind" if behind.commits else "as"
    same = ", the same migrations" if behind.commits and behind.is_same else ""
    return f"{deployed.commit[:_SHORT]}{on}, {far} {behind.branch}{same}"


def _rehearsal(standing: Standing) -> str:
    rehearsal = standing.rehearsal
    if rehearsal is None:
        return "never" if standing.reach is Reach.READY else "-"
    outcome = "passed" if rehearsal.is_passed else "failed"
    at = f"at {rehearsal.revision or 'the base'}"
    return f"{outcome} {age(rehearsal.age)}, {at}, bundle {rehearsal.bundle[:_SHORT]}"


def _points(standing: Standing) -> str:
    points = standing.points
    if points is None or not points.count:
        return "no point" if standing.reach is Reach.READY else "-"
    expires = f", expires {points.expires:%Y-%m-%d %H:%M} UTC" if points.expires else ""
    return f"{_counted(points.count, 'point')}, the last {points.newest}{expires}"


def _deployed(standing: Standing) -> str:
    deployed = standing.deployed
    if deployed is None:
        return "never" if standing.reach is Reach.READY else "-"
    return f"{_when(deployed.finished or deployed.started)} by {deployed.by or 'somebody'}"


def _attempt(deployment: Deployment) -> str:
    return f"{deployment.outcome}, {_when(deployment.started)} by {deployment.by or 'somebody'}"


def _pending(standing: Standing) -> str:
    pending = standing.pending
    if pending.revisions is None:
        return pending.note or "-"
    parts = [
        _counted(count, noun)
        for count, noun in ((pending.revisions, "revision"), (pending.objects or 0, "object"))
        if count
    ]
    return ", ".join(parts) or "nothing"


def _drift(standing: Standing) -> str:
    drift = standing.drift
    if drift is None:
        return "never measured" if standing.reach is Reach.READY else "-"
    found = _counted(drift.findings, "difference") if drift.findings else "none"
    left = (
        f", {_counted(drift.not_followed, 'statement')} not followed" if drift.not_followed else ""
    )
    other = "" if drift.revision == standing.revision else f", at {drift.revision or 'the base'}"
    return f"{found}{left}{other}, measured {age(drift.age)}"


def _paused(paused: PipelinePaused) -> str:
    objects = _counted(paused.count, "object")
    return f"paused since {_when(paused.since)} by {paused.by or 'somebody'}: {objects} to resume"


def _lock(standing: Standing) -> str:
    lock = standing.lock
    if lock is None:
        return "free" if standing.reach is Reach.READY else "-"
    address = f", {lock.address}" if lock.address else ""
    ends = "expired" if lock.is_past else "expires"
    return f"{lock.owner} since {_when(lock.since)}, {ends} {_when(lock.expires)}{address}"


def age(passed: timedelta) -> str:
    """`now`, `5 minutes ago`, `3 hours ago`, `2 days ago`."""
    seconds = int(passed.total_seconds())
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_counted(seconds // size, noun)} ago"
    return "now"


def deployment_data(deployment: Deployment) -> dict[str, Any]:
    """Everything of a deployment as JSON takes it; times are UTC."""
    return {
        "id": deployment.id,
        "number": deployment.number,
        "outcome": deployment.outcome,
        "started": _iso(deployment.started),
        "finished": _iso(deployment.finished),
        "by": deployment.by,
        "bundle": deployment.bundle,
        "commit": deployment.commit or None,
        "branch": deployment.branch or None,
        "overrides": dict(deployment.overrides),
        "from_revision": deployment.from_revision,
        "to_revision": deployment.to_revision,
        "statements_run": deployment.statements_run,
        "tool_version": deployment.tool_version,
        "address": deployment.address,
        "note": deployment.note,
        "error": deployment.error,
    }


def history_text(environment: str, deployments: Sequence[Deployment]) -> str:
    """One line a deployment, newest first, with notes and errors below it."""
    if not deployments:
        return f"{environment}: nothing was deployed yet."
    lines = []
    for each in deployments:
        lines.append(
            f"{each.number:>4}  {_when(each.started)}  {each.outcome:<12}  {_step(each)}  "
            f"{_statements(each)}  {each.by}  "
            f"bundle {each.bundle[:_SHORT]}{_commit(each)}"
        )
        lines += [f"      {line}" for line in [*_notes(each), *each.error.splitlines()]]
    return "\n".join(lines)


def _statements(deployment: Deployment) -> str:
    """How many ran, which a deployment writes down at its end."""
    is_under_way = deployment.outcome == "running"
    return "not counted yet" if is_under_way else _counted(deployment.statements_run, "statement")


def history_markdown(environment: str, deployments: Sequence[Deployment]) -> str:
    """One row a deployment, newest first."""
    lines = [
        f"### Deployments to {environment}",
        "",
        "| number | started (UTC) | outcome | revisions | run | by | bundle | commit | note |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in deployments:
        row = [str(each.number), _when(each.started), each.outcome, _step(each)]
        row += [_statements(each), each.by, each.bundle[:_SHORT]]
        row += [each.commit[:_SHORT], " ".join(" ".join([*_notes(each), each.error]).split())]
        lines.append(f"| {' | '.join(_cell(text) for text in row)} |")
    return "\n".join(lines)


def _commit(deployment: Deployment) -> str:
    on = f" of {deployment.branch}" if deployment.branch else ""
    return f"  commit {deployment.commit[:_SHORT]}{on}" if deployment.commit else ""


def _notes(deployment: Deployment) -> list[str]:
    passed = [f"override {gate}: {why}" for gate, why in sorted(deployment.overrides.items())]
    return [*deployment.note.splitlines(), *passed]


def _step(deployment: Deployment) -> str:
    before = deployment.from_revision or "base"
    after = deployment.to_revision or "base"
    return before if before == after else f"{before} -> {after}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "?"


def _iso(moment: datetime | None) -> str | None:
    return f"{moment.isoformat(timespec='seconds')}Z" if moment else None


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
