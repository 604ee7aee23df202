"""What all object kinds share: taking a name, replacing, dropping, renaming, comments, and the defaults of SHOW
and CLONE.

A kind is a subclass, one module each. The dispatcher reads the verb and the kind, and calls it; `show.py` and
`clone.py` call the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from snowlocal import attachments, future, keys, swap
from snowlocal.catalog import ACCOUNT_ID, Entry, now
from snowlocal.change import Change
from snowlocal.context import Context
from snowlocal.errors import exists, missing, no_privilege, unsupported
from snowlocal.names import dotted
from snowlocal.result import Result, status, table
from snowlocal.tokens import Reader


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the name in CREATE: [OR REPLACE] [modifiers] KIND [IF NOT EXISTS]."""

    or_replace: bool
    modifiers: frozenset[str]
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A name that a CREATE is about to take: its container, and what stands there now."""

    parent: int
    name: str
    arguments: str | None
    existing: Entry | None


# name and wire type of a SHOW or DESCRIBE column
Columns = tuple[tuple[str, str], ...]
_SWAPPED = {"TABLE", "DYNAMIC TABLE", "SCHEMA", "DATABASE"}


class Kind:
    """An object kind. Subclasses set the names below and override what differs from the defaults."""

    name: ClassVar[str]  # as in CREATE <name>
    plural: ClassVar[str]  # as in SHOW <plural>
    level: ClassVar[str] = "schema"  # where it lies: "account", "database" or "schema"
    modifiers: ClassVar[frozenset[str]] = frozenset()  # allowed between CREATE and the kind
    undroppable: ClassVar[bool] = False  # whether UNDROP can bring it back
    show_columns: ClassVar[Columns] = ()
    shows: ClassVar[
        tuple[str, ...]
    ] = ()  # the kinds that SHOW lists, where they are more than this one
    label: ClassVar[str] = ""  # how answers name the kind: "Stage area", by default "Task"

    def judge(self, ctx: Context) -> None:
        """Have the grammar judge a CREATE or ALTER; override where a body is a language of its own."""
        ctx.account.grammar.check(ctx.text)

    # -- CREATE

    def create(self, ctx: Context, head: Head, reader: Reader) -> Result:
        """Run a CREATE; `reader` stands at the name. Raises SnowflakeError."""
        raise unsupported(f"CREATE {self.name}")

    def slot(
        self, ctx: Context, head: Head, parts: tuple[str, ...], arguments: str | None = None
    ) -> Slot:
        """Find where the new object goes and check that this role may put it there.

        Raises 002002 where the name is taken, 003001 without the privilege, 002203 for another kind's name.
        """
        parent, name = self._container(ctx, parts)
        existing = ctx.catalog.find(self.name, parent.id, name, arguments)
        if existing is not None and existing.kind != self.name:
            raise exists(dotted(*parts))
        if existing is not None and head.or_replace:
            ctx.access.require_owner(existing)
        elif existing is not None and not head.if_not_exists:
            raise exists(dotted(*parts))
        if self.level == "account":
            ctx.creating.require_global(f"CREATE {self.name}")
        elif not ctx.creating.has(parent, f"CREATE {self.name}"):
            raise no_privilege(parent.kind, parent.name)
        return Slot(parent.id, name, arguments, existing)

    def _container(self, ctx: Context, parts: tuple[str, ...]) -> tuple[Entry, str]:
        if self.level == "account":
            return ctx.catalog.get(ACCOUNT_ID), parts[-1]
        if self.level == "database":
            database = parts[-2] if len(parts) > 1 else ctx.session.database
            return ctx.database(database), parts[-1]
        return ctx.place(parts, f"CREATE {self.name}")

    def skipped(self, slot: Slot, head: Head) -> Result | None:
        """The answer of IF NOT EXISTS where the object is there already, else None."""
        if slot.existing is not None and head.if_not_exists:
            return status(f"{slot.name} already exists, statement succeeded.")
        return None

    def fill(
        self,
        ctx: Context,
        change: Change,
        slot: Slot,
        details: dict[str, Any],
        comment: str = "",
        copy_grants: bool = False,
        entry_id: int | None = None,
    ) -> Entry:
        """Put the new object into its slot; what stood there is dropped in the same change."""
        owner, grants = future.apply(change.catalog, self.name, slot.parent, ctx.session.role)
        if slot.existing is not None:
            if copy_grants:
                owner, grants = ctx.session.role, slot.existing.grants
            self.discard(change, slot.existing)
        if ctx.tags:
            details = attachments.with_tags(details, ctx.tags)
        at = now()
        return change.put(
            Entry(
                id=change.new_id() if entry_id is None else entry_id,
                kind=self.name,
                parent=slot.parent,
                name=slot.name,
                owner=owner,
                created=at,
                altered=at,
                arguments=slot.arguments,
                comment=comment,
                grants=grants,
                details=details,
            )
        )

    def created(self, slot: Slot) -> Result:
        """The answer of a CREATE."""
        return status(f"{self.title} {slot.name} successfully created.")

    @property
    def title(self) -> str:
        """The kind as answers write it."""
        return self.label or self.name.capitalize()

    # -- DROP and UNDROP

    def drop(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """Run a DROP; `reader` stands after the name (CASCADE, RESTRICT)."""
        ctx.access.require_owner(entry)
        if not reader.accept("CASCADE") and reader.accept("RESTRICT"):
            keys.refuse_referred(ctx.catalog, entry)
        reader.finish()
        with ctx.change() as change:
            self.discard(change, entry)
        return status(f"{entry.name} successfully dropped.")

    def discard(self, change: Change, entry: Entry) -> None:
        """Take an object away, for DROP and OR REPLACE; override to give up what hangs on it."""
        if self.undroppable:
            change.drop(entry)
        else:
            change.forget(entry)

    def undrop(self, ctx: Context, parts: tuple[str, ...]) -> Result:
        """Bring the last dropped object of this name back; the name must be free."""
        if not self.undroppable:
            raise unsupported(f"UNDROP {self.name}")
        parent, name = self._container(ctx, parts)
        found = ctx.catalog.dropped(self.name, parent.id, name)
        found = [e for e in found if ctx.access.owns(e) and self.kept(ctx, e)]
        if not found:
            raise missing(self.name, dotted(*parts))
        if ctx.catalog.find(self.name, parent.id, name) is not None:
            raise exists(name)
        with ctx.change() as change:
            change.put(replace(found[0], dropped=None))
        return status(f"{self.title} {name} successfully restored.")

    def kept(self, ctx: Context, dropped: Entry) -> bool:
        """Whether a dropped object can come back."""
        return True

    # -- ALTER

    def alter(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """Run an ALTER; `reader` stands after the name. The default knows RENAME TO and SET/UNSET COMMENT."""
        ctx.access.require_owner(entry)
        if reader.accept("RENAME", "TO"):
            return self.rename(ctx, entry, reader)
        if self.name in _SWAPPED and reader.accept("SWAP", "WITH"):
            return swap.swap(ctx, self, entry, reader)
        if reader.accept("SET"):
            options = reader.options()
            return self.set(ctx, entry, options)
        if reader.accept("UNSET"):
            keys = [reader.identifier()]
            while reader.accept(",") or not reader.done:
                keys.append(reader.identifier())
            return self.unset(ctx, entry, keys)
        raise unsupported(
            f"ALTER {self.name} {reader.rest().split()[0] if not reader.done else ''}"
        )

    def rename(self, ctx: Context, entry: Entry, reader: Reader) -> Result:
        """Give an object another name, in another container too where the kind lies in schemas."""
        parts = reader.qualified()
        reader.finish()
        parent, name = self._container(ctx, parts)
        if ctx.catalog.find(self.name, parent.id, name, entry.arguments) is not None:
            raise exists(dotted(*parts))
        with ctx.change() as change:
            change.put(replace(entry, name=name, parent=parent.id, altered=now()))
        return status("Statement executed successfully.")

    def set(self, ctx: Context, entry: Entry, options: dict[str, Any]) -> Result:
        """ALTER … SET: the default takes COMMENT and refuses every other property by name."""
        comment = options.pop("COMMENT", entry.comment)
        if options:
            raise unsupported(f"ALTER {self.name} SET {', '.join(options)}")
        with ctx.change() as change:
            change.put(replace(entry, comment=comment, altered=now()))
        return status("Statement executed successfully.")

    def unset(self, ctx: Context, entry: Entry, keys: list[str]) -> Result:
        """ALTER … UNSET: the default takes COMMENT."""
        if keys != ["COMMENT"]:
            raise unsupported(f"ALTER {self.name} UNSET {', '.join(keys)}")
        return self.set(ctx, entry, {"COMMENT": ""})

    def handed_over(self, entry: Entry, bulk: bool) -> dict[str, Any]:
        """The details after a change of owner, `bulk` for GRANT OWNERSHIP ON ALL; raises where a state forbids it."""
        return entry.details

    # -- reading

    def row(self, ctx: Context, entry: Entry) -> Mapping[str, Any]:
        """The object as a row of SHOW: at least the columns of `show_columns`."""
        raise unsupported(f"SHOW {self.plural}")

    def common_row(self, ctx: Context, entry: Entry) -> dict[str, Any]:
        """The columns that nearly every SHOW has."""
        name = ctx.catalog.name_of(entry)
        return {
            "created_on": entry.created,
            "name": entry.name,
            "database_name": name.database,
            "schema_name": name.schema,
            "owner": entry.owner,
            "comment": entry.comment,
            "owner_role_type": "ROLE",
        }

    def describe(self, ctx: Context, entry: Entry) -> Result:
        """DESCRIBE: by default one row like SHOW."""
        return table(self.show_columns, [self.row(ctx, entry)])

    def ddl(self, ctx: Context, entry: Entry, qualified: bool) -> str:
        """The text that GET_DDL gives; `qualified` writes the full name of what is created (only that)."""
        raise unsupported(f"GET_DDL('{self.name}')")

    # -- CLONE

    def settings(self, ctx: Context, options: dict[str, Any]) -> dict[str, Any]:
        """The details that properties after CLONE set; most kinds take none."""
        raise unsupported(f"CREATE {self.name} … CLONE … {', '.join(options)}")

    def cloned(self, change: Change, entry: Entry, ids: Mapping[int, int]) -> dict[str, Any]:
        """The details of this object's copy. `ids` maps the ids of everything in the cloned container to the
        copies'."""
        return dict(entry.details)
