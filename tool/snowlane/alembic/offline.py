"""Has one revision run through Alembic's own offline machinery, and takes down its statements.

Nothing is sent: a revision that asks the database for something is refused.
"""

import inspect
import io
import warnings
from pathlib import Path
from types import ModuleType

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from snowlane.alembic import ops
from snowlane.alembic.contained import contained
from snowlane.alembic.dialect import new_dialect
from snowlane.alembic.history import Script
from snowlane.alembic.impl import SINK
from snowlane.alembic.loading import load_module
from snowlane.errors import RefusedError
from snowlane.sql.tokens import UnreadableSqlError, tokenize

__all__ = ["ops", "run_offline"]

Statements = tuple[str, ...]
Lines = tuple[int | None, ...]


def run_offline(
    script: Script, *, is_downgrade: bool, module: ModuleType | None = None
) -> tuple[Statements, Lines]:
    """The statements of a revision in one direction, and on which line of its file each is made.

    `module` is the revision's where it is not to be loaded in the usual way. A text with nothing to
    run is left out, and a missing downgrade() is an empty one, which a lint finds. Raises RefusedError
    naming the file when it does something that cannot be rendered, or has several statements in one
    text.
    """
    module = module or script.loaded or load_module(script)
    function = "downgrade" if is_downgrade else "upgrade"
    if not hasattr(module, function):
        if is_downgrade:
            return (), ()
        raise RefusedError(
            f"{script.file}: there is no upgrade() in it",
            why="a revision says in upgrade() what it changes, and in downgrade() the way back",
            next="write `def upgrade() -> None:`, as `snowlane new` does",
        )
    source = str(module.__file__)
    statements: list[str] = []
    lines: list[int | None] = []

    def sink(text: str) -> None:
        if not _is_empty(text):
            statements.append(ops.one_statement("op.execute", text))
            lines.append(_line_being_run(source))

    # What a revision prints by Alembic's own offline means would go to standard output.
    options = {"as_sql": True, "output_buffer": io.StringIO(), SINK: sink}
    context = MigrationContext.configure(dialect=new_dialect(), opts=options)
    with Operations.context(context), warnings.catch_warnings():
        # What SQLAlchemy's ORM could not do with such a column concerns no revision.
        warnings.filterwarnings("ignore", message=r"Column .* uses Identity\(\) as a primary key")
        try:
            with contained():
                getattr(module, function)()
        except RefusedError as error:
            raise RefusedError(
                f"{_where(script, error)}: {error.what}", why=error.why, next=error.next
            ) from None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise RefusedError(
                f"{_where(script, error)}: {function}() cannot be rendered",
                why=f"{type(error).__name__}: {error}",
                next="a revision must say what it does without asking the database; "
                "checks on data are op.expect(…)",
            ) from error
    return tuple(statements), tuple(lines)


def _is_empty(text: str) -> bool:
    """Whether a text holds nothing to run: only blanks, comments and semicolons."""
    try:
        return all(token.mark(";") for token in tokenize(text))
    except UnreadableSqlError:
        return False


def _line_being_run(file: str) -> int | None:
    """The line of the revision's file that is at work, the innermost one where it has functions."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return None


def _where(script: Script, error: BaseException) -> str:
    line, frame = None, error.__traceback__
    while frame is not None:
        if Path(frame.tb_frame.f_code.co_filename).name == Path(script.path).name:
            line = frame.tb_lineno
        frame = frame.tb_next
    return f"{script.file}, line {line}" if line else script.file
