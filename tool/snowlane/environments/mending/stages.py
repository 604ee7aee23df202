"""Stages: given the copy's own URL, or made internal where there is none.

Rule: docs.snowflake.com/en/sql-reference/sql/alter-stage; an external stage cannot be altered into
an internal one, so that one is replaced, with its file format.
"""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended
from snowlane.environments.stage_options import StageOptions
from snowlane.sql.names import literal, qualified, quote


def located(item: Item, copy: Copy) -> Mended:
    """Its URL and integration set, or the stage replaced by an internal one of the same name."""
    url, wanted = item.says("url"), copy.urls.get(item.path)
    if wanted is None and url:
        return Mended(item, (internal_stage(item, copy),))
    statements = []
    if wanted is not None and not url:
        statements.append(f"{_made(item, copy)} URL = {literal(wanted)}{_rest(item, copy)}")
    elif wanted is not None and wanted != url:
        integration = item.says("storage_integration")
        own = f" STORAGE_INTEGRATION = {quote(copy.name(integration))}" if integration else ""
        statements.append(f"ALTER STAGE {item.full_name} SET URL = {literal(wanted)}{own}")
    file_format = copy.stages.get(item.path, StageOptions()).file_format
    found = copy.repointed(file_format, item.kind)
    if found.changes and not (statements and statements[0].startswith("CREATE")):
        statements.append(f"ALTER STAGE {item.full_name} SET {found.text}")
    return Mended(item, tuple(statements))


def internal_stage(item: Item, copy: Copy) -> str:
    """The statement that makes an internal stage of this name, with its options and comment."""
    return f"{_made(item, copy)}{_rest(item, copy)}"


def _made(item: Item, copy: Copy) -> str:
    return f"CREATE OR REPLACE STAGE {qualified(*copy.path(item.path))}"


def _rest(item: Item, copy: Copy) -> str:
    options = copy.stages.get(copy.path(item.path), StageOptions()).clauses
    parts = [copy.repointed(options, item.kind).text] if options else []
    parts += [f"COMMENT = {literal(item.comment)}"] if item.comment else []
    return "".join(f" {part}" for part in parts)
