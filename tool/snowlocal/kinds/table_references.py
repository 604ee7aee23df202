"""What a cloned table refers to: the copy where both lie in the cloned container, else the source's.

Rule: docs.snowflake.com/en/user-guide/object-clone, "Cloning and default sequences" and "… foreign key constraints".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snowlocal.catalog import Catalog, Entry
from snowlocal.columns import TableColumn
from snowlocal.names import dotted


def inside(catalog: Catalog, details: dict[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
    """The details of a table's copy; `ids` maps the ids of the cloned container's content to the copies'."""
    columns = [_default(catalog, TableColumn(**c), ids).as_details() for c in details["columns"]]
    keys = [_key(key, ids) for key in details["keys"]]
    return {**details, "columns": columns, "keys": keys}


def _default(catalog: Catalog, column: TableColumn, ids: Mapping[int, int]) -> TableColumn:
    source = None if column.sequence is None else catalog.maybe(column.sequence)
    if source is None or source.id not in ids:
        return column
    name = dotted(*_copy_of(catalog, source, ids))
    return replace(column, sequence=ids[source.id], default=f"{name}.NEXTVAL")


def _key(key: dict[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
    return {**key, "to_id": ids[key["to_id"]]} if key.get("to_id") in ids else key


def _copy_of(catalog: Catalog, source: Entry, ids: Mapping[int, int]) -> tuple[str, str, str]:
    """The name of a copy that may not be there yet: only the cloned container has a new name, and it is put first."""
    schema = catalog.get(source.parent)
    database = catalog.get(schema.parent)
    return _renamed(catalog, database, ids), _renamed(catalog, schema, ids), source.name


def _renamed(catalog: Catalog, container: Entry, ids: Mapping[int, int]) -> str:
    copy = catalog.maybe(ids[container.id]) if container.id in ids else None
    return copy.name if copy is not None else container.name
