"""`snowlane promote` in real repositories with a remote on disk: what it merges, pushes, deploys and refuses."""

import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.snowlane.commands.land import TABLE, VIEW, Land, make_land
from tests.snowlane.repository import Repository

from snowlane.errors import ExitCode

GATES = [
    *("clean-tree", "branch", "same-bundle", "single-head", "lint", "rehearsal", "window"),
    *("lock", "confirmation"),
]


@pytest.fixture
def land(account, shop, monkeypatch) -> Land:
    return make_land(account, shop, monkeypatch)


@pytest.fixture
def tested(land) -> Land:
    """What is on dev is deployed to dev."""
    assert land.migrate("dev").code == ExitCode.DONE
    return land


def promote(land: Land, *options: str, at: Repository | None = None):
    return land.snowlane("promote", "dev", "qa", "--format", "json", *options, at=at)


def failing(done) -> list[str]:
    return [each["gate"] for each in done.data["gates"] if each["outcome"] == "failed"]


def remote_tip(land: Land, branch: str) -> str:
    return land.repository.git("ls-remote", "origin", f"refs/heads/{branch}").split()[0]


def test_a_merge_is_made_beside_a_dirty_tree_and_pushed(tested) -> None:
    repository = tested.repository
    dev, qa = repository.tip("dev"), repository.tip("qa")
    repository.git("switch", "--quiet", "--create", "feature")
    repository.write("README.md", "not committed\n")
    repository.git("add", "README.md")
    tested.shop.revision("r9", TABLE, after="r1")
    before = repository.state()
    done = promote(tested, "--push")
    assert done.code == ExitCode.DONE, done.err
    assert repository.state() == before
    assert [each["gate"] for each in done.data["gates"]] == GATES
    assert {each["outcome"] for each in done.data["gates"]} == {"passed"}
    assert "2 changed files stay as they are" in done.data["gates"][0]["found"]
    commit = done.data["commit"]
    assert (done.data["outcome"], done.data["pushed"]) == ("merged", True)
    assert remote_tip(tested, "qa") == repository.tip("qa") == repository.tip("origin/qa") == commit
    assert repository.git("log", "-1", "--format=%P", commit) == f"{qa} {dev}"
    message = repository.git("log", "-1", "--format=%B", commit)
    assert message.startswith(f"Promote dev to qa: bundle {done.data['bundle'][:12]}\n")
    assert f"Bundle: {done.data['bundle']}" in message
    # What was merged is what was tested, so qa takes it.
    repository.git("stash", "--quiet", "--include-untracked")
    repository.git("switch", "--quiet", "qa")
    assert tested.migrate("qa").code == ExitCode.DONE
    again = promote(tested, "--push")
    assert (again.code, again.data["outcome"], again.data["commit"]) == (0, "contained", commit)


def test_in_a_checkout_of_a_job_it_merges_pushes_and_deploys(tested) -> None:
    """A detached HEAD, no local branches, and only what actions/checkout fetches."""
    job = tested.repository.clone(tested.shop.root.parent / "job", "--branch=dev")
    job.git("switch", "--quiet", "--detach")
    job.git("branch", "--quiet", "-D", "dev")
    before = job.state()
    done = promote(tested, "--push", "--deploy", at=job)
    assert done.code == ExitCode.DONE, done.err
    assert job.state() == before
    assert job.git("branch", "--list", "--format=%(refname:short)").splitlines()[1:] == []
    assert job.git("worktree", "list").count("\n") == 0
    assert (done.data["deployed"], done.data["statements_run"]) == (True, 1)
    (row,) = tested.snowlane("history", "qa", "--format", "json").data["deployments"]
    assert (row["commit"], row["branch"]) == (remote_tip(tested, "qa"), "qa")
    tag = f"refs/tags/snowlane/qa/{done.data['bundle']}"
    assert tag in job.git("ls-remote", "origin", "refs/tags/*")
    again = promote(tested, "--push", "--deploy", at=job)
    assert (again.code, again.data["outcome"], again.data["statements_run"]) == (0, "contained", 0)


def test_without_a_push_the_local_branch_moves_unless_it_is_checked_out(tested) -> None:
    repository = tested.repository
    repository.git("switch", "--quiet", "qa")
    refused = promote(tested)
    assert refused.code == ExitCode.REFUSED
    assert f"branch qa is checked out in {repository.root}" in refused.err
    pushed = promote(tested, "--push")
    assert pushed.code == ExitCode.DONE, pushed.err
    (note,) = pushed.data["notes"]
    assert note.startswith(f"qa is checked out in {repository.root} and did not move: git pull")
    assert repository.git("status", "--porcelain") == ""
    repository.git("switch", "--quiet", "dev")
    repository.git("push", "--quiet", "--force", "origin", "qa")
    first = promote(tested)
    assert first.code == ExitCode.DONE, first.err
    assert (first.data["commit"], first.data["pushed"]) == (repository.tip("qa"), False)
    assert remote_tip(tested, "qa") != repository.tip("qa")
    # Once more is the same merge, and a push takes that one.
    assert promote(tested).data["commit"] == first.data["commit"]
    assert promote(tested, "--push").data["commit"] == first.data["commit"]
    assert remote_tip(tested, "qa") == first.data["commit"]


def test_all_gates_are_told_together_with_their_ways_out(land) -> None:
    """Nothing was deployed to dev, two revisions follow r1, and someone deploys to qa."""
    land.promote()
    land.repository.git("switch", "--quiet", "dev")
    assert land.migrate("dev").code == ExitCode.DONE
    assert promote(land).data["outcome"] == "contained"
    land.repository.git("switch", "--quiet", "qa")
    assert land.migrate("qa").code == ExitCode.DONE
    land.repository.git("switch", "--quiet", "dev")
    land.shop.revision(
        "r2",
        "op.sql('CREATE SCHEMA RAW.T')\nop.sql('CREATE OR REPLACE TABLE RAW.S.T (a INT)')",
        after="r1",
    )
    land.shop.revision("r3", "op.sql('CREATE SCHEMA RAW.T')", after="r1")
    qa = (land.shop.root / "envs" / "qa.toml").read_text()
    state = qa.rpartition('database = "')[2].partition('"')[0]
    window = (
        f'[window]\ncron = "0 3 1 {(datetime.now(UTC).month + 5) % 12 + 1} *"\nduration = "1h"\n'
    )
    (land.shop.root / "envs" / "qa.toml").write_text(f"{qa}{window}")
    land.repository.commit("two heads")
    land.repository.git("push", "--quiet", "origin", "dev")
    land.account.query(
        f"UPDATE {state}.SNOWLANE_QA.LEASE SET OWNER = 'ana', TOKEN = 't', ACQUIRED_AT = SYSDATE(), "
        "EXPIRES_AT = DATEADD(minute, 5, SYSDATE())"
    )
    land.account.query(f"UPDATE {state}.SNOWLANE_QA.DEPLOYMENTS SET COMMIT_ID = '{'1' * 40}'")
    refused = promote(land)
    assert refused.code == ExitCode.REFUSED
    every = ["branch", "same-bundle", "single-head", "lint", "window", "lock"]
    assert failing(refused) == every
    assert "6 gates refused the promotion of dev to qa" in refused.err
    assert "commit 111111111111, which is deployed, is not in this repository" in refused.err
    assert "migrations/versions/r2.py" in refused.err
    assert "ana deploys to qa" in refused.err
    text = land.snowlane("promote", "dev", "qa")
    assert re.search(
        r"  failed      same-bundle   \w{12} was not deployed to dev: it has", text.out
    )
    assert "dev is not promoted to qa." in text.out
    (land.shop.root / "migrations" / "versions" / "r3.py").unlink()
    land.repository.commit("one head")
    land.repository.git("push", "--quiet", "origin", "dev")
    again = promote(land)
    # With one head there is a plan, which drops what is there.
    again_failing = ["branch", "same-bundle", "lint", "rehearsal", "window", "lock"]
    assert failing(again) == again_failing
    assert "snowlane rehearse qa --from dev" in again.err
    reasons = [
        part
        for each in (
            *("same-bundle=dev is down", "lint=it is empty", "window=now", "branch=known"),
            "rehearsal=it is empty",
        )
        for part in ("--override", each)
    ]
    locked = promote(land, *reasons)
    assert locked.code == ExitCode.LOCKED
    land.account.query(f"UPDATE {state}.SNOWLANE_QA.LEASE SET TOKEN = NULL")
    done = promote(land, *reasons)
    assert done.code == ExitCode.DONE, done.err
    message = land.repository.git("log", "-1", "--format=%B", "qa")
    assert "\nOverride: same-bundle: dev is down\nOverride: lint: it is empty\n" in message


def test_a_hotfix_is_named_and_refused_where_it_changes_what_was_tested(tested) -> None:
    repository = tested.repository
    repository.git("switch", "--quiet", "qa")
    repository.write("runbook.md", "call ana\n")
    repository.commit("a word for operators")
    repository.git("push", "--quiet", "origin", "qa")
    repository.git("switch", "--quiet", "dev")
    done = promote(tested)
    assert done.code == ExitCode.DONE, done.err
    assert [each["subject"] for each in done.data["hotfixes"]] == ["a word for operators"]
    repository.git("switch", "--quiet", "qa")
    tested.shop.object("raw/v", VIEW)
    hotfix = repository.commit("hotfix: a view")
    repository.git("push", "--quiet", "origin", "qa")
    repository.git("switch", "--quiet", "dev")
    repository.write("README.md", "more\n")
    repository.commit("on dev")
    repository.git("push", "--quiet", "origin", "dev")
    refused = promote(tested)
    assert failing(refused) == ["same-bundle"]
    assert "it holds commits that dev has not:" in refused.err
    assert f"{hotfix[:12]} hotfix: a view" in refused.err
    # The way out: dev takes it in and deploys it.
    repository.git("merge", "--quiet", "--no-edit", "origin/qa")
    repository.git("push", "--quiet", "origin", "dev")
    assert tested.migrate("dev").code == ExitCode.DONE
    assert promote(tested).code == ExitCode.DONE


def test_a_conflict_names_files_and_changes_nothing(tested) -> None:
    repository = tested.repository
    for branch, text in (("qa", "one"), ("dev", "two")):
        repository.git("switch", "--quiet", branch)
        repository.write("envs/notes.md", f"{text}\n")
        repository.commit(f"{text} on {branch}")
        repository.git("push", "--quiet", "origin", branch)
    before = repository.state(), repository.git("show-ref")
    refused = promote(tested, "--push")
    assert refused.code == ExitCode.REFUSED
    assert "files in conflict:\n    envs/notes.md" in refused.err
    assert "one on qa" in refused.err
    assert (repository.state(), repository.git("show-ref")) == before


def test_somebody_who_was_faster_is_said_and_a_second_try_holds_both(tested, tmp_path) -> None:
    other = tested.repository.clone(tmp_path / "other", "--branch=qa")
    # The other pushes after the gates were judged: as the hook of the first push runs.
    hook = tested.repository.root / ".git" / "hooks" / "pre-push"
    hook.write_text(
        f"#!/bin/sh\nunset GIT_DIR\ncd {other.root} && git commit --quiet --allow-empty -m faster "
        "&& git push --quiet\n"
    )
    hook.chmod(0o755)
    before = tested.repository.tip("qa")
    done = promote(tested, "--push")
    assert done.code == ExitCode.FAILED, done.err
    assert "somebody else pushed to qa of origin meanwhile" in done.err
    assert "nothing was changed; run it again" in done.err
    assert tested.repository.tip("qa") == before
    hook.unlink()
    again = promote(tested, "--push")
    assert again.code == ExitCode.DONE, again.err
    assert remote_tip(tested, "qa") == again.data["commit"]
    assert "faster" in tested.repository.git("log", "--format=%s", again.data["commit"])


def test_what_is_not_pushed_is_no_part_of_it(tested) -> None:
    tested.repository.write("README.md", "mine\n")
    mine = tested.repository.commit("not pushed")
    done = promote(tested, "--push")
    assert done.code == ExitCode.DONE, done.err
    assert [each["id"] for each in done.data["not_pushed"]] == [mine]
    listed = tested.repository.git("log", "--format=%H", "origin/qa").split()
    assert mine not in listed

    again = tested.snowlane("promote", "dev", "qa")
    assert again.code == ExitCode.DONE, again.err
    assert "origin/qa holds origin/dev already" in again.out
    assert "lacks 1 commit of the local dev: git push origin dev" in again.out


def test_production_asks_and_is_deployed_from_the_promoted_commit(tested) -> None:
    assert promote(tested, "--push", "--deploy").code == ExitCode.DONE
    asked = tested.snowlane("promote", "qa", "prod", "--format", "json", "--push")
    assert asked.code == ExitCode.REFUSED
    assert failing(asked) == ["confirmation"]
    done = tested.snowlane(
        "promote", "qa", "prod", "--format", "json", "--push", "--deploy", "--yes"
    )
    assert done.code == ExitCode.DONE, done.err
    assert remote_tip(tested, "main") == done.data["commit"]
    (row,) = tested.snowlane("history", "prod", "--format", "json").data["deployments"]
    assert (row["commit"], row["outcome"]) == (done.data["commit"], "done")


def test_without_an_account_the_tag_is_evidence_and_what_is_not_known_is_said(
    tested, monkeypatch, tmp_path
) -> None:
    assert tested.migrate("dev", "--push-tag").code == ExitCode.DONE
    monkeypatch.setenv("SNOWLANE_LOCAL_DIR", str(tmp_path / "none"))
    done = promote(tested, "--push")
    assert done.code == ExitCode.DONE, done.err
    outcomes = {each["gate"]: each["outcome"] for each in done.data["gates"]}
    assert (outcomes["same-bundle"], outcomes["lock"]) == ("passed", "warning")
    assert "the local account is not running" in str(done.data["gates"])


class Locked(BaseHTTPRequestHandler):
    """A remote that wants a token."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_without_a_token_the_remote_lets_nobody_in(land) -> None:
    with HTTPServer(("127.0.0.1", 0), Locked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://ana:hunter22@127.0.0.1:{server.server_port}/shop.git"
        land.repository.git("remote", "set-url", "origin", url)
        done = promote(land, "--push")
        server.shutdown()
    assert done.code == ExitCode.USAGE
    assert "origin does not let this user in" in done.err
    assert "contents: write" in done.err
    assert "hunter22" not in done.err


def break_remote(land: Land) -> None:
    land.repository.git("remote", "set-url", "origin", "file:///nowhere/at.git")


def no_remote(land: Land) -> None:
    land.repository.git("remote", "remove", "origin")


def no_branch(land: Land) -> None:
    land.repository.git("push", "--quiet", "origin", "--delete", "qa")


def no_repository(land: Land) -> None:
    (land.repository.root / ".git").rename(land.repository.root.parent / "git")


def test_a_shallow_checkout_is_told_the_line_to_add(land, tmp_path) -> None:
    refused = promote(land, at=land.repository.clone(tmp_path / "job", "--depth=1"))
    assert refused.code == ExitCode.REFUSED
    assert "  fetch-depth: 0" in refused.err


@pytest.mark.parametrize(
    ("prepare", "arguments", "code", "said"),
    [
        (break_remote, ["dev", "qa", "--push"], 1, "origin did not answer"),
        (no_remote, ["dev", "qa", "--push"], 2, "there is no remote to push to"),
        (no_branch, ["dev", "qa"], 2, "origin has no branch qa"),
        (no_repository, ["dev", "qa"], 2, "no commit holds this project"),
        (None, ["dev", "prod"], 2, "prod is promoted from qa, not from dev"),
        (None, ["qa", "dev"], 2, "nothing is promoted to dev"),
        (None, ["dev", "nope"], 2, "there is no environment 'nope'"),
        (None, ["dev", "qa", "--deploy"], 2, "--deploy needs --push"),
        (None, ["dev", "qa", "--override", "nope=why"], 2, "names no gate"),
    ],
)
def test_what_cannot_be_promoted_is_said_and_changes_nothing(
    land, prepare, arguments, code, said
) -> None:
    if prepare is not None:
        prepare(land)
    done = land.snowlane("promote", *arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert "To go on: " in done.err
    assert "Traceback" not in done.err
