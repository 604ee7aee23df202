"""The account as one opened folder: its data file, catalog, history, stage files and sessions.

The folder holds account.json (format and password), account.duckdb (data and catalog), history.sqlite, stages/
(files of
internal stages) and buckets/ (what stands in for S3 and its like).
"""

from __future__ import annotations

import hmac
import json
import secrets
import shutil
import threading
from collections import Counter, OrderedDict
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from snowlocal import loads, passwords
from snowlocal.access import Access, inherited, roles_of_user
from snowlocal.catalog import ACCOUNT_ID, Catalog, Entry, now
from snowlocal.change import Change
from snowlocal.errors import SnowflakeError
from snowlocal.grammar import Grammar
from snowlocal.history import History
from snowlocal.locks import TableLocks
from snowlocal.result import Result
from snowlocal.session import Session
from snowlocal.snapshots import Snapshots
from snowlocal.statement_timeout import Timeouts

FORMAT = 2
ACCOUNT_NAME = "local"
USER = "SNOWLANE"
WAREHOUSE = "COMPUTE_WH"
_IDS_AT_ONCE = 200
_HIERARCHY = {
    "ACCOUNTADMIN": [],
    "SYSADMIN": ["ACCOUNTADMIN"],
    "SECURITYADMIN": ["ACCOUNTADMIN"],
    "USERADMIN": ["SECURITYADMIN"],
    "PUBLIC": [],
}


class DamagedFolder(Exception):
    """The folder is not a local account, or not a whole one; the message says which file and how to go on."""


class Account:
    """Opens the folder, or makes it. Raises DamagedFolder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.started: datetime = now()
        for folder in (directory, directory / "buckets", directory / "stages"):
            folder.mkdir(parents=True, exist_ok=True)
        self.password = self._read_identity()
        self.duck = self._open_data()
        self.writer = self.duck.cursor()
        self.lock = threading.RLock()
        self.grammar = Grammar(directory / "grammar.txt")
        self.locks = TableLocks()
        self.timeouts = Timeouts()
        self.sessions: dict[str, Session] = {}
        # When a table was last written, since this start: Time Travel is only offered where it is surely true.
        self.written: dict[int, datetime] = {}
        self.snapshots = Snapshots(self)
        # Storage that an open transaction or a running statement writes: a clone copies it instead of sharing it.
        self.writers: Counter[int] = Counter()
        # Results of the newest statements, for RESULT_SCAN.
        self.results: OrderedDict[str, Result] = OrderedDict()
        self._ids: list[int] = []
        # Of a role and, for secondary roles, a user: how often roles had changed then, and what it may do.
        self._access: dict[tuple[str, str | None], tuple[int, Access]] = {}
        try:
            self.catalog = Catalog(self.writer)
            self.writer.execute(loads.SCHEMA)
            self.history = History(directory / "history.sqlite", self._finished)
        except Exception as error:
            self.duck.close()
            raise DamagedFolder(_damaged(directory, "its catalog or history", error)) from error
        if self.catalog.maybe(ACCOUNT_ID) is None:
            self._furnish()
        self.writer.execute("CREATE OR REPLACE TABLE _local.finished (query_id VARCHAR)")

    def _read_identity(self) -> str:
        path = self.directory / "account.json"
        if not path.exists():
            if (self.directory / "account.duckdb").exists():
                raise DamagedFolder(_damaged(self.directory, "account.json is missing", None))
            ignored = self.directory / ".gitignore"
            if not ignored.exists():
                # Whatever a project ignores, a password is nobody's to commit.
                ignored.write_text("*\n", encoding="utf-8")
            password = secrets.token_urlsafe(18)
            path.touch(mode=0o600)
            path.write_text(json.dumps({"format": FORMAT, "password": password}))
            return password
        try:
            identity = json.loads(path.read_text())
            found, password = identity["format"], str(identity["password"])
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedFolder(_damaged(self.directory, "account.json", error)) from error
        if found != FORMAT:
            raise DamagedFolder(
                f"{self.directory} is a local account of format {found}; this program reads format {FORMAT}. "
                "Move the folder away, or `snowlane local reset` to begin anew."
            )
        return password

    def _open_data(self) -> duckdb.DuckDBPyConnection:
        # sqlglot still writes arrow lambdas, which DuckDB 2 takes only with this setting. With one thread a small
        # statement takes a quarter less, for nothing is handed over; bench/local_account.py tells of large ones too.
        settings: dict[str, str | bool | int | float | list[str]] = {
            "lambda_syntax": "ENABLE_SINGLE_ARROW",
            "threads": 1,
        }
        try:
            duck = duckdb.connect(str(self.directory / "account.duckdb"), config=settings)
        except duckdb.Error as error:
            raise DamagedFolder(_damaged(self.directory, "account.duckdb", error)) from error
        from fakesnow import macros
        from fakesnow.transforms.stage import LOCAL_BUCKET_PATH

        from snowlocal.query import binaries, flattening, text_limits

        # The import made a temporary folder for fakesnow's own stages, which are not used here.
        shutil.rmtree(LOCAL_BUCKET_PATH, ignore_errors=True)
        duck.execute("SET GLOBAL TimeZone = 'UTC'")
        duck.execute(macros.creation_sql("account"))
        for macro in (*flattening.MACROS, *text_limits.MACROS, *binaries.MACROS):
            duck.execute(macro)
        return duck

    def _finished(self, query_id: str) -> bool:
        sql = "SELECT 1 FROM _local.finished WHERE query_id = ?"
        return bool(self.duck.cursor().execute(sql, [query_id]).fetchall())

    def _furnish(self) -> None:
        """What a new Snowflake account has: the system roles, one user, one warehouse."""
        with self.change(None) as change:
            at = now()
            change.put(Entry(ACCOUNT_ID, "ACCOUNT", -1, "LOCAL", "ACCOUNTADMIN", at, at))
            for role, above in _HIERARCHY.items():
                users = [USER] if role == "ACCOUNTADMIN" else []
                details = {"roles": above, "users": users}
                change.add("ROLE", ACCOUNT_ID, role, "", details=details)
            user = {"default_role": "ACCOUNTADMIN", "default_warehouse": WAREHOUSE}
            change.add("USER", ACCOUNT_ID, USER, "USERADMIN", details=user)
            size = {"size": "X-Small", "state": "STARTED", "auto_suspend": 600}
            change.add("WAREHOUSE", ACCOUNT_ID, WAREHOUSE, "ACCOUNTADMIN", details=size)

    def new_id(self) -> int:
        """A number that the catalog has never given out."""
        with self.lock:
            if not self._ids:
                # Committed by itself, before any is used: a number stays used whatever becomes of a change.
                some = f"SELECT nextval('_local.ids') FROM range({_IDS_AT_ONCE})"  # noqa: S608 (a number)
                self._ids = [int(one) for (one,) in self.duck.cursor().execute(some).fetchall()]
                self._ids.reverse()
            return self._ids.pop()

    def change(self, query_id: str | None) -> Change:
        """Begin a change of the catalog; `query_id` is marked as finished by its commit."""
        return Change(self, query_id)

    def access(self, session: Session) -> Access:
        """What the session may do by its role and, where ALL, its user's other roles."""
        return self._by(session.role, session.user if session.secondary_roles == "ALL" else None)

    def _by(self, role: str, user: str | None) -> Access:
        changes = self.catalog.role_changes
        found = self._access.get((role, user))
        if found is None or found[0] != changes:
            roles = {role} | (roles_of_user(self.catalog, user) if user else set())
            found = changes, Access(self.catalog, inherited(self.catalog, roles))
            self._access[role, user] = found
        return found[1]

    def creating(self, session: Session) -> Access:
        """What the session may create: by its primary role alone, whatever other roles of its user are in effect.

        Source: docs.snowflake.com/en/sql-reference/sql/use-secondary-roles.
        """
        return self._by(session.role, None)

    def admits(self, user: str, password: str) -> bool:
        """Whether the password is the user's: its own where CREATE USER gave it one, else that of the folder."""
        with self.lock:
            entry = self.catalog.find("USER", ACCOUNT_ID, user)
        kept = entry.details.get("password") if entry is not None else None
        if kept:
            return passwords.matches(kept, password)
        return hmac.compare_digest(password.encode(), self.password.encode())

    def users(self) -> list[Entry]:
        """All users."""
        with self.lock:
            return self.catalog.children(ACCOUNT_ID, "USER")

    def default_namespace(self, user: str) -> str:
        """Where a session of the user begins unless it says so itself: 'DB' or 'DB.SCHEMA', '' for nowhere."""
        with self.lock:
            entry = self.catalog.find("USER", ACCOUNT_ID, user)
        return str(entry.details.get("default_namespace") or "") if entry is not None else ""

    def open_session(self, user: str, role: str | None) -> Session:
        """A new session of a user. Raises SnowflakeError 390189 where the role is not the user's."""
        with self.lock:
            entry = self.catalog.find("USER", ACCOUNT_ID, user)
            if entry is None:
                raise SnowflakeError(
                    390100, "08001", "Incorrect username or password was specified."
                )
            mine = roles_of_user(self.catalog, user)
            chosen = role or entry.details.get("default_role") or "PUBLIC"
            if chosen not in inherited(self.catalog, mine):
                raise SnowflakeError(
                    390189,
                    "08001",
                    f"Role '{chosen}' specified in the connect string does not exist or not authorized. "
                    "Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.",
                )
            token = secrets.token_urlsafe(32)
            number = int(now().timestamp() * 1_000_000)
            session = Session(
                number, token, secrets.token_urlsafe(32), user, self.duck.cursor(), chosen
            )
            none = entry.details.get("default_secondary_roles") == "[]"
            session.secondary_roles = "NONE" if none else "ALL"
            session.warehouse = entry.details.get("default_warehouse")
            self.sessions[token] = session
            return session

    def close_session(self, session: Session) -> None:
        """End a session: an open transaction is rolled back, its locks are given back."""
        self.sessions.pop(session.token, None)
        session.stop()
        with session.lock:
            with suppress(duckdb.Error):
                session.duck.close()
            self.locks.release(session.id)

    def close(self) -> None:
        """Close every session and the files, so that the folder is whole and small."""
        for session in list(self.sessions.values()):
            self.close_session(session)
        self.timeouts.close()
        self.snapshots.close()
        with self.lock:
            with suppress(duckdb.Error):
                self.writer.execute("CHECKPOINT")
            self.writer.close()
            self.duck.close()
            self.history.close()


def _damaged(directory: Path, what: str, error: Exception | None) -> str:
    why = f": {str(error).splitlines()[0]}" if error else ""
    return (
        f"The local account in {directory} cannot be opened, {what} is damaged{why}. "
        "Restore the folder from a copy, or `snowlane local reset` to begin anew (its data is lost)."
    )
