"""Pipes: made anew on the copy's own stage, and paused in the same breath.

A copied pipe gets the notifications of every pipe on its stage's place, and loads where its text
says: it is never resumed, only replaced. Source: docs.snowflake.com/en/user-guide/object-clone and
sql-reference/sql/create-pipe (a new pipe runs; AUTO_INGEST needs an external stage).
"""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.environments.mending.replaced import as_statement, comment
from snowlane.sql.staging import stage_of, without_auto_ingest


def on_own_stage(item: Item, copy: Copy) -> Mended:
    """The pipe again, re-pointed and paused; without auto-ingest where its stage is internal."""
    found = copy.repointed(item.text, item.kind)
    text = as_statement(found.text)
    stage = stage_of(text, item.path)
    if stage is None or stage not in copy.urls:
        text = without_auto_ingest(text)
    statements = (
        text,
        f"ALTER PIPE {item.full_name} SET PIPE_EXECUTION_PAUSED = TRUE",
        *comment(item, found.text),
    )
    return Mended(item, statements, unresolved(item, found.unresolved))
