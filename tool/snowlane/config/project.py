"""The project directory: where the environments, revisions and objects are.

Finds it and reads the environment files, which must not claim each other's databases.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from snowlane.config.claims import refuse_shared_databases
from snowlane.config.environment import Environment
from snowlane.config.reading import check_environment_name, read_environment
from snowlane.errors import ConfigurationError


@dataclass(frozen=True)
class Project:
    """A directory that holds alembic.ini and envs/.

    `home` is the checkout that a tree was written out of, where it is no checkout itself: what is
    remembered of the one holds for the other.
    """

    root: Path
    home: Path | None = None

    @property
    def remembers_in(self) -> Path:
        """The directory whose cache counts."""
        return self.home or self.root

    @property
    def alembic_ini(self) -> Path:
        """The configuration that plain Alembic reads too."""
        return self.root / "alembic.ini"

    @property
    def objects(self) -> Path:
        """The folder of replaceable SQL objects."""
        return self.root / "migrations" / "objects"

    def environment_names(self) -> list[str]:
        """The names of all environments that have a file, in alphabetical order.

        Raises ConfigurationError when the folder cannot be read.
        """
        try:
            found = [path for path in (self.root / "envs").iterdir() if path.suffix == ".toml"]
        except OSError as error:
            raise ConfigurationError(
                "envs/ cannot be read", why=str(error.strerror), next="check its permissions"
            ) from None
        return sorted(path.stem for path in found)

    def environment(self, name: str) -> Environment:
        """Read one environment's file.

        Raises ConfigurationError for an unknown environment, naming the known ones, for whatever is
        wrong in the file, and where two files claim one database. Another file that is wrong in
        itself claims nothing.
        """
        known = self.environment_names()
        if name not in known:
            check_environment_name(name)
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigurationError(
                f"there is no environment {name!r}",
                why=f"known are: {', '.join(known) or 'none'} (the files in envs/)",
                next=f"did you mean {near[0]!r}?" if near else f"add envs/{name}.toml",
            )
        found = self._read(name)
        refuse_shared_databases([found, *self.others(name)])
        return found

    def others(self, name: str) -> tuple[Environment, ...]:
        """The environments of all other files; one that is wrong in itself claims nothing."""
        return tuple(self._readable(each for each in self.environment_names() if each != name))

    def environments(self) -> tuple[Environment, ...]:
        """Read all files, in the order of their names.

        Raises ConfigurationError for whatever is wrong in one of them, and where two claim one
        database.
        """
        found = tuple(self._read(name) for name in self.environment_names())
        refuse_shared_databases(found)
        return found

    def _readable(self, names: Iterable[str]) -> Iterator[Environment]:
        for name in names:
            with suppress(ConfigurationError):
                yield self._read(name)

    def _read(self, name: str) -> Environment:
        return read_environment(self.root / "envs" / f"{name}.toml", f"envs/{name}.toml")


def find_project(start: Path, *, given: bool) -> Project:
    """The project at `start` or, unless the directory was `given` as such, above it.

    Raises ConfigurationError when there is none.
    """
    try:
        start = start.resolve()
    except FileNotFoundError:
        raise ConfigurationError(
            "the current directory is gone",
            next="change into the project, or give its directory: snowlane --project-dir DIR …",
        ) from None
    candidates = [start] if given else [start, *start.parents]
    for directory in candidates:
        if (directory / "alembic.ini").is_file() and (directory / "envs").is_dir():
            return Project(directory)
    where = f"{start} is" if given else f"neither {start} nor a directory above it is"
    raise ConfigurationError(
        "there is no snowlane project here",
        why=f"{where} a directory with alembic.ini and envs/",
        next="change into the project, or give its directory: snowlane --project-dir DIR …; "
        "docs/your-own-project.md says how one begins",
    )
