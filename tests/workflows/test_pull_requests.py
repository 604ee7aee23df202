"""What a pull request gets: its plan as a comment, and a copy of production, by the workflows' own steps in a shell.

About a minute: `make workflows` runs it, `make test` does not.
"""

from __future__ import annotations

from extents import WORKFLOWS
from workflows.conftest import Workshop
from workflows.runner import git

pytestmark = WORKFLOWS.whole_only


def test_a_pull_request_is_planned_tried_and_commented_on(workshop: Workshop) -> None:
    workshop.revision("r2", "r1", "RETURNS")
    event = workshop.open_pull_request(7, "dev", "Keep returns")
    about = {"branch": "refs/pull/7/merge", "event": "pull_request", "more": {"event": event}}
    done = workshop.run("ci.yml", "plan", **about)
    assert done.succeeded, done.out
    assert "in 1 file" in done["Check what the pull request adds"].out
    assert "Plan for dev: r1 -> r2" in done["Plan"].summary
    assert done["Deploy the branch it goes to, on the local account"].summary == ""

    needs = {"plan": {"outputs": done.outputs, "result": "success"}}
    commented = workshop.run("ci.yml", "comment", needs=needs, **about)
    assert commented.succeeded, commented.out
    asked = workshop.asked_of_gh
    assert "--method POST repos/retail/platform/issues/7/comments" in asked
    assert "<!-- snowlane plan -->\n" in asked
    assert "CREATE TABLE DEV_RAW.SHOP.RETURNS" in asked
    assert "runs/1) shows the whole plan" in asked

    event["pull_request"]["head"]["repo"] = {"full_name": "somebody/platform"}
    assert workshop.run("ci.yml", "comment", needs=needs, **about).skipped


def test_a_labelled_pull_request_is_deployed_to_a_copy_of_production(workshop: Workshop) -> None:
    git("push", "--quiet", "origin", "dev:main", inside=workshop.checkout)
    override = {"override": "same-bundle=the first deployment of all"}
    done = workshop.run("deploy.yml", "migrate", branch="main", environment="prod", inputs=override)
    assert done.succeeded, done.out

    workshop.revision("r2", "r1", "STOCK")
    event = workshop.open_pull_request(8, "dev", "Keep stock")
    event["pull_request"] |= {"state": "open", "labels": [{"name": "preview"}]}
    about = {"branch": "refs/pull/8/merge", "event": "pull_request", "environment": "preview"}
    event |= {"action": "labeled", "label": {"name": "preview"}}
    for _ in range(2):
        done = workshop.run("preview.yml", "deploy", **about, more={"event": event})
        assert done.succeeded, done.out
        assert workshop.query("SELECT COUNT(*) FROM PR_8_RAW.SHOP.STOCK") == [(0,)]

    event |= {"action": "closed"}
    assert workshop.run("preview.yml", "drop", **about, more={"event": event}).succeeded
    asked = workshop.asked_of_gh
    assert "workflow run gc.yml --repo retail/platform --field drop=pr_8" in asked
    for said in ("pr_8", "pr_8 is gone already"):
        drop = {"environment": "automation", "inputs": {"drop": "pr_8"}}
        done = workshop.run("gc.yml", "drop", branch="main", event="workflow_dispatch", **drop)
        assert done.succeeded, done.out
        assert said in done["Drop"].out
    assert workshop.query("SHOW DATABASES STARTS WITH 'PR_8'") == []
    assert not any(tag.startswith("snowlane/pr_8") for tag in workshop.tags())


def test_drift_fails_the_morning_after_somebody_changed_production(workshop: Workshop) -> None:
    about = {"branch": "main", "environment": "automation", "event": "schedule"}
    matrix = {"environment": "prod", "branch": "main"}
    done = workshop.run("drift.yml", "measure", **about, matrix=matrix)
    assert done.succeeded, done.out
    workshop.query("CREATE TABLE PROD_RAW.SHOP.BY_HAND (ID NUMBER)")
    workshop.query("GRANT OWNERSHIP ON TABLE PROD_RAW.SHOP.BY_HAND TO ROLE DEPLOY_PROD")
    done = workshop.run("drift.yml", "measure", **about, matrix=matrix)
    assert done["Measure"].code == 4
    assert "RAW.SHOP.BY_HAND" in done["Measure"].summary
