"""`snowlane new`: a new revision file."""

import click

from snowlane.invocation import Invocation, global_options


@click.command()
@click.argument("message", metavar="MESSAGE")
@global_options
@click.pass_obj
def command(invocation: Invocation, message: str) -> None:
    """Write an empty revision that follows the head, named after the time (UTC) and MESSAGE."""
    from datetime import UTC, datetime

    from snowlane.alembic.drafting import draft_revision

    project = invocation.project()
    draft = draft_revision(project.root, project.alembic_ini, message, datetime.now(UTC))
    invocation.result(
        {"revision": draft.revision, "down_revision": draft.down_revision, "file": draft.file},
        draft.file,
    )
