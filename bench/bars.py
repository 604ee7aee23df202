"""The figures of snowlane against Alembic and schemachange, measured in one run on one account.

    make bench        # the table on stdout, progress on stderr; some minutes

Everything goes through the real connector to a local account of its own, by way of a proxy that counts
and delays. Ratios and counts are to be quoted, not times: those are the machine's.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import snowflake.connector

import projects
from proxy import Counts, counting
from running import (
    ALEMBIC,
    SCHEMACHANGE,
    SNOWLANE,
    Account,
    Ran,
    in_turn,
    local_account,
    median_ratio,
    run,
)
from scale import nearly_up_to_date, pending_of

CHANGES = 50
DELAY_MS = 100
APPLIED, PENDING, OBJECTS = 1000, 10, 2000
FEW, MANY = 20, 120
ROUNDS = 7


@dataclass(frozen=True)
class Bar:
    """One row of the table; `is_met` is None where there is no bar."""

    what: str
    measured: str
    peers: str
    bar: str
    is_met: bool | None


def main() -> None:
    """Measure everything, print the table, and exit 1 when a bar is not met."""
    os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        room = Path(folder)
        with local_account(room / "account") as account:
            measures: list[Callable[[Account, Path], list[Bar]]] = [
                start_up,
                changes,
                status,
                clones,
                scale,
            ]
            bars = [bar for measure in measures for bar in measure(account, room)]
    print_table(bars)
    if any(bar.is_met is False for bar in bars):
        raise SystemExit(1)


def start_up(_: Account, room: Path) -> list[Bar]:
    """What a help page costs."""
    say("start-up")
    ours, alembic = in_turn([[*SNOWLANE, "--help"], [*ALEMBIC, "--help"]], room, ROUNDS)
    ratio = median_ratio(ours, alembic)
    return [
        Bar(
            "CPU of `snowlane --help`",
            f"{ratio:.2f} x Alembic",
            "`alembic --help`",
            "0.35 x",
            ratio <= 0.35,
        )
    ]


def changes(account: Account, room: Path) -> list[Bar]:
    """Fifty revisions of one statement each: requests, and the time they take over a slow line."""
    prepared(account, room)
    ours = snowlane_deploys(account, room, "counted", 0)
    alembic = alembic_deploys(account, room, "counted", 0)
    rows = [
        Bar(
            f"requests for {CHANGES} one-statement revisions",
            str(ours[0].requests),
            f"Alembic {alembic[0].requests}, {schemachange_requests(account, room)}",
            "65",
            ours[0].requests <= 65,
        )
    ]
    ours = snowlane_deploys(account, room, "delayed", DELAY_MS)
    alembic = alembic_deploys(account, room, "delayed", DELAY_MS)
    ratio = ours[1].wall / alembic[1].wall
    limit = CHANGES * DELAY_MS / 1000
    rows.append(
        Bar(
            f"the same at {DELAY_MS} ms a request, by the clock",
            f"{ratio:.2f} x Alembic; {ours[1].wall / limit:.2f} x one request a statement",
            "Alembic",
            "0.35 x",
            ratio <= 0.35,
        )
    )
    return rows


def prepared(account: Account, room: Path) -> None:
    """The databases of all three, made before anything is counted."""
    project = projects.snowlane_project(room / "bootstrap")
    through = {"SNOWLANE_LOCAL_DIR": str(account.folder)}
    run([*SNOWLANE, "--local", "bootstrap", "dev"], project, through)
    keys = ("account", "host", "port", "protocol", "user", "password", "role", "warehouse")
    given = {key: account.facts[key] for key in keys}
    with snowflake.connector.connect(**given) as connection:
        for name in ("PEER_RAW", "OTHER_RAW"):
            connection.cursor().execute(f"CREATE DATABASE {name}")
            connection.cursor().execute(f"CREATE SCHEMA {name}.METADATA")


def snowlane_deploys(
    account: Account, room: Path, name: str, delay_ms: float
) -> tuple[Counts, Ran]:
    """A deployment of all changes, lock and journal included, and taken back afterwards."""
    say(f"snowlane, {CHANGES} revisions, {name}")
    project = projects.snowlane_changes(room / f"snowlane-{name}", CHANGES)
    with counting(account.port, delay_ms=delay_ms) as counts:
        through = account.through(counts.port, room / f"through-{name}")
        ran = run([*SNOWLANE, "--local", "migrate", "dev"], project, through)
    straight = {"SNOWLANE_LOCAL_DIR": str(account.folder)}
    run([*SNOWLANE, "--local", "migrate", "dev", "--to", "base"], project, straight)
    return counts, ran


def alembic_deploys(account: Account, room: Path, name: str, delay_ms: float) -> tuple[Counts, Ran]:
    """The same by `alembic upgrade`, and back."""
    say(f"Alembic, {CHANGES} revisions, {name}")
    project = projects.alembic_changes(room / f"alembic-{name}", CHANGES)
    variables = {
        "BENCH_USER": str(account.facts["user"]),
        "BENCH_PASSWORD": str(account.facts["password"]),
    }
    with counting(account.port, delay_ms=delay_ms) as counts:
        variables["BENCH_PORT"] = str(counts.port)
        ran = run([*ALEMBIC, "upgrade", "head"], project, variables)
    variables["BENCH_PORT"] = str(account.port)
    run([*ALEMBIC, "downgrade", "base"], project, variables)
    return counts, ran


def schemachange_requests(account: Account, room: Path) -> str:
    """How many requests schemachange takes, or that it is not there."""
    if not SCHEMACHANGE.exists():
        return "schemachange not installed"
    say(f"schemachange, {CHANGES} scripts")
    scripts = projects.schemachange_changes(room / "scripts", CHANGES)
    with counting(account.port) as counts:
        given = {**account.facts, "port": counts.port}
        keys = ("account", "host", "port", "protocol", "user", "password", "role", "warehouse")
        variables = {f"SNOWFLAKE_{key.upper()}": str(given[key]) for key in keys}
        history = ["-c", "OTHER_RAW.METADATA.CHANGE_HISTORY"]
        made = "--schemachange-create-change-history-table"
        command = [SCHEMACHANGE, "deploy", "-f", scripts, "-d", "OTHER_RAW", *history, made]
        run([str(each) for each in command], room, variables)
    return f"schemachange {counts.requests}"


def status(account: Account, room: Path) -> list[Bar]:
    """Where three environments of one account stand."""
    say("status")
    project = projects.snowlane_project(room / "status", ("dev", "qa", "prod"))
    through = {"SNOWLANE_LOCAL_DIR": str(account.folder)}
    for name in ("qa", "prod"):
        run([*SNOWLANE, "--local", "bootstrap", name], project, through)
    with counting(account.port) as counts:
        through = account.through(counts.port, room / "through-status")
        run([*SNOWLANE, "--local", "status"], project, through)
    return [
        Bar(
            "queries of `status` for three environments, after sign-in",
            str(counts.queries),
            "-",
            "1",
            counts.queries == 1,
        )
    ]


def clones(account: Account, room: Path) -> list[Bar]:
    """How requests grow with the objects that a clone must re-point, and that a verification reads."""
    counted = [clone_requests(account, room, views) for views in (FEW, MANY)]
    (few_cloned, few_verified), (many_cloned, many_verified) = counted
    more = MANY - FEW
    per_object = (many_cloned - few_cloned) / more
    return [
        Bar(
            f"requests of `env clone` with {FEW} and {MANY} views",
            f"{few_cloned} and {many_cloned}: {per_object:.2f} for each object re-pointed",
            "-",
            "1 each",
            per_object <= 1,
        ),
        Bar(
            "requests of `env verify` of these",
            f"{few_verified} and {many_verified}",
            "-",
            "the same",
            few_verified == many_verified,
        ),
    ]


def clone_requests(account: Account, room: Path, views: int) -> tuple[int, int]:
    """The requests of a clone, and of its verification, of an environment with so many views."""
    say(f"clone and verification of {views} views")
    project = projects.cloned_project(room / f"cloned-{views}", views)
    straight = {"SNOWLANE_LOCAL_DIR": str(account.folder)}
    if views == FEW:
        run([*SNOWLANE, "--local", "bootstrap", "like"], project, straight)
    run([*SNOWLANE, "--local", "migrate", "source"], project, straight)
    name = f"copy_{views}"
    with counting(account.port) as cloning:
        through = account.through(cloning.port, room / f"through-clone-{views}")
        run([*SNOWLANE, "--local", "env", "clone", "source", name], project, through)
    with counting(account.port) as verifying:
        through = account.through(verifying.port, room / f"through-verify-{views}")
        run([*SNOWLANE, "--local", "env", "verify", name, "--parked"], project, through)
    return cloning.requests, verifying.requests


def scale(account: Account, room: Path) -> list[Bar]:
    """A plan for a large project that is nearly up to date, its cache warm."""
    say(f"{APPLIED} applied and {PENDING} pending revisions, {OBJECTS} objects")
    os.environ["SNOWLANE_LOCAL_DIR"] = str(account.folder)
    project = nearly_up_to_date(room / "large", applied=APPLIED, pending=PENDING, objects=OBJECTS)
    plan = [*SNOWLANE, "--local", "--format", "json", "plan", "dev"]
    cold = run(plan, project)
    if pending_of(cold.out) != PENDING:
        raise SystemExit(f"the plan has {pending_of(cold.out)} statements and must have {PENDING}")
    ours, alembic = in_turn([plan, [*ALEMBIC, "history"]], project, ROUNDS)
    ratio = median_ratio(ours, alembic)
    most = max(each.megabytes for each in ours)
    title = f"plan with {APPLIED} applied, {PENDING} pending, {OBJECTS} objects"
    return [
        Bar(
            f"CPU of {title}, warm",
            f"{ratio:.2f} x Alembic",
            "`alembic history`",
            "1.5 x",
            ratio <= 1.5,
        ),
        Bar(
            "the same, cold",
            f"{cold.cpu / alembic[0].cpu:.2f} x Alembic",
            "`alembic history`",
            "-",
            None,
        ),
        Bar("its peak memory", f"{most:.0f} MB", "-", "300 MB", most <= 300),
    ]


def say(what: str) -> None:
    """Tell how far the run has come."""
    print(what, file=sys.stderr)


def print_table(bars: list[Bar]) -> None:
    """The table, as Markdown."""
    verdicts = {True: "met", False: "**not met**", None: ""}
    print("| what | measured | against | bar | |\n|---|---|---|---|---|")
    for bar in bars:
        print(f"| {bar.what} | {bar.measured} | {bar.peers} | {bar.bar} | {verdicts[bar.is_met]} |")


if __name__ == "__main__":
    main()
