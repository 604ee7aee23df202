"""Renders revisions into their exact statements, through Alembic's own offline machinery.

Nothing is sent: a revision that asks the database for something is refused.
"""

import inspect
import io
import warnings
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from snowlane.alembic.history import History
from snowlane.alembic.impl import SINK, new_dialect
from snowlane.errors import RefusedError
from snowlane.plan.facts import Revision


def render(history: History, current: str | None, target: str | None) -> tuple[Revision, ...]:
    """The revisions from `current` to `target`, in the order they run, None being the base.

    Raises RefusedError naming the file when a revision does something that cannot be rendered.
    """
    start, end = history.position(current), history.position(target)
    dialect = new_dialect()
    if end >= start:
        return tuple(
            _rendered(history, script, dialect, False) for script in history.line[start:end]
        )
    return tuple(
        _rendered(history, script, dialect, True) for script in reversed(history.line[end:start])
    )


def _rendered(history: History, script: Script, dialect: object, is_downgrade: bool) -> Revision:
    statements: list[str] = []
    lines: list[int | None] = []

    def sink(text: str) -> None:
        stripped = text.rstrip().removesuffix(";").rstrip()
        if stripped:
            statements.append(stripped)
            lines.append(_line_being_run(script))

    # What a revision prints by Alembic's own offline means would go to standard output.
    options = {"as_sql": True, "output_buffer": io.StringIO(), SINK: sink}
    context = MigrationContext.configure(dialect=dialect, opts=options)  # type: ignore[arg-type]
    function = "downgrade" if is_downgrade else "upgrade"
    with Operations.context(context), warnings.catch_warnings():
        # What SQLAlchemy's ORM could not do with such a column concerns no revision.
        warnings.filterwarnings("ignore", message=r"Column .* uses Identity\(\) as a primary key")
        try:
            getattr(script.module, function)()
        except RefusedError as error:
            raise RefusedError(
                f"{_where(history, script, error)}: {error.what}", why=error.why, next=error.next
            ) from None
        except Exception as error:
            raise RefusedError(
                f"{_where(history, script, error)}: {function}() cannot be rendered",
                why=f"{type(error).__name__}: {error}",
                next="a revision must say what it does without asking the database; "
                "checks on data are op.expect(…)",
            ) from error
    before = script.down_revision
    assert before is None or isinstance(before, str)
    return Revision(
        id=script.revision,
        message=script.doc or "",
        file=history.file(script),
        leaves=script.revision if is_downgrade else before,
        reaches=before if is_downgrade else script.revision,
        statements=tuple(statements),
        is_downgrade=is_downgrade,
        lines=tuple(lines),
    )


def _line_being_run(script: Script) -> int | None:
    """The line of the revision's file that is at work, the innermost one where it has functions."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_filename == script.module.__file__:
            return frame.f_lineno
        frame = frame.f_back
    return None


def _where(history: History, script: Script, error: Exception) -> str:
    file = history.file(script)
    line, frame = None, error.__traceback__
    while frame is not None:
        if Path(frame.tb_frame.f_code.co_filename).name == Path(script.path).name:
            line = frame.tb_lineno
        frame = frame.tb_next
    return f"{file}, line {line}" if line else file
