"""DATA_RETENTION_TIME_IN_DAYS: how many days of Time Travel an object may have.

0 to 90, for transient objects 0 or 1.
An object that was given none has those of its schema, a schema those of its database.
Source: docs.snowflake.com/en/sql-reference/parameters and user-guide/data-time-travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snowlocal.catalog import Catalog, Entry
from snowlocal.errors import compilation

NAME = "DATA_RETENTION_TIME_IN_DAYS"
_MOST, _MOST_TRANSIENT, _DEFAULT = 90, 1, 1


def read(options: Mapping[str, Any], transient: bool, kept: int | None = None) -> int | None:
    """The days that the options say, else those `kept` until now; None where they are inherited.

    Raises 001008 where the object cannot have them.
    """
    if NAME not in options:
        return kept
    given = options[NAME]
    most = _MOST_TRANSIENT if transient else _MOST
    if not (isinstance(given, int) and 0 <= given <= most):
        raise compilation(1008, "22023", f"invalid value [{given}] for parameter '{NAME}'")
    return given


def days(catalog: Catalog, entry: Entry) -> int:
    """How many days an object has: its own, else those of the schema or database that it lies in.

    A transient object has one at most, whatever it inherits.
    """
    at: Entry | None = entry
    while at is not None and at.details.get("retention") is None:
        at = catalog.maybe(at.parent)
    found = _DEFAULT if at is None else int(at.details["retention"])
    return min(found, _MOST_TRANSIENT) if entry.details.get("transient") else found


def transient(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a transient copy of an object with these: it keeps no more days than transient objects may."""
    own = details.get("retention")
    return {"transient": True, "retention": None if own is None else min(int(own), _MOST_TRANSIENT)}
