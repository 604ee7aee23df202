"""The configuration of a task: JSON, whose strings may name databases and objects.

Source: docs.snowflake.com/en/sql-reference/sql/create-task (CONFIG).
"""

import json
from collections.abc import Iterator
from typing import Any

from snowlane.environments.mending.model import Copy
from snowlane.sql import literals
from snowlane.sql.names import literal


def strings_of(written: str) -> tuple[str, ...]:
    """Every string of a configuration, as a literal; what is no JSON is one string."""
    try:
        value = json.loads(written) if written else {}
    except ValueError:
        return (literal(written),)
    return tuple(literal(each) for each in _strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def repointed_config(written: str, copy: Copy) -> str:
    """The configuration with every string re-pointed that as a whole names the source's objects."""
    try:
        value = json.loads(written) if written else None
    except ValueError:
        return written
    own = _repointed(value, copy)
    return written if own == value else json.dumps(own)


def _repointed(value: Any, copy: Copy) -> Any:
    if isinstance(value, dict):
        return {key: _repointed(each, copy) for key, each in value.items()}
    if isinstance(value, list):
        return [_repointed(each, copy) for each in value]
    if not isinstance(value, str):
        return value
    found = copy.repointed(literal(value), "TASK")
    return literals.value(found.text) if found.changes else value
