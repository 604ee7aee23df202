"""Which applied objects a downgrade would strand: they stay, and name what is not there any more.

Pure. What the downgrade drops itself, or drops with a schema, goes with it and is no object of this.
"""

from collections.abc import Collection, Iterator

from snowlane.lint.facts import Facts
from snowlane.objects.source import Identity
from snowlane.plan.actions import Verb, actions_of
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_objects import Definition
from snowlane.sql.lineage_query import Place
from snowlane.sql.lineage_tables import Tables
from snowlane.sql.type_rules import parse_type


def stranded(facts: Facts, applied: Collection[Identity]) -> tuple[str, ...]:
    """A line for each object; `facts` report the revisions that are taken back, and nothing else."""
    gone = {
        action.path
        for statement in facts.statements
        if statement.direction == "downgrade"
        for action in actions_of(statement.text)
        if action.verb is Verb.DROPS and action.kind != "COLUMN"
    }
    there = {(each.kind, each.path) for each in applied}
    lost = dict(_lost(facts.before, facts.tables))
    found = []
    for definition in facts.definitions:
        path = definition.path
        is_kept = path not in gone and path[:2] not in gone
        if (definition.kind, path) not in there or not is_kept:
            continue
        named = sorted(_named(facts, definition, lost))
        if named:
            found.append(f"{definition} names {named[0]}, which {lost[named[0]]}")
    return tuple(found)


def _lost(then: Tables, now: Tables) -> Iterator[tuple[Place, str]]:
    """What there is now and was not then; a column of another family counts, a table as a whole."""
    for path, table in now.items():
        before = then.get(path)
        if before is None:
            yield Place(path), "is not there then"
            continue
        for column in table.columns:
            was = before.column(column.name)
            if was is None:
                yield Place(path, column.name), "is not there then"
            elif _family(was.type) not in (None, _family(column.type)):
                yield Place(path, column.name), f"is {was.type} then"


def _named(facts: Facts, definition: Definition, lost: dict[Place, str]) -> set[Place]:
    paths: set[Path] = {place.path for place in lost}
    if not definition.references & paths:
        return set()
    whole = {place for place in lost if not place.column and place.path in definition.references}
    # A stream gives out whatever columns its table has.
    if whole or definition.kind == "STREAM":
        return whole
    movement = facts.catalog.moved(definition).movement
    named = movement.reads | movement.writes
    named = named.union(*(flow.sources for flow in movement.flows))
    named = named.union(flow.target for flow in movement.flows)
    return {place for place in named if place in lost}


def _family(written: str) -> str | None:
    parsed = parse_type(written)
    return parsed.family if parsed else None
