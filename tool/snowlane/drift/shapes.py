"""A CREATE statement taken apart into the aspects of what it makes, so that two can be compared.

GET_DDL writes options in its own order and adds some; what is compared is therefore each option
and the text behind AS, never the statement as a whole.
Grammar: docs.snowflake.com/en/sql-reference/sql/create, and get_ddl for what comes back.
"""

import json
from collections.abc import Callable

from snowlane.drift.normal import normal_sql, type_family
from snowlane.objects.kinds import MODIFIERS
from snowlane.sql import literals
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_cursor import Cursor
from snowlane.sql.names import literal, qualified
from snowlane.sql.tokens import Kind, tokenize

Aspects = dict[str, str]


def shape_of(kind: str, text: str) -> Aspects:
    """The aspects of what a CREATE statement of a kind makes.

    Raises snowlane.sql.tokens.UnreadableSqlError.
    """
    cursor = Cursor(text, tokenize(text))
    modifiers, path = head(cursor, kind)
    aspects = _READERS.get(kind, _definition)(cursor, path)
    if kind in ("VIEW", "PROCEDURE", "FUNCTION"):
        aspects["SECURE"] = "TRUE" if "SECURE" in modifiers else "FALSE"
    return aspects


def head(cursor: Cursor, kind: str) -> tuple[set[str], Path]:
    """Move past `CREATE OR REPLACE … KIND IF NOT EXISTS NAME`; the modifiers and the path."""
    cursor.take("CREATE")
    if cursor.take("OR"):
        cursor.take_any("REPLACE", "ALTER")
    modifiers = set()
    while word := cursor.take_any(*MODIFIERS, "TRANSIENT", "LOCAL"):
        modifiers.add(word)
    for word in kind.split():
        cursor.take(word)
    cursor.take_if_exists()
    return modifiers, cursor.path() or ()


def value(cursor: Cursor) -> str:
    """The value of an option: a literal's text, a name, a number, or a list as JSON."""
    if cursor.at("("):
        parts = [value(part) for part in cursor.inside().parts()]
        return json.dumps(parts)
    if cursor.ended:
        return ""
    token = cursor.tokens[cursor.position]
    if token.kind in (Kind.STRING, Kind.BODY):
        return literals.value(cursor.skip().raw)
    if token.is_name:
        return ".".join(cursor.path() or ())
    sign = cursor.skip().raw if token.raw in ("-", "+") else ""
    return sign.replace("+", "") + ("" if cursor.ended else cursor.skip().raw)


def options(cursor: Cursor, *until: str) -> Aspects:
    """The `KEY = value` pairs up to one of the words; a `COMMENT '…'` counts as one."""
    found: Aspects = {}
    while not cursor.ended and not cursor.at_word(*until):
        token = cursor.skip()
        if token.is_name and cursor.at("="):
            cursor.skip()
            found[token.name] = value(cursor)
    return found


def _view(cursor: Cursor, _: Path) -> Aspects:
    columns = []
    if cursor.at("("):
        listed = [part.take_name() for part in cursor.inside().parts()]
        columns = [each.name for each in listed if each]
    found = options(cursor, "AS")
    cursor.take("AS")
    found["QUERY"] = normal_sql(cursor.text_left)
    return found | ({"COLUMNS": ", ".join(columns)} if columns else {})


def _routine(cursor: Cursor, _: Path) -> Aspects:
    names = []
    for part in cursor.inside().parts():
        part.take_any("IN", "OUT", "INOUT") if len(part.tokens) > 2 else None
        if name := part.take_name():
            names.append(name.name)
    found: Aspects = {"LANGUAGE": "SQL", "EXECUTE AS": "OWNER", "ARGUMENTS": ", ".join(names)}
    while not cursor.ended and not cursor.at_word("AS"):
        if cursor.take("RETURNS"):
            # RETURNS NULL ON NULL INPUT says no type.
            found.setdefault("RETURNS", _returned(cursor))
        elif cursor.take("LANGUAGE"):
            found["LANGUAGE"] = cursor.skip().raw.upper()
        elif cursor.take("EXECUTE") and cursor.take("AS"):
            found["EXECUTE AS"] = cursor.skip().raw.upper()
        else:
            token = cursor.skip()
            if token.is_name and cursor.at("="):
                cursor.skip()
                found[token.name] = value(cursor)
    cursor.take("AS")
    found["BODY"] = _body(cursor, found["LANGUAGE"])
    return found


def _returned(cursor: Cursor) -> str:
    if cursor.take("TABLE"):
        columns = []
        for part in cursor.inside().parts():
            name = part.take_name()
            columns.append(f"{name.name if name else ''} {type_family(part.text_left)}")
        return f"TABLE ({', '.join(columns)})"
    start = cursor.position
    cursor.skip()
    while cursor.at("(") or cursor.at_word("PRECISION", "VARYING"):
        cursor.skip()
    return type_family(cursor.text_between(start, cursor.position))


def _body(cursor: Cursor, language: str) -> str:
    """The body, without backslashes: whether GET_DDL doubles them in its literal is not settled."""
    if cursor.ended:
        return ""
    token = cursor.skip()
    inner = token.raw[2:-2] if token.kind is Kind.BODY else token.raw[1:-1].replace("''", "'")
    inner = inner.replace("\\", "")
    if language == "SQL":
        return normal_sql(inner)
    return "\n".join(line.rstrip() for line in inner.strip().splitlines())


def _task(cursor: Cursor, path: Path) -> Aspects:
    found: Aspects = {"WAREHOUSE": "", "SCHEDULE": "", "AFTER": "", "WHEN": "", "COMMENT": ""}
    found["ALLOW_OVERLAPPING_EXECUTION"] = "FALSE"
    while not cursor.ended and not cursor.at_word("AS"):
        if cursor.take("AFTER"):
            after = [_completed(cursor.path() or (), path)]
            while cursor.at(","):
                cursor.skip()
                after.append(_completed(cursor.path() or (), path))
            found["AFTER"] = ", ".join(sorted(after))
        elif cursor.take("WHEN"):
            start = cursor.position
            while not cursor.ended and not cursor.at_word("AS"):
                cursor.skip()
            found["WHEN"] = normal_sql(cursor.text_between(start, cursor.position))
        else:
            found |= options(cursor, "AS", "AFTER", "WHEN")
    cursor.take("AS")
    found["STATEMENT"] = normal_sql(cursor.text_left)
    return found


def _stream(cursor: Cursor, path: Path) -> Aspects:
    source = ""
    while not cursor.ended and not cursor.take("ON"):
        cursor.skip()
    while cursor.take_any("TABLE", "VIEW", "STAGE", "EXTERNAL", "DYNAMIC", "EVENT", "ICEBERG"):
        pass
    source = _completed(cursor.path() or (), path)
    written = options(cursor)
    mode = next((key for key in ("APPEND_ONLY", "INSERT_ONLY") if _true(written.get(key))), "")
    comment = written.get("COMMENT", "")
    return {"SOURCE": source, "MODE": mode or "DEFAULT", "COMMENT": comment, "STALE": "FALSE"}


def _pipe(cursor: Cursor, _: Path) -> Aspects:
    found = {"AUTO_INGEST": "FALSE"} | options(cursor, "AS")
    found["AUTO_INGEST"] = found["AUTO_INGEST"].upper()
    cursor.take("AS")
    found["STATEMENT"] = normal_sql(cursor.text_left)
    return found


def _alert(cursor: Cursor, _: Path) -> Aspects:
    found = {"WAREHOUSE": "", "SCHEDULE": "", "COMMENT": ""} | options(cursor, "IF")
    cursor.take("IF")
    outer = cursor.inside()
    outer.take("EXISTS")
    found["CONDITION"] = normal_sql(outer.inside().text_left)
    cursor.take("THEN")
    found["ACTION"] = normal_sql(cursor.text_left)
    return found


def _schema(cursor: Cursor, _: Path) -> Aspects:
    return {"COMMENT": options(cursor).get("COMMENT", "")}


def _stage(cursor: Cursor, _: Path) -> Aspects:
    found = options(cursor)
    return {"URL": found.get("URL", ""), "COMMENT": found.get("COMMENT", "")}


def _sequence(cursor: Cursor, _: Path) -> Aspects:
    increment, comment = "1", ""
    while not cursor.ended:
        if cursor.take("INCREMENT"):
            cursor.take("BY")
            cursor.skip() if cursor.at("=") else None
            increment = value(cursor)
        elif cursor.take("COMMENT"):
            comment = cursor.take_text() or ""
        else:
            cursor.skip()
    return {"INCREMENT": increment, "COMMENT": comment}


def _file_format(cursor: Cursor, _: Path) -> Aspects:
    found = {"COMMENT": ""} | options(cursor)
    return {key: format_option(written, key) for key, written in found.items()}


def format_option(written: str, key: str = "") -> str:
    """An option of a file format: words in upper case, a list as JSON, NONE for none."""
    if key == "NULL_IF" and not written.startswith("["):
        return json.dumps([written])
    return written.upper() if written.upper() in ("TRUE", "FALSE", "AUTO", "NONE") else written


def _policy(cursor: Cursor, _: Path) -> Aspects:
    """Source: docs.snowflake.com/en/sql-reference/sql/create-masking-policy; the order is fixed."""
    cursor.take("AS")
    arguments = []
    for part in cursor.inside().parts():
        name = part.take_name()
        arguments.append(f"{name.name if name else ''} {type_family(part.text_left)}")
    cursor.take("RETURNS")
    found: Aspects = {"ARGUMENTS": ", ".join(arguments), "RETURNS": _returned(cursor)}
    found |= {"COMMENT": "", "EXEMPT_OTHER_POLICIES": "FALSE"}
    cursor.skip() if cursor.at("->") else None
    first, end = cursor.position, len(cursor.tokens)
    end -= end > first and cursor.tokens[-1].mark(";")
    while end - first > 3 and cursor.tokens[end - 2].mark("="):
        name, written = cursor.tokens[end - 3], cursor.tokens[end - 1]
        if name.word("COMMENT") and written.kind is Kind.STRING:
            found["COMMENT"] = literals.value(written.raw)
        elif name.word("EXEMPT_OTHER_POLICIES"):
            found["EXEMPT_OTHER_POLICIES"] = written.raw.upper()
        else:
            break
        end -= 3
    return found | {"BODY": normal_sql(cursor.text_between(first, end))}


def _tag(cursor: Cursor, _: Path) -> Aspects:
    allowed, comment = [], ""
    while not cursor.ended:
        if cursor.take("COMMENT"):
            comment = cursor.take_text() or ""
        elif cursor.take("ALLOWED_VALUES"):
            while (written := cursor.take_text()) is not None:
                allowed.append(written)
                cursor.skip() if cursor.at(",") else None
        else:
            cursor.skip()
    return {"ALLOWED_VALUES": ", ".join(map(literal, sorted(allowed))), "COMMENT": comment}


def _definition(cursor: Cursor, _: Path) -> Aspects:
    found = options(cursor, "AS")
    cursor.take("AS")
    return found | {"DEFINITION": normal_sql(cursor.text_left)}


def _completed(path: Path, home: Path) -> str:
    """A full name; one that is not says where it is by the object's own database and schema."""
    return qualified(*home[: 3 - len(path)], *path)


def _true(text: str | None) -> bool:
    return (text or "").upper() == "TRUE"


_READERS: dict[str, Callable[[Cursor, Path], Aspects]] = {
    "VIEW": _view,
    "PROCEDURE": _routine,
    "FUNCTION": _routine,
    "TASK": _task,
    "STREAM": _stream,
    "PIPE": _pipe,
    "ALERT": _alert,
    "SCHEMA": _schema,
    "STAGE": _stage,
    "SEQUENCE": _sequence,
    "FILE FORMAT": _file_format,
    "MASKING POLICY": _policy,
    "ROW ACCESS POLICY": _policy,
    "TAG": _tag,
}
