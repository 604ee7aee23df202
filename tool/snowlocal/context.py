"""What a statement's handler works with: the account, the session, and the finding of objects by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from snowlocal.access import Access
from snowlocal.account import Account
from snowlocal.catalog import ACCOUNT_ID, Catalog, Entry
from snowlocal.change import Change
from snowlocal.errors import missing, no_operation, wrong_kind
from snowlocal.names import complete, dotted
from snowlocal.result import Result
from snowlocal.session import Session


@dataclass
class Context:
    """One statement under way. `run` executes another statement in the same session (bodies of procedures and
    tasks)."""

    account: Account
    session: Session
    query_id: str
    text: str
    run: Callable[[str], Result]
    bindings: list[Any] = field(default_factory=list)
    # The QUERY_TAG that came with the request; what the statement runs in turn carries it too.
    tag: str | None = None
    # The tags of a CREATE's own WITH TAG clause, by tag id.
    tags: dict[int, str] = field(default_factory=dict)
    # What is to be done once the statement is over and the account's lock is free again: pipes load then.
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    @property
    def catalog(self) -> Catalog:
        """The account's catalog; hold `account.lock` for more than one look."""
        return self.account.catalog

    @property
    def access(self) -> Access:
        """What this statement may do."""
        return self.account.access(self.session)

    @property
    def creating(self) -> Access:
        """What this statement may create: the primary role's privileges, not those of secondary roles."""
        return self.account.creating(self.session)

    def change(self) -> Change:
        """Begin the DDL transaction of this statement."""
        return self.account.change(self.query_id)

    def database(self, name: str | None) -> Entry:
        """The database of this name, which the role must see. Raises 002003."""
        found = self.catalog.find("DATABASE", ACCOUNT_ID, name) if name else None
        if found is None or not self.access.sees(found):
            raise missing("DATABASE", dotted(name) if name else "")
        return found

    def schema(self, database: str | None, name: str | None) -> Entry:
        """The schema of this name, which the role must see. Raises 002003."""
        parent = self.database(database)
        found = self.catalog.find("SCHEMA", parent.id, name) if name else None
        if found is None or not self.access.sees(found):
            raise missing("SCHEMA", dotted(database, name))
        return found

    def schema_named(self, parts: tuple[str, ...]) -> Entry:
        """A schema by one or two parts, in the session's current database."""
        if len(parts) == 1:
            return self.schema(self.session.database, parts[0])
        return self.schema(parts[-2], parts[-1])

    def place(self, parts: tuple[str, ...], verb: str) -> tuple[Entry, str]:
        """The schema in which a name lies, and its last part. Raises 090105, 090106 or 002003."""
        name = complete(parts, self.session.database, self.session.schema, verb)
        return self.schema(name.database, name.schema), name.name

    def maybe(
        self, kind: str, parts: tuple[str, ...], arguments: str | None = None, verb: str = "SELECT"
    ) -> Entry | None:
        """The object of this kind and name, if there is one that the role sees.

        Raises 002203 where the name belongs to another kind of the same name space.
        """
        if kind in ("DATABASE", "ROLE", "USER", "WAREHOUSE"):
            found = self.catalog.find(kind, ACCOUNT_ID, parts[-1])
        elif kind == "SCHEMA":
            database = parts[-2] if len(parts) > 1 else self.session.database
            parent = self.catalog.find("DATABASE", ACCOUNT_ID, database or "")
            found = self.catalog.find(kind, parent.id, parts[-1]) if parent else None
        else:
            name = complete(parts, self.session.database, self.session.schema, verb)
            parent = self.catalog.find("DATABASE", ACCOUNT_ID, name.database or "")
            schema = self.catalog.find("SCHEMA", parent.id, name.schema or "") if parent else None
            found = self.catalog.find(kind, schema.id, name.name, arguments) if schema else None
        if found is None or not self.access.sees(found):
            return None
        if found.kind != kind:
            raise wrong_kind(found.kind, kind)
        return found

    def find(
        self, kind: str, parts: tuple[str, ...], arguments: str | None = None, verb: str = "SELECT"
    ) -> Entry:
        """Like `maybe`, but raises 002003 where there is no such object."""
        found = self.maybe(kind, parts, arguments, verb)
        if found is None:
            raise missing(kind, dotted(*parts) + (arguments or ""))
        return found

    def scope(self, parts: tuple[str, ...]) -> Entry:
        """The database or schema that SHOW … IN names without saying which kind it is. Raises 002043."""
        if len(parts) == 1:
            here = self.session.database
            parent = self.catalog.find("DATABASE", ACCOUNT_ID, here) if here else None
            found = self.catalog.find("SCHEMA", parent.id, parts[0]) if parent else None
            found = found or self.catalog.find("DATABASE", ACCOUNT_ID, parts[0])
        else:
            found = self.maybe("SCHEMA", parts)
        if found is None or not self.access.sees(found):
            raise no_operation()
        return found
