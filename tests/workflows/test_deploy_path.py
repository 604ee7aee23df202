"""The way from a push to a deployed environment, by the workflows' own steps in a shell."""

from __future__ import annotations

from workflows.conftest import Workshop
from workflows.runner import git


def test_a_push_to_dev_is_deployed_to_dev(workshop: Workshop) -> None:
    workshop.revision("r2", "r1", "SALES")
    workshop.push("dev", "Keep sales")
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM DEV_RAW.SHOP.SALES") == [(0,)]
    assert "r2" in done["Migrate"].summary
    assert [tag.split("/")[:2] for tag in workshop.tags()] == [["snowlane", "dev"]]
    assert "Say where it stands" not in done


def test_a_cancelled_job_stops_in_a_known_state_and_the_next_goes_on(workshop: Workshop) -> None:
    slow = 'CREATE TABLE RAW.SHOP.STOCK (ID NUMBER)""")\n    op.sql("""CALL SYSTEM$WAIT(100)'
    workshop.revision("r3", "r2", "STOCK", slow)
    workshop.push("dev", "Keep stock, slowly")
    done = workshop.run(
        "deploy.yml", "migrate", branch="dev", environment="dev", cancel_at="] upgrade r3"
    )
    assert done["Migrate"].code in (1, 6), done.out
    assert "interrupted" in done["Migrate"].out
    assert "Say where it stands" not in done

    workshop.revision("r3", "r2", "STOCK", slow.replace("100", "0"))
    workshop.push("dev", "Keep stock")
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM DEV_RAW.SHOP.STOCK") == [(0,)]


def test_what_dev_has_is_deployed_to_qa(workshop: Workshop) -> None:
    git("push", "--quiet", "origin", "dev:qa", inside=workshop.checkout)
    workshop.give_key("qa")
    done = workshop.run("deploy.yml", "migrate", branch="qa", environment="qa")
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM QA_RAW.SHOP.STOCK") == [(0,)]
    assert {tag.split("/")[1] for tag in workshop.tags()} == {"dev", "qa"}
    secret = workshop.secrets["qa"]["SNOWFLAKE_PRIVATE_KEY"]
    assert not any(line in done.out for line in secret.splitlines())


def test_a_pull_request_is_planned_tried_and_commented_on(workshop: Workshop) -> None:
    workshop.revision("r4", "r3", "RETURNS")
    event = workshop.open_pull_request(7, "dev", "Keep returns")
    about = {"branch": "refs/pull/7/merge", "event": "pull_request", "more": {"event": event}}
    done = workshop.run("ci.yml", "plan", **about)
    assert done.succeeded, done.out
    assert "in 1 file" in done["Check what the pull request adds"].out
    assert "Plan for dev: r3 -> r4" in done["Plan"].summary
    assert done["Deploy the branch it goes to, on the local account"].summary == ""

    needs = {"plan": {"outputs": done.outputs, "result": "success"}}
    commented = workshop.run("ci.yml", "comment", needs=needs, **about)
    assert commented.succeeded, commented.out
    asked = workshop.asked_of_gh
    assert "--method POST repos/retail/platform/issues/7/comments" in asked
    assert "<!-- snowlane plan -->\n" in asked
    assert "CREATE TABLE DEV_RAW.SHOP.RETURNS" in asked
    assert "runs/5) shows the whole plan" in asked

    event["pull_request"]["head"]["repo"] = {"full_name": "somebody/platform"}
    assert workshop.run("ci.yml", "comment", needs=needs, **about).skipped
