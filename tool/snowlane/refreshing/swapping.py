"""Parks the environment, exchanges its databases for the copy's, and puts its pipeline back."""

from datetime import timedelta

from snowlane.environments.databases import is_mark, is_of_clone, mark
from snowlane.environments.refresh_steps import RefreshStep, to_swap
from snowlane.errors import SnowlaneError
from snowlane.plan.facts import Applied
from snowlane.plan.parked import Cause, Parked
from snowlane.plan.refreshing import REFRESH_STAGE
from snowlane.refreshing.run import RefreshRun
from snowlane.snowflake.databases import read_databases
from snowlane.snowflake.parking import park, put_back, wait_until_quiet
from snowlane.snowflake.state import read_applied, read_parked
from snowlane.sql.names import literal, quote


def pause_pipeline(run: RefreshRun, wait: timedelta) -> None:
    """Park what runs, remembered, and wait for what is under way: it would work on in the copy.

    Raises SnowlaneError when something cannot be parked or has not ended in time.
    """
    run.enter(RefreshStep.PAUSE)
    applied = read_applied(run.session, run.environment)
    paused = park(run.session, run.lock, applied, Cause.REFRESH, run.progress)
    for note in paused.notes:
        run.progress(f"Warning: {note}")
    again = f"then run `snowlane env refresh {run.environment.name}` again"
    if paused.refused:
        raise SnowlaneError(
            f"{run.environment.name}: not everything could be paused",
            why="\n".join(map(str, paused.refused)),
            next=f"pause it by hand, {again}",
        )
    running = wait_until_quiet(run.session, run.environment, paused, wait, run.progress)
    if running:
        raise SnowlaneError(
            f"{run.environment.name}: something still runs after {wait}",
            why="\n".join(running),
            next=f"wait for it or end it, {again}; --wait says how long it waits",
        )


def swap_databases(run: RefreshRun) -> None:
    """Exchange what is not exchanged yet, all in one request. Raises SnowlaneError.

    Rule: docs.snowflake.com/en/sql-reference/sql/alter-database (SWAP WITH: names alone change
    places; grants, comments and owners stay with the databases).
    """
    run.enter(RefreshStep.SWAP)
    (session,) = run.cloners()
    there = read_databases(session, (*run.databases.keys(), *run.databases.values()))
    comments = {name: each.comment for name, each in there.items()}
    pairs = to_swap(run.aside.row, run.environment.databases, comments)
    statements = [f"ALTER DATABASE {quote(own)} SWAP WITH {quote(aside)}" for own, aside in pairs]
    lines = [f"  EXECUTE IMMEDIATE {literal(statement)};" for statement in statements]
    if lines:
        block = "\n".join(["BEGIN", *lines, "END"])
        run.requests.send(session, REFRESH_STAGE, "databases", block)


def label_databases(run: RefreshRun) -> None:
    """Give each database the comment of what it is now; a comment of somebody's own is kept."""
    (session,) = run.cloners()
    there = read_databases(session, (*run.databases.keys(), *run.databases.values()))
    row, old = run.row, run.aside.row
    for logical, own in run.environment.databases.items():
        aside = old.databases[logical]
        if is_of_clone(there[own].comment, old.name, old.clone_id):
            before = there[aside].comment
            is_ours = not before or is_mark(before)
            wanted = mark(row.name, row.clone_id, run.origin.databases[logical])
            _comment(run, own, wanted if is_ours else before)
        _comment(run, aside, mark(old.name, old.clone_id, f"{own}, as it was"))


def _comment(run: RefreshRun, database: str, text: str) -> None:
    (session,) = run.cloners()
    statement = f"COMMENT ON DATABASE {quote(database)} IS {literal(text)}"
    run.requests.send(session, REFRESH_STAGE, database, statement)


def resume_pipeline(run: RefreshRun) -> None:
    """Have run again what the refresh parked, as far as the copy has it. Raises LockedError."""
    # What the copy has not is gone, whatever its own records say.
    run.restored = put_back(run.session, run.lock, parked_by_refresh(run), Applied(), run.progress)


def parked_by_refresh(run: RefreshRun) -> list[Parked]:
    """What this refresh remembers, from an earlier run too."""
    parked = read_parked(run.session, run.environment)
    return [each for each in parked if each.cause is Cause.REFRESH]
