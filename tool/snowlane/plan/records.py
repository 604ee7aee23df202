"""The statements that write down in an environment what was applied to it.

They live in RAW.METADATA, so that a clone carries them. Pure: names in, SQL out.
"""

from collections.abc import Iterable, Mapping, Sequence

from snowlane.objects.source import Identity, SqlObject
from snowlane.plan.state_tables import OBJECTS_TABLE, REVISIONS_TABLE, VERSION_TABLE
from snowlane.sql.names import literal, qualified


def version_record(metadata: tuple[str, str], before: str | None, after: str | None) -> str:
    """Move the version row from one revision to another; None stands for the base."""
    table = qualified(*metadata, VERSION_TABLE)
    if before is None and after is not None:
        return f"INSERT INTO {table} (VERSION_NUM) VALUES ({literal(after)})"  # noqa: S608
    if after is None:
        return f"DELETE FROM {table} WHERE VERSION_NUM = {literal(before or '')}"  # noqa: S608
    return (
        f"UPDATE {table} SET VERSION_NUM = {literal(after)} "  # noqa: S608
        f"WHERE VERSION_NUM = {literal(before or '')}"
    )


def source_records(metadata: tuple[str, str], sources: Mapping[str, str]) -> str:
    """Write the hashes of the sources that revisions were applied from."""
    rows = ", ".join(
        f"({literal(revision)}, {literal(source)})" for revision, source in sources.items()
    )
    return (
        f"MERGE INTO {qualified(*metadata, REVISIONS_TABLE)} known "  # noqa: S608
        f"USING (SELECT COLUMN1 AS REVISION, COLUMN2 AS HASH FROM VALUES {rows}) applied "
        "ON known.REVISION = applied.REVISION "
        "WHEN MATCHED THEN UPDATE SET HASH = applied.HASH, APPLIED_AT = SYSDATE() "
        "WHEN NOT MATCHED THEN INSERT (REVISION, HASH, APPLIED_AT) "
        "VALUES (applied.REVISION, applied.HASH, SYSDATE())"
    )


def forget_source(metadata: tuple[str, str], revision: str) -> str:
    """Remove what was written of a revision's source."""
    table = qualified(*metadata, REVISIONS_TABLE)
    return f"DELETE FROM {table} WHERE REVISION = {literal(revision)}"  # noqa: S608


def object_record(metadata: tuple[str, str], applied: SqlObject, *, is_known: bool) -> str:
    """Write an applied object's hash and text; `is_known` says that it has a row already."""
    table = qualified(*metadata, OBJECTS_TABLE)
    identity = applied.identity
    key = (literal(identity.kind), literal(identity.full_name), literal(identity.arguments))
    value = (literal(applied.hash), literal(applied.text))
    if is_known:
        return (
            f"UPDATE {table} SET HASH = {value[0]}, TEXT = {value[1]}, "  # noqa: S608
            "APPLIED_AT = SYSDATE() "
            f"WHERE KIND = {key[0]} AND NAME = {key[1]} AND ARGUMENTS = {key[2]}"
        )
    return (
        f"INSERT INTO {table} (KIND, NAME, ARGUMENTS, HASH, TEXT, APPLIED_AT) "
        f"SELECT {', '.join([*key, *value])}, SYSDATE()"
    )


def object_records(metadata: tuple[str, str], applied: Sequence[SqlObject], *, first: str) -> str:
    """Write the hashes and texts of the first of some applied objects; `first` says how many."""
    rows = ", ".join(
        f"({at}, {literal(each.identity.kind)}, {literal(each.identity.full_name)}, "
        f"{literal(each.identity.arguments)}, {literal(each.hash)}, {literal(each.text)})"
        for at, each in enumerate(applied, start=1)
    )
    columns = ("KIND", "NAME", "ARGUMENTS", "HASH", "TEXT")
    named = ", ".join(f"COLUMN{at} AS {column}" for at, column in enumerate(columns, start=2))
    same = " AND ".join(f"known.{each} = applied.{each}" for each in columns[:3])
    return (
        f"MERGE INTO {qualified(*metadata, OBJECTS_TABLE)} known "  # noqa: S608
        f"USING (SELECT {named} FROM VALUES {rows} WHERE COLUMN1 <= {first}) applied ON {same} "
        "WHEN MATCHED THEN UPDATE SET HASH = applied.HASH, TEXT = applied.TEXT, "
        "APPLIED_AT = SYSDATE() "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(columns)}, APPLIED_AT) "
        f"VALUES ({', '.join(f'applied.{each}' for each in columns)}, SYSDATE())"
    )


def forget_object(metadata: tuple[str, str], identity: Identity) -> str:
    """Remove what was written of an object that was dropped."""
    key = (literal(identity.kind), literal(identity.full_name), literal(identity.arguments))
    return (
        f"DELETE FROM {qualified(*metadata, OBJECTS_TABLE)} "  # noqa: S608
        f"WHERE KIND = {key[0]} AND NAME = {key[1]} AND ARGUMENTS = {key[2]}"
    )


def forget_objects(metadata: tuple[str, str], identities: Iterable[Identity]) -> str:
    """Mark applied objects for another application, their texts kept."""
    names = ", ".join(
        literal(f"{each.kind} {each.full_name}{each.arguments}") for each in identities
    )
    return (
        f"UPDATE {qualified(*metadata, OBJECTS_TABLE)} SET HASH = '' "  # noqa: S608
        f"WHERE KIND || ' ' || NAME || ARGUMENTS IN ({names})"
    )
