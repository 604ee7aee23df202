"""What of the data the statements of a stage touch, in words: rows, values, types, offsets. Pure."""

from collections.abc import Collection, Iterable

from snowlane.plan.actions import Action, Verb, actions_of
from snowlane.plan.reshaped import Retyped
from snowlane.sql.names import qualified

_ROWS = {
    Verb.WRITES: "rows of {} are written",
    Verb.EMPTIES: "rows of {} are deleted",
    Verb.REPLACES: "table {} is made anew",
    Verb.DROPS: "table {} is dropped with its rows",
}
_DROPPED = {
    "COLUMN": "column {} is dropped with its values",
    "SCHEMA": "schema {} is dropped with all that is in it",
    "DATABASE": "database {} is dropped with all that is in it",
    "STAGE": "stage {} is dropped with its files",
    "SEQUENCE": "sequence {} is dropped and loses its count",
    "DYNAMIC TABLE": "dynamic table {} is dropped with its rows",
    "STREAM": "stream {} is dropped with what it had not given out",
    "PIPE": "pipe {} is dropped with its record of loaded files",
}
_ANEW = {
    "STREAM": "stream {} begins anew, without what it had not given out",
    "PIPE": "pipe {} forgets which files it has loaded",
    "SCHEMA": "schema {} is made anew, empty",
    "STAGE": "stage {} is made anew, without its files",
    "SEQUENCE": "sequence {} counts anew",
    "DYNAMIC TABLE": "dynamic table {} is filled anew",
}


def effects_of(
    texts: Iterable[str], *, is_new: bool = False, retyped: Collection[Retyped] = ()
) -> tuple[str, ...]:
    """What of the data that was there before is touched, a line each.

    `is_new` says that what the statements replace is not there yet. What they make themselves has
    no data of before. `retyped` are the columns that have another type afterwards.
    """
    told = {(*each.table[1:], each.column) for each in retyped}
    found = dict.fromkeys(
        f"column {each.name} becomes {each.new} and was {each.old}" for each in retyped
    )
    made: set[tuple[str, tuple[str, ...]]] = set()
    for text in texts:
        for action in actions_of(text):
            line = "" if (action.kind, action.path) in made else _line(action)
            if action.verb is Verb.CHANGES_TYPE and (*action.path[1:], action.column) in told:
                continue
            if line and not (is_new and action.verb is Verb.REPLACES):
                found[line] = None
            if action.verb is Verb.MAKES:
                made.add((action.kind, action.path))
    return tuple(found)


def _line(action: Action) -> str:
    name = qualified(*action.path, *([action.column] if action.column else []))
    match action.verb:
        case Verb.UNKNOWN:
            return "SQL that is made up at run time runs"
        case Verb.RUNS:
            # What Snowflake brings itself waits or asks, and writes no rows.
            if action.path and action.path[-1].startswith("SYSTEM$"):
                return ""
            return f"{action.kind.lower()} {name} runs" if name else "a procedure runs"
        case Verb.CHANGES_TYPE:
            return f"column {name} gets another type"
        case _ if action.kind == "TABLE" and action.verb in _ROWS:
            return _ROWS[action.verb].format(name or "a table")
        case Verb.DROPS if action.kind in _DROPPED:
            return _DROPPED[action.kind].format(name)
        case Verb.REPLACES if action.kind in _ANEW:
            return _ANEW[action.kind].format(name)
    return ""
