"""The demo's own surroundings: a copy of the project and a fresh local account that serves it.

One of the two places of snowlane that start the local account; it knows it as a server to sign in to.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from snowlane.config.project import Project
from snowlane.errors import ConfigurationError
from snowlane.git.command import Git
from snowlane.sample.history import lay_out
from snowlane.snowflake.signin import LOCAL_DIRECTORY_VARIABLE, SignIn
from snowlane.target import Target

if TYPE_CHECKING:
    from snowlocal.server import LocalAccount

_ENVIRONMENT = "dev"


@dataclass(frozen=True)
class _LocalTarget(Target):
    """An environment of the copy, on the demo's account whatever is configured elsewhere."""

    sign_in: SignIn = field(kw_only=True)

    def way_in(self) -> SignIn:
        return self.sign_in


@dataclass(frozen=True)
class Scratch:
    """A copy of `source` whose environment is `target`; files for its stages go to `buckets`."""

    source: Path
    target: Target
    buckets: Path

    def lay_out(self, revision: str) -> None:
        """Make the copy what the project was at a revision.

        Raises ConfigurationError when the project is not the one that the demo knows.
        """
        if not list((self.source / "migrations" / "versions").glob(f"{revision}_*.py")):
            raise _not_the_platform(f"migrations/versions has no revision {revision}")
        try:
            lay_out(self.source, self.target.project.root, revision)
        except subprocess.CalledProcessError as error:
            raise _not_the_platform(str(error.stderr).strip()) from None
        _commit(self.target.project.root, f"The platform at {revision}")


@contextmanager
def open_scratch(source: Project, keep: Path | None) -> Iterator[Scratch]:
    """Copy the project and start an account; both are gone afterwards, unless `keep` names their folder.

    A termination signal ends it as ctrl-C does: both raise KeyboardInterrupt, whatever became of
    it on its way here. Raises ConfigurationError when the local account is not installed, git is
    not there, or `keep` holds something.
    """
    account_type = _local_account()
    if shutil.which("git") is None:
        raise ConfigurationError(
            "the demo needs git",
            why="its copy of the project is a repository, and git apply takes the last two changes out",
            next="install git",
        )
    with ExitStack() as stack:
        stack.enter_context(_interruptible())
        if keep is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="snowlane-demo-")))
        else:
            folder = _kept(keep)
        copy = _copy(source, folder)
        # Where `snowlane local start` looks in the copy, so that a kept one can be used at once.
        account = stack.enter_context(account_type(copy.root / ".snowlane" / "local"))
        _use(account.directory, stack)
        target = _LocalTarget(
            copy,
            copy.environment(_ENVIRONMENT),
            local=True,
            sign_in=SignIn(account.connection, "the demo's local account"),
        )
        yield Scratch(source.root, target, account.directory / "buckets")


def _use(directory: Path, stack: ExitStack) -> None:
    """Have this process find the demo's account, whichever is configured, until the stack ends."""
    before = os.environ.get(LOCAL_DIRECTORY_VARIABLE)
    os.environ[LOCAL_DIRECTORY_VARIABLE] = str(directory)

    def put_back() -> None:
        if before is None:
            del os.environ[LOCAL_DIRECTORY_VARIABLE]
        else:
            os.environ[LOCAL_DIRECTORY_VARIABLE] = before

    stack.callback(put_back)


@contextmanager
def _interruptible() -> Iterator[None]:
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, interrupt) for each in signals]
    try:
        yield
    except Exception as error:
        # A deployment says of an interruption how to resume it, and the account's libraries call
        # it an error of their own: neither is of use when all of it goes away.
        if interrupted or _is_interruption(error):
            raise KeyboardInterrupt from None
        raise
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _is_interruption(error: BaseException | None) -> bool:
    # The connector takes ctrl-C by a handler of its own while a statement runs.
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _local_account() -> "type[LocalAccount]":
    try:
        from snowlocal.server import LocalAccount
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "the demo runs on the local account, which is not installed",
            why=f"there is no module {error.name}",
            next="install the extra: pip install 'snowlane[local]' (in a checkout: "
            "pip install -c constraints.txt -e '.[local]')",
        ) from None
    return LocalAccount


def _kept(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            f"{folder} cannot keep the demo",
            why="it is not an empty folder",
            next="name a folder that is empty or does not exist yet",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot keep the demo",
            why=str(error.strerror),
            next="name a folder that can be written",
        ) from None
    return folder.resolve()


def _copy(source: Project, folder: Path) -> Project:
    copy = Project(folder / "project")
    copy.root.mkdir()
    shutil.copy(source.alembic_ini, copy.root)
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("envs", "migrations"):
        if not (source.root / part).is_dir():
            raise _not_the_platform(f"it has no folder {part}")
        shutil.copytree(source.root / part, copy.root / part, ignore=ignored)
    return copy


def _commit(root: Path, message: str) -> None:
    """Commit all of the copy, by nobody's settings: what is deployed is a commit here, too."""
    git = Git(root)
    if not (root / ".git").exists():
        (root / ".gitignore").write_text("/.snowlane/\n__pycache__/\n", encoding="utf-8")
        git.run("init", "--quiet", "--template=", f"--initial-branch={_ENVIRONMENT}")
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "snowlane demo"), ("EMAIL", "demo@localhost"))
    }
    git.run("add", "--all")
    plain = ("-c", "commit.gpgsign=false")
    git.run(*plain, "commit", "--quiet", "--no-verify", "--message", message, variables=who)


def _not_the_platform(why: str) -> ConfigurationError:
    return ConfigurationError(
        "the demo works on the retail platform as it came, and this project is another",
        why=why,
        next="run it in a fresh checkout of snowlane: make demo",
    )
