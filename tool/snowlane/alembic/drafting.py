"""Drafts a new revision file from the project's template. Writes that one file and nothing else."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from snowlane.alembic.history import load_history
from snowlane.errors import ConfigurationError, RefusedError

MAX_MESSAGE = 120
_MAX_SLUG = 48
_STAMP = "%Y%m%d_%H%M"
# For a project that has no template of its own.
_TEMPLATE = '''"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''


@dataclass(frozen=True)
class Draft:
    """A new revision: its id, what it follows, and its file as a path in the project."""

    revision: str
    down_revision: str | None
    file: str


def slug_of(message: str) -> str:
    """The message as part of a file name: small letters, digits and underscores.

    Raises ConfigurationError for a message that is empty, too long, or would not fit into the
    first line of a Python file.
    """
    if any(not each.isprintable() for each in message) or '"""' in message or "\\" in message:
        raise ConfigurationError(
            "the message is not usable",
            why="it becomes the first line of the revision: one line, no backslash, no triple quotes",
            next='describe the change in a few words: snowlane new "raw: add loyalty card"',
        )
    if len(message) > MAX_MESSAGE:
        raise ConfigurationError(
            f"the message has {len(message)} characters; {MAX_MESSAGE} are allowed",
            next="shorten it; the details belong into the revision's docstring",
        )
    plain = unicodedata.normalize("NFKD", message).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:_MAX_SLUG].rstrip("_")
    if not slug:
        raise ConfigurationError(
            "the message holds no letter or digit that a file can be named by",
            next='describe the change in a few words: snowlane new "raw: add loyalty card"',
        )
    return slug


def draft_revision(root: Path, alembic_ini: Path, message: str, now: datetime) -> Draft:
    """Write a revision that follows the head, named after the minute `now`, in UTC.

    Takes the next free minute when a revision has this one. Raises ConfigurationError for the
    message, RefusedError when the history has no single head or the project's own template is not
    usable.
    """
    slug = slug_of(message)
    history = load_history(root, alembic_ini)
    versions = root / "migrations" / "versions"
    taken = {script.revision for script in history.line}
    taken |= {path.name[: len(now.strftime(_STAMP))] for path in versions.glob("*.py")}
    while now.strftime(_STAMP) in taken:
        now += timedelta(minutes=1)
    revision = now.strftime(_STAMP)
    text = _rendered(root, revision, history.head, message)
    path = versions / f"{revision}_{slug}.py"
    versions.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return Draft(revision, history.head, path.relative_to(root).as_posix())


def _rendered(root: Path, revision: str, head: str | None, message: str) -> str:
    from mako.exceptions import MakoException
    from mako.template import Template

    template = root / "migrations" / "script.py.mako"
    try:
        own = Template(filename=str(template)) if template.exists() else Template(_TEMPLATE)
        text = own.render(
            message=message.strip().removesuffix("."),
            up_revision=revision,
            down_revision=head,
            branch_labels=None,
            depends_on=None,
            upgrades="",
            downgrades="",
            imports="",
        )
    except (OSError, MakoException, NameError) as error:
        raise RefusedError(
            "migrations/script.py.mako is not usable",
            why=f"{type(error).__name__}: {error}",
            next="mend it, it is the template of new revisions, or remove it: then there is one by itself",
        ) from None
    return str(text)
