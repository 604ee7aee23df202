"""Tags on objects and columns: read from a statement, set, unset, inherited, and written in GET_DDL.

What is tagged keeps the tags' ids (`attachments`); what a tag itself is, `kinds/tag.py` knows.
Rules: docs.snowflake.com/en/user-guide/object-tagging/introduction, …/work, …/inheritance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from snowlocal import attachments
from snowlocal.catalog import COLUMNED, Entry, now
from snowlocal.context import Context
from snowlocal.errors import compilation, no_privilege, unnumbered, unsupported
from snowlocal.kinds.base import Kind
from snowlocal.result import Result, status
from snowlocal.tokens import Reader

MOST_ON_ONE = 50  # tags on one object; docs: "Tag quotas"
_LONGEST = 256
_UNTAGGED = {"FILE FORMAT", "SEQUENCE", "TAG"}
_NOT_INHERITING = {"ROLE", "USER", "WAREHOUSE", "DATABASE"}


@dataclass(frozen=True, slots=True)
class Association:
    """A tag with its value, where it was set ("level"), and whether the object has it from there only."""

    tag: Entry
    value: str
    level: str
    inherited: bool


# -- reading


def take_clause(reader: Reader) -> Reader | None:
    """The inside of [WITH] TAG (…) of a CREATE, taken out of the words; `reader` stands at the object's name.

    None where there is none. Column lists, queries and bodies keep theirs.
    """
    begin = reader.at
    at = _after_name(reader)
    depth = 0
    words = reader.tokens
    while at < len(words):
        word = words[at].upper
        if depth == 0 and word in ("AS", "THEN"):
            return None
        if depth == 0 and word == "TAG" and at + 1 < len(words) and words[at + 1].upper == "(":
            first = at - 1 if words[at - 1].upper == "WITH" else at
            reader.at = at + 1
            inner = Reader(reader.parenthesised())
            reader.tokens = words[:first] + words[reader.at :]
            reader.at = begin
            return inner
        depth += {"(": 1, ")": -1}.get(word, 0)
        at += 1
    return None


def _after_name(reader: Reader) -> int:
    begin = reader.at
    reader.qualified()
    end, reader.at = reader.at, begin
    return end


def read_values(ctx: Context, reader: Reader) -> dict[int, str]:
    """name = 'value' [, …] to the end, by tag id.

    Raises 002003 for a tag that is not there, and where the tag does not allow the value.
    """
    found: dict[int, str] = {}
    while True:
        parts = reader.qualified()
        reader.expect("=")
        token = reader.peek()
        if token is None or token.kind != "string":
            raise compilation(1008, "22023", f"invalid value [{reader.rest()}] for a tag")
        value = reader.string()
        tag = ctx.find("TAG", parts, verb="SET TAG")
        _check_value(tag, value)
        found[tag.id] = value
        if not reader.sees(",") or _column_follows(reader):
            return found
        reader.expect(",")


def _column_follows(reader: Reader) -> bool:
    """Whether the comma at the place leads to the next column of ALTER TABLE … MODIFY rather than to another tag."""
    following, after = reader.peek(1), reader.peek(2)
    return (
        following is not None
        and following.upper in ("COLUMN", "ALTER", "MODIFY")
        and (after is None or after.upper not in ("=", "."))
    )


def _read_names(ctx: Context, reader: Reader) -> set[int]:
    found: set[int] = set()
    while True:
        found.add(ctx.find("TAG", reader.qualified(), verb="UNSET TAG").id)
        if not reader.sees(",") or _column_follows(reader):
            return found
        reader.expect(",")


def _check_value(tag: Entry, value: str) -> None:
    if len(value) > _LONGEST:
        raise unnumbered(f"Tag value '{value[:40]}…' is longer than {_LONGEST} characters.")
    allowed = tag.details["allowed"]
    if allowed is not None and value not in allowed:
        raise unnumbered(f"Tag value '{value}' is not an allowed value of tag '{tag.name}'.")


# -- setting


def sees_action(reader: Reader) -> bool:
    """Whether SET TAG or UNSET TAG comes next, and not a property that is called TAG."""
    third = reader.peek(2)
    named = third is not None and third.kind in ("word", "name")
    return named and (reader.sees("SET", "TAG") or reader.sees("UNSET", "TAG"))


def alter(ctx: Context, entry: Entry, reader: Reader) -> Result:
    """ALTER … SET TAG or UNSET TAG of the object itself."""
    changed = altered(ctx, entry, reader)
    reader.finish()
    with ctx.change() as change:
        change.put(changed)
    return status("Statement executed successfully.")


def altered(ctx: Context, entry: Entry, reader: Reader, column: str | None = None) -> Entry:
    """The entry after SET TAG or UNSET TAG of itself or of one of its columns; `reader` stands at SET or UNSET.

    Raises 003001 for a role that may not do it: it takes APPLY TAG on the account, or APPLY on the tag and the
    ownership of the object.
    """
    if entry.kind in _UNTAGGED:
        raise unsupported(f"tags on a {entry.kind.lower()}")
    if reader.accept("SET", "TAG"):
        values = read_values(ctx, reader)
        _require(ctx, entry, set(values))
        details = attachments.with_tags(entry.details, values, column)
        check_quota(details, column)
    else:
        reader.expect("UNSET", "TAG")
        ids = _read_names(ctx, reader)
        _require(ctx, entry, ids)
        details = attachments.without_tags(entry.details, ids, column)
    return replace(entry, details=details, altered=now())


def _require(ctx: Context, entry: Entry, ids: set[int]) -> None:
    if ctx.access.global_privilege("APPLY TAG"):
        return
    require_apply(ctx, ids)
    ctx.access.require_owner(entry)


def require_apply(ctx: Context, ids: set[int]) -> None:
    """Raise 003001 unless the role may set these tags on objects of its own."""
    if ctx.access.global_privilege("APPLY TAG"):
        return
    for tag in (ctx.catalog.get(i) for i in ids):
        if not ctx.access.has(tag, "APPLY"):
            raise no_privilege("TAG", tag.name)


def check_quota(details: attachments.Details, column: str | None) -> None:
    """Raise where an object or column has more tags than Snowflake takes."""
    if len(attachments.tags(details, column)) > MOST_ON_ONE:
        raise unsupported(f"more than {MOST_ON_ONE} tags on one object")


# -- reading back


def shown(ctx: Context, entry: Entry, column: str | None = None) -> list[Association]:
    """The tags that an object or a column has, its own and those it inherits; dropped ones are left out."""
    found: dict[int, Association] = {}
    for holder, at, level in _levels(ctx, entry, column):
        own = holder.id == entry.id and at == column
        for tag_id, value in attachments.tags(holder.details, at).items():
            tag = ctx.catalog.maybe(tag_id)
            if tag is not None and tag_id not in found and ctx.catalog.live_path(tag):
                found[tag_id] = Association(tag, value, level, not own)
    return sorted(found.values(), key=lambda a: ctx.catalog.text_of(a.tag))


def _levels(ctx: Context, entry: Entry, column: str | None) -> list[tuple[Entry, str | None, str]]:
    """Where an object's tags may be set, the nearest first: what holds it, which column, and what it is called."""
    levels: list[tuple[Entry, str | None, str]] = []
    if column is not None:
        levels.append((entry, column, "COLUMN"))
    levels.append((entry, None, domain(entry.kind)))
    while entry.kind not in _NOT_INHERITING:
        entry = ctx.catalog.get(entry.parent)
        levels.append((entry, None, domain(entry.kind)))
    return levels


def domain(kind: str) -> str:
    """What a kind is called as a domain: everything with columns is a TABLE."""
    return "TABLE" if kind in COLUMNED else kind


def clause(ctx: Context, entry: Entry, column: str | None = None) -> str:
    """WITH TAG (…) as GET_DDL writes it, without inherited tags; '' without any.

    A role that has not APPLY TAG on the account reads #UNKNOWN_TAG instead.
    Rule: docs.snowflake.com/en/sql-reference/functions/get_ddl, "Usage notes".
    """
    own = [a for a in shown(ctx, entry, column) if not a.inherited]
    if not own:
        return ""
    return f" WITH TAG ({', '.join(_written(ctx, a) for a in own)})"


def _written(ctx: Context, found: Association) -> str:
    if not (ctx.access.global_privilege("APPLY TAG") and ctx.access.reaches(found.tag)):
        return "#UNKNOWN_TAG='#UNKNOWN_VALUE'"
    return f"{ctx.catalog.text_of(found.tag)}='{found.value}'"


def setting(ctx: Context, kind: Kind, entry: Entry, name: str) -> str:
    """The ALTER … SET TAG that GET_DDL writes after a database or schema that has tags; '' without any."""
    own = [a for a in shown(ctx, entry) if not a.inherited]
    if not own:
        return ""
    values = ", ".join(_written(ctx, a) for a in own)
    return f"alter {kind.name.lower()} {name} set tag {values};"
