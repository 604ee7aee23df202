"""The SQL that runs in a copy before anyone is given access: a file of the project, in logical names.

Pure but for reading the file.
"""

from pathlib import Path

from snowlane.config.environment import Environment
from snowlane.errors import ConfigurationError
from snowlane.plan.mapper import Mapper
from snowlane.plan.model import Statement
from snowlane.sql.statements import split_statements
from snowlane.sql.tokens import UnreadableSqlError


def read_after(root: Path, environment: Environment) -> tuple[Statement, ...]:
    """The statements of `[clone] after` with the environment's names, none where there is no file.

    Raises ConfigurationError for a file that cannot be read, and RefusedError for one that names
    what is not the environment's.
    """
    written = environment.clone.after if environment.clone else None
    if written is None:
        return ()
    try:
        text = (root / written).read_text(encoding="utf-8")
        statements = list(split_statements(text))
    except OSError as error:
        raise _unusable(environment, written, str(error.strerror)) from None
    except (UnicodeDecodeError, UnreadableSqlError) as error:
        raise _unusable(environment, written, str(error)) from None
    mapper = Mapper(environment, [])
    mapped = [mapper.map(f"{written}:{line}", each) for line, each in statements]
    mapper.refuse_problems()
    return tuple(Statement(index, each) for index, each in enumerate(mapped, start=1))


def _unusable(environment: Environment, written: str, why: str) -> ConfigurationError:
    like = environment.made_like or environment.name
    return ConfigurationError(
        f"{written} cannot be used",
        why=why,
        next=f"correct it, or [clone] after in envs/{like}.toml",
    )
