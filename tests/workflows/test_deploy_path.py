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


def test_a_pull_request_is_planned_tried_and_commented_on(workshop: Workshop) -> None:
    workshop.revision("r3", "r2", "RETURNS")
    event = workshop.open_pull_request(7, "dev", "Keep returns")
    about = {"branch": "refs/pull/7/merge", "event": "pull_request", "more": {"event": event}}
    done = workshop.run("ci.yml", "plan", **about)
    assert done.succeeded, done.out
    assert "in 1 file" in done["Check what the pull request adds"].out
    assert "Plan for dev: r2 -> r3" in done["Plan"].summary
    assert done["Deploy the branch it goes to, on the local account"].summary == ""

    needs = {"plan": {"outputs": done.outputs, "result": "success"}}
    commented = workshop.run("ci.yml", "comment", needs=needs, **about)
    assert commented.succeeded, commented.out
    asked = workshop.asked_of_gh
    assert "--method POST repos/retail/platform/issues/7/comments" in asked
    assert "<!-- snowlane plan -->\n" in asked
    assert "CREATE TABLE DEV_RAW.SHOP.RETURNS" in asked
    assert "runs/2) shows the whole plan" in asked

    event["pull_request"]["head"]["repo"] = {"full_name": "somebody/platform"}
    assert workshop.run("ci.yml", "comment", needs=needs, **about).skipped
