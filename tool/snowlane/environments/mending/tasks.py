"""Tasks: altered in place, so that their graph, tags and parameters stay as they are.

Rule: docs.snowflake.com/en/sql-reference/sql/alter-task. They arrive suspended, as it asks for.
"""

from snowlane.environments.contents import Item, predecessors
from snowlane.environments.mending.model import Copy, Mended, Unresolved, unresolved
from snowlane.sql.names import literal, qualified, quote


def altered_task(item: Item, copy: Copy) -> Mended:
    """Its statement, condition, configuration, warehouse and predecessors, as far as they change."""
    alter = f"ALTER TASK {item.full_name}"
    statements: list[str] = []
    questions: list[Unresolved] = []
    for column, words in (("definition", "MODIFY AS"), ("condition", "MODIFY WHEN")):
        found = copy.repointed(item.says(column), item.kind)
        questions += unresolved(item, found.unresolved)
        if found.changes:
            statements.append(f"{alter} {words} {found.text}")
    config = copy.repointed(literal(item.says("config")), item.kind)
    questions += unresolved(item, config.unresolved)
    if config.changes:
        statements.append(f"{alter} SET CONFIG = {config.text}")
    warehouse = item.says("warehouse")
    if warehouse and copy.name(warehouse) != warehouse:
        statements.append(f"{alter} SET WAREHOUSE = {quote(copy.name(warehouse))}")
    foreign = [path for path in predecessors(item) if copy.path(path) != path]
    if foreign:
        before = ", ".join(qualified(*path) for path in foreign)
        after = ", ".join(qualified(*copy.path(path)) for path in foreign)
        statements += [f"{alter} REMOVE AFTER {before}", f"{alter} ADD AFTER {after}"]
    return Mended(item, tuple(statements), tuple(questions))
