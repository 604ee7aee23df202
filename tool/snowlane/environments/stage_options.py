"""What a stage is besides its place: its file format and options, as DESCRIBE STAGE tells. Pure.

Source: docs.snowflake.com/en/sql-reference/sql/desc-stage and sql/create-stage. GET_DDL knows no
stages.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from snowlane.sql.names import literal

_GROUPS = {"STAGE_FILE_FORMAT": "FILE_FORMAT", "STAGE_COPY_OPTIONS": "COPY_OPTIONS"}
_LISTED = re.compile(r"'((?:[^']|'')*)'|\"([^\"]*)\"|([^,\s][^,]*)")


@dataclass(frozen=True)
class StageOptions:
    """The clauses of CREATE STAGE that say how its files are read; `directory` whether it lists them."""

    file_format: str = ""
    copy_options: str = ""
    directory: bool = False

    @property
    def clauses(self) -> str:
        """All of them as CREATE STAGE writes them, "" when every option is as by default."""
        directory = "DIRECTORY = (ENABLE = TRUE)" if self.directory else ""
        return " ".join(part for part in (directory, self.file_format, self.copy_options) if part)


def stage_options(rows: Iterable[Mapping[str, Any]]) -> StageOptions:
    """Rows of DESCRIBE STAGE as clauses; what is as by default is left out."""
    groups: dict[str, list[str]] = {name: [] for name in _GROUPS}
    directory = False
    for row in rows:
        group, name = str(row["parent_property"]), str(row["property"])
        value, default = row["property_value"], row["property_default"]
        if group == "DIRECTORY" and name == "ENABLE":
            directory = str(value).lower() == "true"
        if group not in groups or value in (None, "") or (value == default and name != "TYPE"):
            continue
        groups[group].append(f"{name} = {_value(str(row['property_type']), name, str(value))}")
    clauses = {
        word: f"{word} = ({', '.join(groups[group])})" if groups[group] else ""
        for group, word in _GROUPS.items()
    }
    return StageOptions(clauses["FILE_FORMAT"], clauses["COPY_OPTIONS"], directory)


def _value(kind: str, name: str, value: str) -> str:
    if kind in ("Boolean", "Integer", "Long", "Double") or value.upper() in ("NONE", "AUTO"):
        return value
    if kind == "List" or (value.startswith("[") and value.endswith("]") and name == "NULL_IF"):
        inside = value[1:-1] if value.startswith("[") else value
        parts = [single or double or bare for single, double, bare in _LISTED.findall(inside)]
        return f"({', '.join(literal(part.strip()) for part in parts)})"
    if name in ("TYPE", "ON_ERROR"):
        return value
    return literal(value)
