"""Tables: foreign keys, default sequences, policies and tags that point at the source, set anew.

A copy of a database keeps its own of them; those of another database stay the source's. Rules:
docs.snowflake.com/en/user-guide/object-clone and sql-reference/sql/alter-table, …/alter-table-column.
"""

from collections.abc import Iterable, Iterator

from snowlane.environments.contents import Contents, ForeignKey, Item
from snowlane.environments.mending.model import Copy, Mended, Unresolved
from snowlane.sql.attachments import Attachment, attachments_of
from snowlane.sql.names import literal, qualified, quote

_NO_ACTION = "NO ACTION"


def keys_and_policies(item: Item, copy: Copy, contents: Contents) -> Mended:
    """All of a table that refers to the source, in the order: keys, defaults, policies, tags."""
    statements: list[str] = []
    questions: list[Unresolved] = []
    for key in contents.foreign_keys:
        if key.table == item.path and copy.path(key.target) != key.target:
            statements += _key(key, copy)
    table = contents.tables.get(item.path)
    for column in table.columns if table else ():
        found = copy.repointed(column.default or "", item.kind)
        default = f"{column.name}: {column.default}"
        # What a default says in a text is data: it stays, as the rows that have it do.
        questions += [
            Unresolved(str(item), 1, default, each.doubt.value) for each in found.unresolved
        ]
        if not found.changes:
            continue
        if not found.text.upper().endswith(".NEXTVAL"):
            why = "a default that is no sequence cannot be changed"
            questions.append(Unresolved(str(item), 1, default, why))
            continue
        statements.append(
            f"ALTER TABLE {item.full_name} ALTER COLUMN {quote(column.name)} "
            f"SET DEFAULT {found.text}"
        )
    statements += attached(item, copy)
    return Mended(item, tuple(statements), tuple(questions))


def _key(key: ForeignKey, copy: Copy) -> Iterator[str]:
    table = f"ALTER TABLE {qualified(*key.table)}"
    yield f"{table} DROP CONSTRAINT {quote(key.name)}"
    rules = [
        f" ON {event} {rule}"
        for event, rule in (("UPDATE", key.update_rule), ("DELETE", key.delete_rule))
        if rule not in ("", _NO_ACTION)
    ]
    yield (
        f"{table} ADD CONSTRAINT {quote(key.name)} FOREIGN KEY ({_listed(key.columns)}) "
        f"REFERENCES {qualified(*copy.path(key.target))} ({_listed(key.target_columns)})"
        f"{''.join(rules)}"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quote(name) for name in names)


def attached(item: Item, copy: Copy) -> Iterator[str]:
    """The statements that put the copy's own policies and tags in the place of the source's."""
    for each in attachments_of(item.text):
        own = copy.path(each.name)
        if own != each.name:
            yield from _attachment(item, each, qualified(*own))


def _attachment(item: Item, each: Attachment, own: str) -> Iterator[str]:
    alter = f"ALTER {'VIEW' if item.kind.endswith('VIEW') else 'TABLE'} {item.full_name}"
    before = qualified(*each.name)
    column = f" MODIFY COLUMN {quote(each.column)}" if each.column is not None else ""
    if each.kind == "TAG":
        # In this order nothing is lost when it stops between the two.
        yield f"{alter}{column} SET TAG {own} = {literal(each.value)}"
        yield f"{alter}{column} UNSET TAG {before}"
    elif each.kind == "ROW ACCESS POLICY":
        # One statement: no moment without a policy.
        on = f"ON ({_listed(each.columns)})"
        yield f"{alter} DROP ROW ACCESS POLICY {before}, ADD ROW ACCESS POLICY {own} {on}"
    elif each.kind in ("MASKING POLICY", "PROJECTION POLICY"):
        using = f" USING ({_listed(each.columns)})" if each.columns else ""
        yield f"{alter}{column} SET {each.kind} {own}{using} FORCE"
    else:
        yield f"{alter} SET {each.kind} {own} FORCE"
