"""Merges, tags and pushes: what they change, what they leave alone, and who was faster."""

import pytest
from tests.snowlane.repository import Repository, make_repository, use_own_settings

from snowlane.errors import ConfigurationError, SnowlaneError
from snowlane.git import command
from snowlane.git.command import Git, without_credentials
from snowlane.git.merging import checked_out_in, commit_merge, merge, move_branch
from snowlane.git.pushing import Outcome, push
from snowlane.git.tags import has_tag, is_evidence, make_tag, push_tag, remote_has_tag, tag_name

QA = "refs/heads/qa"
TAG = tag_name("qa", "ab" * 32)


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Repository:
    """Branches main and qa, both pushed, at one commit; main is checked out."""
    use_own_settings(tmp_path, monkeypatch)
    (tmp_path / "work").mkdir()
    made = make_repository(tmp_path / "work")
    made.write("a.txt", "one\ntwo\nthree\n")
    made.commit("first")
    made.git("branch", "qa")
    made.git("push", "--quiet", "--all", "origin")
    return made


def git_of(repository: Repository) -> Git:
    return Git(repository.root)


def commit_on(repository: Repository, branch: str, file: str, text: str) -> str:
    repository.git("switch", "--quiet", branch)
    repository.write(file, text)
    made = repository.commit(f"{file} on {branch}")
    repository.git("switch", "--quiet", "main")
    return made


def test_a_merge_leaves_files_index_and_branches_alone(repository) -> None:
    qa = commit_on(repository, "qa", "b.txt", "hotfix\n")
    main = commit_on(repository, "main", "a.txt", "one\ntwo\nthree\nfour\n")
    repository.write("a.txt", "not committed\n")
    repository.write("c.txt", "staged\n")
    repository.git("add", "c.txt")
    before = repository.state(), repository.tip("qa"), repository.tip("main")
    git = git_of(repository)
    merged = merge(git, qa, main)
    made = commit_merge(git, merged.tree, (qa, main), "Promote main to qa\n")
    assert (repository.state(), repository.tip("qa"), repository.tip("main")) == before
    assert repository.git("show", f"{made}:a.txt") == "one\ntwo\nthree\nfour"
    assert repository.git("show", f"{made}:b.txt") == "hotfix"
    assert repository.git("log", "-1", "--format=%P %s %an", made) == (
        f"{qa} {main} Promote main to qa Ana"
    )


def test_files_in_conflict_are_named(repository) -> None:
    qa = commit_on(repository, "qa", "a.txt", "one\nTWO\nthree\n")
    main = commit_on(repository, "main", "a.txt", "one\n2\nthree\n")
    assert merge(git_of(repository), qa, main).conflicts == ("a.txt",)


def test_histories_without_a_common_commit_do_not_merge(repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "other")
    other = repository.commit("unrelated")
    with pytest.raises(SnowlaneError, match="merge-tree failed") as raised:
        merge(git_of(repository), repository.tip("qa"), other)
    assert "unrelated histories" in raised.value.why


def test_a_branch_moves_only_from_where_it_was(repository) -> None:
    git, first = git_of(repository), repository.tip("qa")
    second = commit_on(repository, "main", "b.txt", "more\n")
    assert move_branch(git, "qa", second, first, "promote")
    assert not move_branch(git, "qa", first, first, "promote")
    assert repository.tip("qa") == second
    assert move_branch(git, "new", second, None, "promote")
    assert not move_branch(git, "new", first, None, "promote")


def test_a_branch_that_is_checked_out_is_found_in_any_working_tree(repository, tmp_path) -> None:
    git = git_of(repository)
    assert checked_out_in(git, "main") == repository.root
    assert checked_out_in(git, "qa") is None
    repository.git("worktree", "add", "--quiet", str(tmp_path / "other"), "qa")
    assert checked_out_in(git, "qa") == tmp_path / "other"


def test_a_push_never_overruns_somebody_who_was_faster(repository, tmp_path) -> None:
    git, first = git_of(repository), repository.tip("qa")
    mine = commit_on(repository, "main", "b.txt", "mine\n")
    other = repository.clone(tmp_path / "other", "--branch=qa")
    theirs = other.commit("faster")
    other.git("push", "--quiet")
    assert push(git, "origin", mine, QA, first).outcome is Outcome.OUTRUN
    assert other.git("ls-remote", "origin", QA).split()[0] == theirs
    repository.git("fetch", "--quiet")
    assert push(git, "origin", mine, QA, first).outcome is Outcome.OUTRUN
    assert push(git, "origin", mine, "refs/heads/new").is_done
    assert repository.tip("origin/new") == mine


def test_a_remote_that_refuses_is_quoted(repository) -> None:
    remote = repository.root.parent / "work.remote.git"
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'qa is protected: open a pull request' >&2\nexit 1\n")
    hook.chmod(0o755)
    mine = commit_on(repository, "main", "b.txt", "mine\n")
    refused = push(git_of(repository), "origin", mine, QA, repository.tip("qa"))
    assert refused.outcome is Outcome.REFUSED
    assert "qa is protected: open a pull request" in refused.why


def test_a_remote_that_is_not_there_or_silent_ends_in_bounded_time(repository, monkeypatch) -> None:
    git, tip = git_of(repository), repository.tip("qa")
    repository.git("remote", "set-url", "origin", "file:///nowhere/at.git")
    assert push(git, "origin", tip, QA, tip).outcome is Outcome.UNREACHABLE
    monkeypatch.setattr(command, "REMOTE_SECONDS", 0.3)
    repository.git("remote", "set-url", "origin", "ext::sleep 300")
    silent = push(git, "origin", tip, QA, tip)
    assert silent.outcome is Outcome.UNREACHABLE
    assert "no answer in 0.3 s" in silent.why


def test_a_name_that_somebody_gave_a_commit_is_no_evidence(repository) -> None:
    git = Git(repository.root)
    repository.git("tag", TAG)
    repository.git("push", "--quiet", "origin", f"refs/tags/{TAG}")
    assert has_tag(git, TAG)
    assert not is_evidence(git, TAG)
    assert remote_has_tag(git, "origin", TAG) is False


def test_a_deployment_is_tagged_once_and_pushed_as_often_as_one_likes(repository, tmp_path) -> None:
    git, tip = git_of(repository), repository.tip("main")
    message = "qa is at r1\n\nrevision: r1\ndeployment: 1\n"
    assert make_tag(git, TAG, tip, message)
    assert not make_tag(git, TAG, commit_on(repository, "main", "b.txt", "later\n"), "again\n")
    assert (
        repository.git("tag", "--list", "--format=%(objecttype) %(*objectname)", TAG)
        == f"tag {tip}"
    )
    assert repository.git("tag", "--list", "--format=%(contents)", TAG) == message.strip()
    assert remote_has_tag(git, "origin", TAG) is False
    assert is_evidence(git, TAG)
    assert push_tag(git, "origin", TAG).is_done
    assert push_tag(git, "origin", TAG).is_done
    assert remote_has_tag(git, "origin", TAG) is True
    # Another machine deployed the same, and made a tag of its own.
    other = repository.clone(tmp_path / "other", "--no-tags")
    assert not has_tag(Git(other.root), TAG)
    assert make_tag(Git(other.root), TAG, tip, "by another\n")
    assert push_tag(Git(other.root), "origin", TAG).is_done


def test_in_ci_the_person_who_started_the_run_made_it(repository, tmp_path, monkeypatch) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tuseConfigOnly = true\n")
    git, tip = git_of(repository), repository.tip("main")
    with pytest.raises(ConfigurationError, match="who you are"):
        make_tag(git, TAG, tip, "text\n")
    monkeypatch.setenv("GITHUB_ACTOR", "octo")
    monkeypatch.setenv("GITHUB_ACTOR_ID", "7")
    assert make_tag(git, TAG, tip, "text\n")
    who = repository.git("tag", "--list", "--format=%(taggername) %(taggeremail)", TAG)
    assert who == "octo <7+octo@users.noreply.github.com>"


def test_who_signs_in_by_an_address_is_not_shown(repository) -> None:
    text = "fatal: unable to access 'https://x-access-token:ghs_secret@github.com/a/b.git/'"
    assert without_credentials(text) == "fatal: unable to access 'https://github.com/a/b.git/'"
    repository.git("remote", "set-url", "origin", "http://ana:hunter22@127.0.0.1:9/a.git")
    tip = repository.tip("qa")
    failed = push(git_of(repository), "origin", tip, QA, tip)
    assert "hunter22" not in failed.why
    assert "127.0.0.1" in failed.why
