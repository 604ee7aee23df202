"""A git repository on disk with a bare remote beside it, for the tests that need real git."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_SETTINGS = """[user]
    name = Ana
    email = ana@example.com
[init]
    defaultBranch = main
[protocol "ext"]
    allow = always
[advice]
    detachedHead = false
"""


@dataclass(frozen=True)
class Repository:
    """A working tree; `root` is its directory."""

    root: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.rstrip("\n")

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, message: str = "a change") -> str:
        """Commit everything there is; the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def tip(self, reference: str) -> str:
        return self.git("rev-parse", reference)

    def state(self) -> tuple[str, ...]:
        """HEAD, index, files and stash: everything that a command which leaves them alone leaves."""
        files = {
            path: path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not {".git", ".snowlane", "__pycache__"} & {*path.parts}
        }
        head = (self.root / ".git" / "HEAD").read_text()
        index = self.git("ls-files", "--stage")
        return head, index, self.git("status", "--porcelain"), str(files)

    def clone(self, directory: Path, *options: str) -> "Repository":
        """Another clone of this one's remote."""
        url = self.git("remote", "get-url", "origin")
        subprocess.run(
            ["git", "clone", "--quiet", *options, url, str(directory)],
            check=True,
            capture_output=True,
        )
        return Repository(directory)


def use_own_settings(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the machine's user out of the tests."""
    settings = directory / "gitconfig"
    settings.write_text(_SETTINGS)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)


def make_repository(root: Path) -> Repository:
    """Make a repository of what lies in a directory, branch main, with an empty bare remote beside it."""
    remote = root.parent / f"{root.name}.remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    repository = Repository(root)
    repository.write(".gitignore", "__pycache__/\n")
    repository.git("init", "--quiet")
    repository.git("remote", "add", "origin", f"file://{remote}")
    return repository
