"""The registry on the local account: what is written under a lease, and how a name is found there."""

import pytest

from snowlane.config.project import Project
from snowlane.deploying import Target
from snowlane.environments import registry
from snowlane.environments.ad_hoc import ad_hoc_environment, databases_of
from snowlane.environments.preparation import preparation_of
from snowlane.environments.registry import Registered, State
from snowlane.errors import ConfigurationError, RefusedError
from snowlane.locating import environment_named
from snowlane.plan.bootstrap import bootstrap_of
from snowlane.snowflake.bootstrapping import run_bootstrap
from snowlane.snowflake.lock import Lock
from snowlane.snowflake.registry import find_registered


def test_a_clone_is_found_by_its_name_once_it_is_ready(account):
    project = Project(account.project)
    dev, prod = project.environment("dev"), project.environment("prod")
    clone = ad_hoc_environment(dev, "qa_ana", databases_of("qa_ana", dev.databases), {})
    with Target(project, dev, local=True).open(as_administrator=True) as session:
        run_bootstrap(session, dev, print)
        run_bootstrap(session, dev, print, preparation_of(dev, prod))
        run_bootstrap(session, clone, print, bootstrap_of(clone))
    row = Registered(
        name="qa_ana",
        clone_id="one",
        source="prod",
        source_databases=prod.databases,
        made_like="dev",
        databases=clone.databases,
        role=clone.role,
        warehouse=clone.warehouse,
        owner="it's ana",
    )
    target = Target(project, clone, local=True)
    with target.open() as session, Lock(clone, target.open(), session) as lock:
        assert session.execute(registry.add(clone, "not the token", row, None)).rows == ((0,),)
        assert session.execute(registry.add(clone, lock.token, row, 3600)).rows == ((1,),)
        assert session.execute(registry.add(clone, lock.token, row, 3600)).rows == ((0,),)
        with pytest.raises(RefusedError, match="qa_ana is not ready"):
            environment_named(project, "qa_ana", local=True)
        changed = registry.change(
            clone, lock.token, state=State.READY, step="done", left_out=("table A.B.C",)
        )
        session.execute(changed)
        found = find_registered(session, clone.state_database, "qa_ana")
        assert found is not None
        assert (found.state, found.owner, found.left_out) == (
            State.READY,
            "it's ana",
            ("table A.B.C",),
        )
        assert found.expires_at is not None
        assert found.created_at is not None
        assert (found.expires_at - found.created_at).total_seconds() == pytest.approx(3600, abs=1)
    assert environment_named(project, "qa_ana", local=True) == clone
    with pytest.raises(ConfigurationError) as unknown:
        environment_named(project, "qa_anna", local=True)
    assert unknown.value.next == "did you mean 'qa_ana'?"
    with target.open() as session:
        session.execute(registry.forget(clone.state_database, row))
        assert find_registered(session, clone.state_database, "qa_ana") is None
