"""The way from a push to a deployed environment, by the workflows' own steps in a shell."""

from __future__ import annotations

from workflows.conftest import Workshop


def test_a_push_to_dev_is_deployed_to_dev(workshop: Workshop) -> None:
    workshop.revision("r2", "r1", "SALES")
    workshop.push("dev", "Keep sales")
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM DEV_RAW.SHOP.SALES") == [(0,)]
    assert "r2" in done["Migrate"].summary
    assert "Say where it stands" not in done
