"""The way from a push to a deployed environment, by the workflows' own steps in a shell."""

from __future__ import annotations

from extents import WORKFLOWS
from workflows.conftest import Workshop
from workflows.runner import git

pytestmark = WORKFLOWS.whole_only


def test_a_push_to_dev_is_deployed_to_dev(workshop: Workshop) -> None:
    workshop.revision("r2", "r1", "SALES")
    workshop.push("dev", "Keep sales")
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM DEV_RAW.SHOP.SALES") == [(0,)]
    assert "r2" in done["Migrate"].summary
    assert [tag.split("/")[:2] for tag in workshop.tags()] == [["snowlane", "dev"]]
    assert "Say where it stands" not in done


def test_a_job_that_cannot_sign_in_says_why(workshop: Workshop) -> None:
    known = workshop.vars["dev"]
    workshop.vars["dev"] = {}
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    assert [(step.name, step.code) for step in done.steps] == [("Say how to sign in", 2)]
    assert "SNOWFLAKE_ACCOUNT and SNOWFLAKE_USER are not both variables" in done.out

    workshop.vars["dev"] = {**known, "SNOWFLAKE_AUDIENCE": "another"}
    done = workshop.run("deploy.yml", "migrate", branch="dev", environment="dev")
    workshop.vars["dev"] = known
    assert done["Migrate"].code == 1
    said = "GitHub's token (subject repo:retail/platform:environment:dev, audience another)"
    assert said in done["Migrate"].out
    assert "eyJ" not in done.out


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


def test_what_dev_has_is_promoted_and_deployed_to_qa(workshop: Workshop) -> None:
    about = {"branch": "main", "environment": "automation", "event": "workflow_dispatch"}
    done = workshop.run("promote.yml", "promote", **about, inputs={"what": "dev to qa"})
    assert done.succeeded, done.out
    assert "Promotion of dev to qa" in done["Promote"].summary
    assert "workflow run deploy.yml --repo retail/platform --ref qa" in workshop.asked_of_gh
    for branch in ("qa", "dev"):
        git("fetch", "--quiet", "origin", branch, inside=workshop.checkout)
    git("merge-base", "--is-ancestor", "origin/dev", "origin/qa", inside=workshop.checkout)

    workshop.give_key("qa")
    about = {"branch": "qa", "environment": "qa", "event": "workflow_dispatch"}
    inputs = {"window": True, "scale": "large"}
    done = workshop.run("deploy.yml", "migrate", **about, inputs=inputs)
    assert done["Migrate"].code == 1
    assert "GRANT MODIFY ON WAREHOUSE WH TO ROLE DEPLOY_QA" in done["Migrate"].summary
    assert "qa: at the base" in done["Say where it stands"].out

    workshop.query("GRANT MODIFY ON WAREHOUSE WH TO ROLE DEPLOY_QA")
    done = workshop.run("deploy.yml", "migrate", **about, inputs=inputs)
    assert done.succeeded, done.out
    assert workshop.query("SELECT COUNT(*) FROM QA_RAW.SHOP.STOCK") == [(0,)]
    assert {tag.split("/")[1] for tag in workshop.tags()} == {"dev", "qa"}
    secret = workshop.secrets["qa"]["SNOWFLAKE_PRIVATE_KEY"]
    assert not any(line in done.out for line in secret.splitlines())
