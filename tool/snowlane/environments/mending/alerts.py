"""Alerts: altered in place. Rule: docs.snowflake.com/en/sql-reference/sql/alter-alert."""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.sql.names import quote


def altered_alert(item: Item, copy: Copy) -> Mended:
    """Its condition, action and warehouse, as far as they change."""
    alter = f"ALTER ALERT {item.full_name}"
    condition = copy.repointed(item.says("condition"), item.kind)
    action = copy.repointed(item.says("action"), item.kind)
    statements = []
    if condition.changes:
        statements.append(f"{alter} MODIFY CONDITION EXISTS ({condition.text})")
    if action.changes:
        statements.append(f"{alter} MODIFY ACTION {action.text}")
    warehouse = item.says("warehouse")
    if warehouse and copy.name(warehouse) != warehouse:
        statements.append(f"{alter} SET WAREHOUSE = {quote(copy.name(warehouse))}")
    return Mended(
        item, tuple(statements), unresolved(item, (*condition.unresolved, *action.unresolved))
    )
