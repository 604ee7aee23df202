"""`snowlane migrate` from real repositories: which commits an environment takes, and what it leaves behind."""

import re

import pytest
from tests.snowlane.commands.land import TABLE, VIEW, Land, make_land

from snowlane.errors import ExitCode


@pytest.fixture
def land(account, shop, monkeypatch) -> Land:
    return make_land(account, shop, monkeypatch)


def test_a_commit_goes_to_qa_by_its_branch_and_after_dev(land) -> None:
    first = land.migrate("dev")
    assert first.code == ExitCode.DONE, first.err
    assert first.err.count("Gates of dev\n") == 1
    assert land.gates(first) == dict.fromkeys(("clean-tree", "branch", "lint"), "passed")
    before = land.databases()
    refused = land.migrate("qa")
    assert refused.code == ExitCode.REFUSED
    assert re.search(r"branch: \w{12} \(on dev\) is not on origin/qa:\n +\w{12} r1\n", refused.err)
    shown = land.migrate("qa", "--dry-run")
    assert (shown.code, land.gates(shown)["branch"]) == (ExitCode.REFUSED, "failed")
    # Refused before anything was prepared.
    assert land.databases() == before
    tip = land.promote()
    done = land.migrate("qa")
    assert done.code == ExitCode.DONE, done.err
    assert set(land.gates(done).values()) == {"passed"}
    assert "same-bundle  " in done.err
    assert "(state tables)" in done.err
    (row,) = land.account.snowlane("history", "qa", "--format", "json").data["deployments"]
    assert (row["commit"], row["branch"], row["overrides"]) == (tip, "qa", {})
    assert f"commit {tip[:12]} of qa" in land.account.snowlane("history", "qa").out
    assert (
        f"  commit    {tip[:12]} of qa, as origin/qa\n" in land.account.snowlane("status", "qa").out
    )
    land.repository.write("README.md", "more\n")
    land.repository.commit("a word")
    land.repository.git("push", "--quiet", "origin", "qa")
    (found,) = land.account.snowlane("status", "qa", "--format", "json").data["environments"]
    behind = {"branch": "origin/qa", "commits": 1, "same_bundle": True, "note": ""}
    assert (found["commit"], found["behind"]) == (tip, behind)
    assert (
        "1 commit behind origin/qa, the same migrations"
        in land.account.snowlane("status", "qa").out
    )
    tag = f"snowlane/qa/{done.data['bundle']}"
    assert done.data["tag"] == {"name": tag, "pushed": False}
    text = land.repository.git("tag", "--list", "--format=%(contents)|%(*objectname)", tag)
    assert text == (
        f"qa is at r1\n\nrevision: r1\nbundle: {done.data['bundle']}\n"
        f"deployment: {done.data['deployment']}\n|{tip}"
    )


def test_what_is_not_committed_or_was_not_in_dev_needs_a_reason(land) -> None:
    land.promote()
    land.shop.revision("r2", TABLE, after="r1")
    refused = land.migrate("qa")
    assert refused.code == ExitCode.REFUSED
    assert "2 gates refused a deployment to qa" in refused.err
    assert "clean-tree: 1 file is not as in commit" in refused.err
    assert "migrations/versions/r2.py" in refused.err
    assert "was not deployed to dev" in refused.err
    assert "--override clean-tree=WHY --override same-bundle=WHY" in refused.err
    reasons = ("--override", "clean-tree=the till is down", "--override", "same-bundle=no time")
    done = land.migrate("qa", *reasons)
    assert done.code == ExitCode.DONE, done.err
    assert land.gates(done)["clean-tree"] == "overridden"
    assert done.data["tag"] is None
    history = land.account.snowlane("history", "qa").out
    assert "1 file not as in the commit" in history
    assert "override clean-tree: the till is down" in history
    assert "override same-bundle: no time" in history


def test_a_tag_is_evidence_where_the_account_is_not(land) -> None:
    done = land.migrate("dev", "--push-tag")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["tag"]["pushed"] is True
    land.promote()
    state = (land.shop.root / "envs" / "dev.toml").read_text().rpartition('database = "')[2]
    land.account.query(f"DROP SCHEMA {state.partition(chr(34))[0]}.SNOWLANE_DEV")
    elsewhere = land.repository.clone(land.shop.root.parent / "ci", "--branch=qa", "--no-tags")
    done = land.migrate("qa", at=elsewhere)
    assert done.code == ExitCode.DONE, done.err
    assert f"(tag {done.data['tag']['name'].replace('/qa/', '/dev/')} of origin)" in done.err


def test_what_is_deployed_is_not_taken_back(land) -> None:
    first = land.repository.tip("dev")
    land.shop.object("raw/v", VIEW)
    land.repository.commit("a view")
    assert land.migrate("dev").code == ExitCode.DONE
    later = land.promote()
    assert land.migrate("qa").code == ExitCode.DONE
    land.repository.git("reset", "--quiet", "--hard", first)
    land.repository.git("push", "--quiet", "--force", "origin", "qa")
    refused = land.migrate("qa")
    assert refused.code == ExitCode.REFUSED
    assert f"does not hold {later[:12]}, which is deployed: it would take back:" in refused.err
    assert re.search(r"\w{12} a view\n", refused.err)


def test_a_shallow_checkout_is_told_the_line_to_add(land) -> None:
    assert land.migrate("dev").code == ExitCode.DONE
    land.promote()
    assert land.migrate("qa").code == ExitCode.DONE
    land.shop.object("raw/v", VIEW)
    land.repository.commit("a view")
    land.repository.git("push", "--quiet", "origin", "qa")
    shallow = land.repository.clone(land.shop.root.parent / "ci", "--branch=qa", "--depth=1")
    refused = land.migrate("qa", at=shallow)
    assert refused.code == ExitCode.REFUSED
    assert "this checkout is shallow" in refused.err
    assert "    fetch-depth: 0" in refused.err


def test_dev_warns_and_takes_a_feature_branch(land) -> None:
    land.repository.git("switch", "--quiet", "--create", "feature")
    land.shop.revision("r2", TABLE, after="r1")
    done = land.migrate("dev")
    assert done.code == ExitCode.DONE, done.err
    assert land.gates(done)["clean-tree"] == "warning"
    land.repository.commit("r2")
    land.shop.object("raw/v", VIEW)
    assert land.gates(land.migrate("dev"))["branch"] == "warning"
    assert "(on feature) is not on origin/dev" in land.migrate("dev", "--to", "r1").err


def test_without_a_repository_only_an_enforced_branch_refuses(land, tmp_path) -> None:
    (land.shop.root / ".git").rename(tmp_path / "git")
    assert land.migrate("dev").code == ExitCode.DONE
    before = land.databases()
    refused = land.migrate("qa")
    assert refused.code == ExitCode.REFUSED
    assert "no commit holds this project, so it is not on branch qa" in refused.err
    assert land.databases() == before


def test_a_bundle_that_needs_no_statement_is_recorded_so_that_it_can_be_promoted(land) -> None:
    assert land.migrate("dev").code == ExitCode.DONE
    path = land.shop.root / "migrations" / "versions" / "r1.py"
    path.write_text(path.read_text().replace("def upgrade", "# why\ndef upgrade"))
    land.repository.commit("a comment")
    done = land.migrate("dev")
    assert done.code == ExitCode.DONE, done.err
    assert "nothing to do" in land.account.snowlane("migrate", "dev").out
    history = land.account.snowlane("history", "dev", "--format", "json").data["deployments"]
    assert [each["statements_run"] for each in history] == [0, 1]
    assert history[0]["bundle"] == done.data["bundle"]
    land.promote()
    assert land.migrate("qa").code == ExitCode.DONE


def test_a_tag_that_the_remote_refuses_is_a_warning_and_can_be_repeated(land, monkeypatch) -> None:
    hook = land.shop.root.parent / "shop.remote.git" / "hooks" / "update"
    hook.write_text("#!/bin/sh\necho 'no tags today' >&2\nexit 1\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = land.migrate("dev")
    assert done.code == ExitCode.DONE, done.err
    assert done.data["tag"]["pushed"] is False
    assert "Warning: dev is deployed, but the tag that says so was not pushed to origin" in done.err
    assert "no tags today" in done.err
    assert "::warning title=snowlane::dev is deployed, but the tag" in done.err
    hook.unlink()
    again = land.migrate("dev")
    assert (again.code, again.data["tag"]["pushed"]) == (ExitCode.DONE, True)
    tag = f"refs/tags/{again.data['tag']['name']}"
    assert tag in land.repository.git("ls-remote", "origin", "refs/tags/*")


def test_after_a_rollback_the_commit_of_before_is_the_deployed_one(land) -> None:
    first = land.repository.tip("dev")
    assert land.migrate("dev").code == ExitCode.DONE
    land.shop.object("raw/v", VIEW)
    second = land.repository.commit("a view")
    assert land.migrate("dev", "--restore-point").code == ExitCode.DONE
    done = land.snowlane("rollback", "dev", "--yes")
    assert done.code == ExitCode.DONE, done.err
    history = land.snowlane("history", "dev", "--format", "json").data["deployments"]
    assert [each["commit"] for each in history] == [first, second, first]
