"""What hangs on an object or a column by another object's id: tags, masking policies, a row access policy.

They are kept in an entry's details: "tags" as [tag id, column or None, value], "masks" as {"column", "policy",
"using"}, "row_access" as {"policy", "columns"} or nothing. Pure: reads and makes details, judges no right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Details = dict[str, Any]


def tags(details: Details, column: str | None = None) -> dict[int, str]:
    """The values of the tags set on an object itself, or on one of its columns, by tag id."""
    return {tag: value for tag, at, value in details.get("tags", []) if at == column}


def with_tags(details: Details, values: Mapping[int, str], column: str | None = None) -> Details:
    """The details with tags set; a tag that was set there already gets the new value."""
    kept = [t for t in details.get("tags", []) if t[1] != column or t[0] not in values]
    return {**details, "tags": [*kept, *([tag, column, value] for tag, value in values.items())]}


def without_tags(details: Details, ids: set[int], column: str | None = None) -> Details:
    """The details without some tags of an object or column."""
    kept = [t for t in details.get("tags", []) if t[1] != column or t[0] not in ids]
    return {**details, "tags": kept}


def mask(details: Details, column: str) -> dict[str, Any] | None:
    """The masking policy of a column, with the columns that it is given."""
    found = [m for m in details.get("masks", []) if m["column"] == column]
    return found[0] if found else None


def with_mask(details: Details, column: str, policy: int, using: list[str]) -> Details:
    """The details with a column's masking policy set, instead of the one it may have."""
    made = {"column": column, "policy": policy, "using": using}
    return {**without_mask(details, column), "masks": [*_other_masks(details, column), made]}


def without_mask(details: Details, column: str) -> Details:
    """The details without a column's masking policy."""
    return {**details, "masks": _other_masks(details, column)}


def _other_masks(details: Details, column: str) -> list[dict[str, Any]]:
    return [m for m in details.get("masks", []) if m["column"] != column]


def row_access(details: Details) -> dict[str, Any] | None:
    """The row access policy of an object, with the columns that it is given."""
    found: dict[str, Any] | None = details.get("row_access")
    return found


def with_row_access(details: Details, policy: int, columns: list[str]) -> Details:
    """The details with the one row access policy that an object may have."""
    return {**details, "row_access": {"policy": policy, "columns": columns}}


def without_row_access(details: Details) -> Details:
    """The details without a row access policy."""
    return {**details, "row_access": None}


def policies(details: Details) -> set[int]:
    """The ids of all policies on an object and its columns."""
    found = {int(m["policy"]) for m in details.get("masks", [])}
    access = row_access(details)
    return found | ({int(access["policy"])} if access else set())


def given_to_policies(details: Details, column: str) -> bool:
    """Whether a policy other than the column's own mask is given the column."""
    access = row_access(details)
    masks = [m for m in details.get("masks", []) if m["column"] != column]
    return any(column in m["using"] for m in masks) or bool(access and column in access["columns"])


def renamed(details: Details, old: str, new: str) -> Details:
    """The details after a column's rename."""

    def named(column: Any) -> Any:
        return new if column == old else column

    changed = dict(details)
    if "tags" in details:
        changed["tags"] = [[tag, named(at), value] for tag, at, value in details["tags"]]
    if "masks" in details:
        changed["masks"] = [
            {**m, "column": named(m["column"]), "using": [named(c) for c in m["using"]]}
            for m in details["masks"]
        ]
    if access := row_access(details):
        changed["row_access"] = {**access, "columns": [named(c) for c in access["columns"]]}
    return changed


def dropped(details: Details, column: str) -> Details:
    """The details after a column's drop: its tags and its mask go with it."""
    changed = without_mask(details, column) if "masks" in details else dict(details)
    if "tags" in changed:
        changed["tags"] = [t for t in changed["tags"] if t[1] != column]
    return changed


def carried(source: Details, copy: Details, ids: Mapping[int, int]) -> Details:
    """The details of a clone with the source's marks: tags and policies are the clone's where they were cloned along
    (`ids`), else the source's.

    Rule: docs.snowflake.com/en/sql-reference/sql/create-clone, "Tags", and user-guide/object-clone, "Policies".
    """
    changed = dict(copy)
    if "tags" in source:
        changed["tags"] = [[ids.get(tag, tag), at, value] for tag, at, value in source["tags"]]
    if "masks" in source:
        changed["masks"] = [
            {**m, "policy": ids.get(m["policy"], m["policy"])} for m in source["masks"]
        ]
    if access := row_access(source):
        changed["row_access"] = {**access, "policy": ids.get(access["policy"], access["policy"])}
    return changed
