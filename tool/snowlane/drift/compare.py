"""The findings: what an environment should have against what it has.

Pure. The order of columns, keys, grants, tags and policies are not compared; what SHOW does not
tell of a thing is not compared either.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from snowlane.drift import writing
from snowlane.drift.columns import IN_REVISION, KEEP, UNDO, compare_columns
from snowlane.drift.finding import Difference, Drift, Finding, Remedy
from snowlane.drift.inventory import Inventory, Key, Thing
from snowlane.drift.naming import Naming
from snowlane.drift.normal import normal_clustering
from snowlane.drift.objects import KnownObjects, compare_object, object_added, object_missing
from snowlane.drift.things import CONTAINED, where_missing
from snowlane.lint.remedy import op_sql
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_tables import Table
from snowlane.sql.names import literal, qualified


def compare(
    expected: Inventory,
    found: Inventory,
    naming: Naming,
    known: KnownObjects,
    revision: str | None,
) -> Drift:
    """Every difference that is not ignored, by name."""
    findings = _Comparison(expected, found, naming, known).findings()
    ordered = sorted(findings, key=lambda each: (each.name, each.kind, each.problem))
    return Drift(naming.environment, revision, tuple(ordered), expected.not_followed)


class _Comparison:
    def __init__(
        self, expected: Inventory, found: Inventory, naming: Naming, known: KnownObjects
    ) -> None:
        self.expected = expected
        self.found = found
        self.naming = naming
        self.known = known
        schemas = (key.path for key in self._things(found) if key.kind == "SCHEMA")
        wanted = {key.path for key in expected.things if key.kind == "SCHEMA"}
        live = {key.path for key in found.things if key.kind == "SCHEMA"}
        # What lies in a schema that came or went as a whole is told with the schema.
        self.whole = {path for path in schemas if path not in wanted} | (wanted - live)

    def findings(self) -> Iterator[Finding]:
        for path in sorted({*self.expected.tables, *self.found.tables}):
            if path[:2] not in self.whole and not self.naming.is_ignored(path):
                yield from self._table(path)
        for key in sorted({*self.expected.things, *self.found.things}):
            if not self.naming.is_ignored(key.path):
                yield from self._thing(key)

    def _things(self, inventory: Inventory) -> Iterator[Key]:
        return (key for key in inventory.things if not self.naming.is_own(key.path))

    def _table(self, path: Path) -> Iterator[Finding]:
        wanted, live = self.expected.tables.get(path), self.found.tables.get(path)
        if wanted is not None and live is not None:
            yield from _table_aspects(wanted, live, self.naming)
            if wanted.columns and all(column.type for column in wanted.columns):
                yield from compare_columns(wanted, live, self.naming)
        elif wanted is not None:
            yield _table_missing(wanted, self.naming)
        elif live is not None and not self.naming.is_own(path):
            yield _table_added(live, self.naming)

    def _thing(self, key: Key) -> Iterator[Finding]:
        wanted, live = self.expected.things.get(key), self.found.things.get(key)
        if key.kind == "SCHEMA":
            yield from self._schema(key, wanted, live)
        elif key.path[:2] in self.whole:
            return
        elif key.kind in CONTAINED:
            yield from _contained(key, wanted, live, self.naming)
        elif wanted is not None and live is not None:
            yield from compare_object(wanted, live, self.naming, self.known)
        elif wanted is not None:
            yield object_missing(wanted, self.naming, self.known)
        elif live is not None and not self.naming.is_own(key.path):
            yield object_added(live, self.naming, self.known)

    def _schema(self, key: Key, wanted: Thing | None, live: Thing | None) -> Iterator[Finding]:
        if wanted is None and live is not None:
            if not self.naming.is_own(key.path):
                held = self._held(self.found, key.path)
                yield _schema_added(key, held, self.naming)
        elif wanted is not None and live is None:
            yield _schema_missing(key, wanted, self._held(self.expected, key.path), self.naming)
        else:
            yield from _contained(key, wanted, live, self.naming)

    def _held(self, inventory: Inventory, schema: Path) -> str:
        """`2 tables, 1 view`: what a schema holds, in words."""
        kinds = ["table" for path in inventory.tables if path[:2] == schema]
        kinds += [
            key.kind.lower()
            for key in inventory.things
            if key.path[:2] == schema and key.kind != "SCHEMA"
        ]
        return _counted(kinds) or "nothing"


def _counted(kinds: Iterable[str]) -> str:
    listed = list(kinds)
    parts = []
    for kind in sorted(set(listed), key=lambda each: (each != "table", each)):
        count = listed.count(kind)
        plural = f"{kind[:-1]}ies" if kind.endswith("cy") else f"{kind}s"
        parts.append(f"{count} {kind if count == 1 else plural}")
    return ", ".join(parts)


def _table_aspects(wanted: Table, live: Table, naming: Naming) -> Iterator[Finding]:
    name, logical = naming.name(wanted.path), naming.path(wanted.path)
    pairs = (
        ("comment", wanted.comment, live.comment),
        ("clustering key", wanted.cluster_by, live.cluster_by),
    )
    for what, expected, found in pairs:
        by_key = what == "clustering key"
        if (
            (normal_clustering(expected) == normal_clustering(found))
            if by_key
            else (expected == found)
        ):
            continue
        codes = (
            [writing.clustering(logical, each) for each in (expected, found)]
            if by_key
            else [writing.comment_on(f"TABLE {name}", each) for each in (expected, found)]
        )
        yield Finding(
            name,
            "table",
            Difference.CHANGED,
            f"its {what} should be {expected or 'none'}, and it is {found or 'none'}",
            expected,
            found,
            (Remedy(UNDO, IN_REVISION, codes[0]), Remedy(KEEP, IN_REVISION, codes[1])),
        )


def _table_missing(table: Table, naming: Naming) -> Finding:
    name = naming.name(table.path)
    physical = ".".join(table.path)
    remedies = [Remedy(UNDO, "by hand, with its rows, for a day", f"UNDROP TABLE {physical};")]
    if table.columns and all(column.type for column in table.columns):
        remedies.append(
            Remedy(UNDO, "in a new revision, empty", writing.create_table(table, naming))
        )
    drop = op_sql(f"DROP TABLE IF EXISTS {name}")
    remedies.append(Remedy(KEEP, IN_REVISION, drop))
    return Finding(
        name,
        "table",
        Difference.MISSING,
        "the table is missing",
        f"{len(table.columns)} columns",
        "",
        tuple(remedies),
    )


def _table_added(table: Table, naming: Naming) -> Finding:
    name = naming.name(table.path)
    return Finding(
        name,
        "table",
        Difference.ADDED,
        "the table was made by hand: no revision makes it",
        "",
        f"{len(table.columns)} columns",
        (
            Remedy(UNDO, IN_REVISION, op_sql(f"DROP TABLE IF EXISTS {name}")),
            Remedy(KEEP, IN_REVISION, writing.create_table(table, naming)),
        ),
    )


def _schema_added(key: Key, held: str, naming: Naming) -> Finding:
    name = naming.name(key.path)
    drop = op_sql(f"DROP SCHEMA IF EXISTS {name}")
    keep = op_sql(f"CREATE SCHEMA IF NOT EXISTS {name}")
    return Finding(
        name,
        "schema",
        Difference.ADDED,
        f"the schema was made by hand; it holds {held}",
        "",
        held,
        (Remedy(UNDO, IN_REVISION, drop), Remedy(KEEP, IN_REVISION, keep)),
    )


def _schema_missing(key: Key, wanted: Thing, held: str, naming: Naming) -> Finding:
    name = naming.name(key.path)
    undrop = f"UNDROP SCHEMA {'.'.join(key.path)};"
    return Finding(
        name,
        "schema",
        Difference.MISSING,
        f"the schema is missing, with {held}",
        held,
        "",
        (Remedy(UNDO, "by hand, with all it held, for a day", undrop),),
    )


def _contained(
    key: Key, wanted: Thing | None, live: Thing | None, naming: Naming
) -> Iterator[Finding]:
    """A stage, file format or sequence that came, went or changed; a schema that changed."""
    name, kind = naming.name(key.path), key.kind.lower()
    drop = Remedy(UNDO, IN_REVISION, op_sql(f"DROP {key.kind} IF EXISTS {name}"))
    if wanted is None and live is not None:
        if not naming.is_own(key.path):
            problem = f"the {kind} was made by hand: no revision makes it"
            keep = Remedy(KEEP, IN_REVISION, _creation(key, live.aspects, naming))
            yield Finding(name, kind, Difference.ADDED, problem, "", "", (drop, keep))
    elif wanted is not None and live is None:
        again = op_sql(naming.text(where_missing(key.kind, wanted.text)))
        made = Remedy(UNDO, IN_REVISION, again)
        gone = Remedy(KEEP, IN_REVISION, drop.code)
        yield Finding(
            name, kind, Difference.MISSING, f"the {kind} is missing", "", "", (made, gone)
        )
    elif wanted is not None and live is not None:
        for what, expected in sorted(wanted.aspects.items()):
            found = live.aspects.get(what, expected)
            if found != expected:
                shown = f"{expected or 'none'}, and it is {found or 'none'}"
                yield Finding(
                    name,
                    kind,
                    Difference.CHANGED,
                    f"its {what.lower().replace('_', ' ')} should be {shown}",
                    expected,
                    found,
                    _setting(key, what, expected, found, naming),
                )


def _setting(key: Key, what: str, expected: str, found: str, naming: Naming) -> tuple[Remedy, ...]:
    name = naming.name(key.path)
    if what == "TYPE":
        again = f"CREATE OR REPLACE {key.kind} {name} TYPE = {expected}"
        return (Remedy(UNDO, IN_REVISION, f"{op_sql(again)}  # with its other options"),)
    if what == "URL":
        by_hand = f"ALTER STAGE {qualified(*key.path)} SET URL = {literal(expected)};"
        table = f'"{naming.name(key.path)}" = "{found}"'
        return (
            Remedy(UNDO, f"in {naming.environment} alone, by hand", by_hand),
            Remedy(KEEP, f"under [stages] of envs/{naming.environment}.toml", table),
        )
    codes = [
        op_sql(f"ALTER {key.kind} {name} SET {_option(what, value)}") for value in (expected, found)
    ]
    return Remedy(UNDO, IN_REVISION, codes[0]), Remedy(KEEP, IN_REVISION, codes[1])


_NUMBERS = {"START": "START WITH", "INCREMENT": "INCREMENT BY"}


def _option(what: str, value: str) -> str:
    if what in _NUMBERS:
        return f"{_NUMBERS[what]} {value}"
    if what == "COMMENT":
        return f"{what} = {writing.on_one_line(value)}"
    if value.startswith("["):
        return f"{what} = ({', '.join(writing.on_one_line(each) for each in json.loads(value))})"
    bare = value in ("TRUE", "FALSE", "AUTO", "NONE") or value.isdecimal()
    return f"{what} = {value if bare else writing.on_one_line(value)}"


def _creation(key: Key, aspects: Mapping[str, str], naming: Naming) -> str:
    name, kind = naming.name(key.path), key.kind
    # An account tells all options of a file format, those that nobody set, too.
    options = [f"TYPE = {aspects['TYPE']}"] if kind == "FILE FORMAT" else []
    options += [_option(what, said) for what, said in aspects.items() if said and what != "TYPE"]
    return op_sql(" ".join([f"CREATE {kind} IF NOT EXISTS {name}", *options]))
