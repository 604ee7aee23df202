"""`snowlane env list`, `show`, `extend`, `drop` and `gc` on the local account.

The clones are registered and made by hand here, as `env clone` does it.
"""

from __future__ import annotations

import pytest

from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.ad_hoc import ad_hoc_environment, databases_of
from snowlane.environments.databases import mark
from snowlane.environments.preparation import preparation_of
from snowlane.environments.registry import Registered, State
from snowlane.errors import ExitCode
from snowlane.plan.bootstrap import bootstrap_of
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.lock import Lock


@pytest.fixture
def prepared(account, shop):
    """An account in which prod has data and clones can be registered."""
    shop.revision("r1", "op.sql('CREATE SCHEMA RAW.S')\nop.sql('CREATE TABLE RAW.S.T (a INT)')")
    done = account.snowlane("migrate", "prod", "--yes")
    assert done.code == ExitCode.DONE, done.err
    project = Project(account.project)
    dev, prod = project.environment("dev"), project.environment("prod")
    with Target(project, dev, local=True).open(as_administrator=True) as session:
        run_bootstrap(session, dev, print)
        run_bootstrap(session, dev, print, preparation_of(dev, prod))
    return account


def clone(account, name: str, ttl: int | None = 3600, state: State = State.READY) -> dict[str, str]:
    """A registered clone of prod with its databases; they have prod's rows."""
    project = Project(account.project)
    dev, prod = project.environment("dev"), project.environment("prod")
    own = ad_hoc_environment(dev, name, databases_of(name, dev.databases), {})
    target = Target(project, own, local=True)
    row = Registered(
        name=name,
        clone_id=f"id of {name}",
        source="prod",
        source_databases=prod.databases,
        made_like="dev",
        databases=own.databases,
        role=own.role,
        warehouse=own.warehouse,
        owner="ana",
    )
    with target.open(as_administrator=True) as session:
        for database in own.state_database, *own.databases.values():
            session.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
        run_bootstrap(session, own, print, bootstrap_of(own))
    with target.open() as session, Lock(own, target.open(), session) as lock:
        session.execute(registry.add(own, lock.token, row, ttl))
        session.execute(registry.change(own, lock.token, state=state, step="done"))
        session.execute(f"CREATE TABLE {own.databases['RAW']}.METADATA.T AS SELECT 1 AS A, 2 AS B")
        session.execute(
            f"UPDATE {registry.registry_table(own.state_database)} SET CREATED_AT = "
            f"DATEADD(minute, -5, CREATED_AT) WHERE NAME = '{name}'"
        )
    return own.databases


def expire(account, name: str) -> None:
    database = Project(account.project).environment("dev").state_database
    account.query(
        f"UPDATE {registry.registry_table(database)} SET EXPIRES_AT = DATEADD(hour, -2, SYSDATE()) "
        f"WHERE NAME = '{name}'"
    )


def databases(account) -> set[str]:
    return {row[1] for row in account.query("SHOW DATABASES")}


def test_a_clone_is_listed_shown_extended_and_dropped(prepared) -> None:
    nothing = prepared.snowlane("env", "list")
    assert "No environment is registered" in nothing.out
    own = clone(prepared, "qa_ana")
    listed = prepared.snowlane("env", "list", "--sizes")
    assert listed.code == ExitCode.DONE, listed.err
    line = listed.out.splitlines()[1]
    assert line.split()[:3] == ["qa_ana", "ready", "prod"]
    assert "in 59 minutes" in line
    shown = prepared.snowlane("env", "show", "qa_ana", "--format", "json")
    assert shown.data["databases"] == own
    assert shown.data["own_bytes"] == 16

    extended = prepared.snowlane("env", "extend", "qa_ana", "--ttl", "7d")
    assert extended.code == ExitCode.DONE, extended.err
    again = prepared.snowlane("env", "list")
    assert "in 6 days 23 hours" in again.out

    unconfirmed = prepared.snowlane("env", "drop", "qa_ana")
    assert unconfirmed.code == ExitCode.REFUSED
    assert set(own.values()) <= databases(prepared)
    dropped = prepared.snowlane("env", "drop", "qa_ana", "--yes")
    assert dropped.code == ExitCode.DONE, dropped.err
    assert not set(own.values()) & databases(prepared)
    gone = prepared.snowlane("env", "show", "qa_ana")
    assert gone.code == ExitCode.USAGE
    state = Project(prepared.project).environment("dev").state_database
    schemas = {row[1] for row in prepared.query(f"SHOW SCHEMAS IN DATABASE {state}")}
    assert "SNOWLANE_QA_ANA" not in schemas


@pytest.mark.parametrize("ttl", ["soon", "0d", "", "-3d", "400d"])
def test_what_is_no_length_of_time_is_refused(account, ttl: str) -> None:
    done = account.snowlane("env", "extend", "qa_ana", "--ttl", ttl)
    assert done.code == ExitCode.USAGE
    assert "--ttl" in done.err


def test_only_what_was_cloned_is_dropped(prepared) -> None:
    for name in ("prod", "dev"):
        done = prepared.snowlane("env", "drop", name, "--yes")
        assert done.code == ExitCode.REFUSED
        assert f"{name} was not made by snowlane" in done.err
    own = clone(prepared, "qa_bob")
    prepared.query(f"DROP DATABASE {own['DW']}")
    prepared.query(f"CREATE DATABASE {own['DW']}")
    prepared.query(f"GRANT USAGE ON DATABASE {own['DW']} TO ROLE DEPLOY_DEV")
    done = prepared.snowlane("env", "drop", "qa_bob", "--yes")
    assert done.code == ExitCode.REFUSED
    assert f"{own['DW']} belongs to ACCOUNTADMIN" in done.err
    assert set(own.values()) <= databases(prepared)
    prepared.query(f"REVOKE USAGE ON DATABASE {own['DW']} FROM ROLE DEPLOY_DEV")
    done = prepared.snowlane("env", "drop", "qa_bob", "--yes")
    assert done.code == ExitCode.DONE, done.err
    assert f"not to be seen by its role: {own['DW']}" in done.out
    assert own["DW"] in databases(prepared)


@pytest.mark.parametrize("command", [("drop", "--yes"), ("show",), ("extend", "--ttl", "1d")])
def test_a_name_that_nobody_knows_is_looked_up_in_the_list(account, command) -> None:
    done = account.snowlane("env", command[0], "nope", *command[1:])
    assert done.code == ExitCode.USAGE
    assert "there is no environment 'nope'" in done.err
    assert "`snowlane env list` shows them" in done.err
    assert "add envs/" not in done.err


def test_a_clone_in_use_is_not_dropped(prepared) -> None:
    own = clone(prepared, "qa_cid")
    project = Project(prepared.project)
    dev = project.environment("dev")
    target = Target(project, ad_hoc_environment(dev, "qa_cid", own, {}), local=True)
    with target.open() as session, Lock(target.environment, target.open(), session):
        done = prepared.snowlane("env", "drop", "qa_cid", "--yes")
    assert done.code == ExitCode.LOCKED
    assert "then run `snowlane env drop qa_cid` again" in done.err
    assert "migrate" not in done.err
    assert set(own.values()) <= databases(prepared)


def test_gc_drops_what_is_past_its_end_and_what_was_half_dropped(prepared) -> None:
    old, half = clone(prepared, "qa_old"), clone(prepared, "qa_half", state=State.DROPPING)
    new, kept = clone(prepared, "qa_new"), clone(prepared, "qa_kept", ttl=None)
    prepared.query(f"DROP DATABASE {half['RAW']}")
    expire(prepared, "qa_old")
    asked = prepared.snowlane("env", "gc", "--format", "json")
    assert asked.data["expired"] == ["qa_half", "qa_old"]
    assert set(old.values()) <= databases(prepared)
    done = prepared.snowlane("env", "gc", "--yes", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["dropped"] == ["qa_half", "qa_old"]
    left = databases(prepared)
    assert not (set(old.values()) | set(half.values())) & left
    assert (set(new.values()) | set(kept.values())) <= left
    assert prepared.snowlane("env", "gc", "--yes").out == "None is past its end.\n"
    envs = prepared.project / "envs"
    (envs / "dev.toml").rename(envs / "test.toml")
    done = prepared.snowlane("env", "gc", "--yes")
    assert done.code == ExitCode.FAILED
    said = f"qa_new ({new['DW']}, {new['RAW']}) is registered and made by envs/dev.toml"
    assert f"{said}, which is not there any more; put it back" in done.err


def marked(account, name: str, databases: dict[str, str]) -> None:
    """Comments as `env clone` gives them."""
    source = Project(account.project).environment("prod").databases
    for logical, database in databases.items():
        text = mark(name, f"id of {name}", source[logical])
        account.query(f"COMMENT ON DATABASE {database} IS '{text}'")


def test_gc_forgets_a_clone_whose_databases_were_dropped_or_renamed_by_hand(prepared) -> None:
    gone, moved = clone(prepared, "qa_gone"), clone(prepared, "qa_moved")
    for name, own in (("qa_gone", gone), ("qa_moved", moved)):
        marked(prepared, name, own)
        expire(prepared, name)
    for database in gone.values():
        prepared.query(f"DROP DATABASE {database}")
    prepared.query(f"ALTER DATABASE {moved['DW']} RENAME TO {moved['DW']}_KEPT")
    done = prepared.snowlane("env", "gc", "--yes", "--format", "json")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["dropped"] == ["qa_gone", "qa_moved"]
    assert done.data["left"] == [
        f"qa_moved: {moved['DW']} was renamed to {moved['DW']}_KEPT, which is left: "
        f"DROP DATABASE {moved['DW']}_KEPT takes it away"
    ]
    assert done.data["left"][0] in done.err
    assert done.data["not_seen"] == list(gone.values())
    assert {*moved.values(), f"{moved['DW']}_KEPT"} & databases(prepared) == {f"{moved['DW']}_KEPT"}
    assert prepared.snowlane("env", "gc", "--yes").out == "None is past its end.\n"


def test_what_a_renamed_database_still_needs_is_said_with_the_way_on(prepared) -> None:
    own = clone(prepared, "qa_used")
    marked(prepared, "qa_used", own)
    expire(prepared, "qa_used")
    policy = f"{own['RAW']}.METADATA.HIDE"
    kept = f"{own['DW']}_KEPT"
    for statement in (
        f"CREATE MASKING POLICY {policy} AS (V VARCHAR) RETURNS VARCHAR -> '*'",
        f"CREATE TABLE {own['DW']}.PUBLIC.T (A VARCHAR WITH MASKING POLICY {policy})",
        f"ALTER DATABASE {own['DW']} RENAME TO {kept}",
    ):
        prepared.query(statement)
    for _ in range(2):
        done = prepared.snowlane("env", "gc", "--yes", "--format", "json")
        assert done.code == ExitCode.FAILED
        assert done.data["dropped"] == []
        (problem,) = done.data["problems"]
        assert problem == f"qa_used: {own['RAW']} cannot be dropped"
        assert f"{own['DW']} was renamed to {kept}, which is left" in done.err
        assert f"drop {kept}, or take" in done.err
        assert "then run `snowlane env drop qa_used` again" in done.err
    prepared.query(f"DROP DATABASE {kept}")
    assert prepared.snowlane("env", "gc", "--yes").code == ExitCode.DONE
    assert not {*own.values(), kept} & databases(prepared)
