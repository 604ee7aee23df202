"""The facts of HEAD and of the branches around it, from real repositories with a remote on disk."""

import shutil
from pathlib import Path

import pytest
from tests.snowlane.repository import Repository, make_repository, use_own_settings

from snowlane.config.project import Project
from snowlane.errors import ConfigurationError, RefusedError
from snowlane.git.branches import branch_seen_from, count_between, descent_of, remote_of
from snowlane.git.checkout import open_repository, read_checkout
from snowlane.git.command import Git
from snowlane.git.content import bundle_at, export
from snowlane.repository import read_repository

SOURCE = Path(__file__).parents[3]
SCHEMA = "op.sql('CREATE SCHEMA RAW.S')"
VIEW = "CREATE OR REPLACE VIEW RAW.S.V AS SELECT 1 AS A\n"


@pytest.fixture
def repository(shop, monkeypatch) -> Repository:
    """The shop with a revision and a view, committed on main and pushed."""
    use_own_settings(shop.root.parent, monkeypatch)
    shop.revision("r1", SCHEMA)
    shop.object("raw/s/views/v", VIEW)
    made = make_repository(shop.root)
    made.commit("the shop")
    made.git("push", "--quiet", "--set-upstream", "origin", "main")
    return made


def git_of(repository: Repository) -> Git:
    git = open_repository(repository.root)
    assert git is not None
    return git


def bundle_of(root: Path) -> str:
    project = Project(root)
    return read_repository(project, project.environment("dev")).bundle


def test_head_of_a_clean_checkout(repository) -> None:
    found = read_checkout(git_of(repository))
    assert found.commit == repository.tip("HEAD")
    assert (found.branch, found.remote, found.changed) == ("main", "origin", ())
    assert not found.is_shallow
    assert found.bundle == bundle_of(repository.root)


def test_a_detached_head_is_on_no_branch(repository) -> None:
    repository.git("switch", "--quiet", "--detach")
    assert read_checkout(git_of(repository)).branch is None


def test_what_is_not_the_commits_counts_where_a_deployment_reads_it(repository, shop) -> None:
    repository.write("README.md", "followed\n")
    repository.commit()
    repository.write("README.md", "changed\n")
    repository.write("notes.txt", "new, and read by nobody\n")
    shop.revision("r2", SCHEMA, after="r1")
    repository.git("rm", "--quiet", "migrations/objects/raw/s/views/v.sql")
    assert read_checkout(git_of(repository)).changed == (
        "README.md",
        "migrations/objects/raw/s/views/v.sql",
        "migrations/versions/r2.py",
    )


def test_the_bundle_is_that_of_the_commit_whatever_the_files_say(repository, shop) -> None:
    before = bundle_of(repository.root)
    first = repository.tip("HEAD")
    shop.object("raw/s/views/v", VIEW.replace("1", "2"))
    assert read_checkout(git_of(repository)).bundle == before != bundle_of(repository.root)
    repository.commit()
    assert bundle_at(git_of(repository), first) == before
    assert bundle_at(git_of(repository), "HEAD") == bundle_of(repository.root)


def test_the_bundle_of_a_commit_is_read_as_alembic_and_a_checkout_read(
    tmp_path, monkeypatch
) -> None:
    """The platform in a folder of its repository, with line ends of another machine and odd files."""
    use_own_settings(tmp_path, monkeypatch)
    root = tmp_path / "all" / "warehouse"
    for part in ("envs", "migrations"):
        shutil.copytree(SOURCE / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SOURCE / "alembic.ini", root)
    versions = root / "migrations" / "versions"
    (versions / "__init__.py").write_text("")
    (versions / "notes.txt").write_text("no revision\n")
    view = next((root / "migrations" / "objects").rglob("*.sql"))
    view.write_bytes(view.read_bytes().replace(b"\n", b"\r\n"))
    repository = make_repository(tmp_path / "all")
    repository.commit()
    assert bundle_at(git_of(Repository(root)), "HEAD") == bundle_of(root)


def test_a_file_that_is_no_text_is_named(repository) -> None:
    path = repository.root / "migrations" / "objects" / "raw" / "bad.sql"
    path.write_bytes(b"\xff\xfe")
    repository.commit()
    with pytest.raises(RefusedError, match=r"migrations/objects/raw/bad\.sql is not"):
        bundle_at(git_of(repository), "HEAD")


def test_a_tree_is_written_outside_the_checkout_and_leaves_it_alone(repository, tmp_path) -> None:
    repository.write("README.md", "not committed\n")
    repository.git("add", "README.md")
    before = repository.state()
    written = export(git_of(repository), repository.tip("HEAD^{tree}"), tmp_path / "out")
    assert bundle_of(written) == bundle_of(repository.root)
    assert not (written / "README.md").exists()
    assert repository.state() == before


@pytest.mark.parametrize("prepare", ["nothing", "empty", "other", "ignored"])
def test_a_project_that_no_commit_holds_has_no_repository(shop, monkeypatch, prepare) -> None:
    use_own_settings(shop.root.parent, monkeypatch)
    if prepare == "empty":
        Repository(shop.root).git("init", "--quiet")
    if prepare in ("other", "ignored"):
        above = Repository(shop.root.parent)
        above.git("init", "--quiet")
        above.write("other.txt", "text\n")
        above.write(".gitignore", "shop/\n" if prepare == "ignored" else "")
        above.git("add", "other.txt")
        above.git("commit", "--quiet", "-m", "another project")
    assert open_repository(shop.root) is None


def test_a_branch_is_seen_from_a_commit(repository) -> None:
    git, first = git_of(repository), repository.tip("HEAD")
    found = branch_seen_from(git, "main", "origin", first)
    assert (found.shown_as, found.tip, found.is_contained) == ("origin/main", first, True)
    second = repository.commit("one more")
    found = branch_seen_from(git, "main", "origin", second)
    assert (found.is_contained, found.on_local) == (False, True)
    assert [each.subject for each in found.ahead] == ["one more"]
    assert branch_seen_from(git, "main", None, second).is_contained
    assert branch_seen_from(git, "qa", "origin", second).tip is None
    assert count_between(git, first, second) == 1


def test_what_would_be_taken_back_is_named(repository) -> None:
    git, first = git_of(repository), repository.tip("HEAD")
    repository.write("dw/view.sql", "CREATE OR REPLACE VIEW V AS SELECT 1")
    second = repository.commit("a hotfix")
    assert descent_of(git, second, first).is_contained
    back = descent_of(git, first, second)
    assert (back.is_known, back.is_contained) == (True, False)
    assert [str(each) for each in back.lost] == [f"{second[:12]} a hotfix"]
    assert not descent_of(git, first, "0" * 39 + "1").is_known


def test_a_merge_that_brought_nothing_of_its_own_is_held_by_what_it_merged(repository) -> None:
    git, first = git_of(repository), repository.tip("HEAD")
    repository.write("dw/view.sql", "CREATE OR REPLACE VIEW V AS SELECT 1")
    second = repository.commit("a change")
    files = repository.git("rev-parse", f"{second}^{{tree}}").strip()
    merge = repository.git("commit-tree", files, "-p", first, "-p", second, "-m", "promote").strip()
    assert descent_of(git, second, merge).is_contained
    assert descent_of(git, repository.commit("another"), merge).is_contained
    assert not descent_of(git, first, merge).is_contained


def test_a_shallow_checkout_is_known_as_such(repository, tmp_path) -> None:
    repository.commit("one more")
    repository.git("push", "--quiet")
    shallow = repository.clone(tmp_path / "shallow", "--depth=1")
    assert read_checkout(git_of(shallow)).is_shallow


def test_the_remote_that_counts(repository) -> None:
    git = git_of(repository)
    repository.git("remote", "add", "fork", "https://example.com/fork.git")
    assert remote_of(git) == "origin"
    repository.git("config", "branch.qa.remote", "fork")
    assert remote_of(git, "qa") == "fork"
    repository.git("remote", "rename", "origin", "upstream")
    with pytest.raises(ConfigurationError, match="upstream"):
        remote_of(git)
    repository.git("remote", "remove", "fork")
    assert remote_of(git) == "upstream"
    repository.git("remote", "remove", "upstream")
    assert remote_of(git) is None
