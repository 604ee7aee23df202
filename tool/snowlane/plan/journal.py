"""The journal as SQL: the request that runs one statement, and the rows of a deployment.

A statement and all that is written about it travel in one Snowflake Scripting block, which the
server finishes also when its client has died. Pure. Source of the rules:
docs.snowflake.com/en/developer-guide/snowflake-scripting/blocks, …/exceptions, …/dml-status.

What a crash can leave, and how it is read (`snowlane.plan.unfinished`):
- no row: the fence did not let it pass, or it never arrived; it did not run.
- STARTED alone: the statement commits by itself and may have run: query history tells.
- BEGUN alone: statement and DONE row are one transaction that did not commit; it did not run.
- DONE, but not what the stage's end records: the records alone are still to be written.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from snowlane.config.environment import Environment
from snowlane.plan.lease import held_by, release_lease
from snowlane.plan.state_tables import DEPLOYMENTS_TABLE, JOURNAL_TABLE, state_table
from snowlane.sql.names import literal
from snowlane.sql.tokens import UnreadableSqlError, tokenize

FENCE_MESSAGE = "the deployment lock was lost, or this request was sent before"
# The numbers that Snowflake leaves to exceptions of one's own.
OWN_EXCEPTIONS = range(-20999, -19999)
FENCE_NUMBER = -20901
_TRANSACTIONAL = ("INSERT", "UPDATE", "DELETE", "MERGE")
_HASH_SHOWN = 12


@dataclass(frozen=True)
class Entry:
    """One statement of a deployment as the journal names it.

    `ordinal` counts from 1 over the whole deployment, `index` within the stage as the plan has it
    (0 for what only records an end). `leaves` is the version before a revision's stage.
    """

    deployment: str
    ordinal: int
    stage: str
    name: str
    leaves: str | None
    index: int
    count: int
    hash: str

    @property
    def tag(self) -> str:
        """The QUERY_TAG of its own request: unique, since a deployment sends each ordinal once."""
        return (
            f"snowlane:{self.deployment}:{self.ordinal}:{self.stage} {self.name}:{self.index}:"
            f"{self.hash[:_HASH_SHOWN]}"
        )


def shared_tag(entries: Sequence[Entry]) -> str:
    """The QUERY_TAG of a request that several statements share."""
    first, last = entries[0], entries[-1]
    total = hashlib.sha256("\n".join(each.hash for each in entries).encode()).hexdigest()
    return f"{_shared_prefix(first.deployment)}{first.ordinal}-{last.ordinal}:{total[:_HASH_SHOWN]}"


def _shared_prefix(deployment: str) -> str:
    return f"snowlane:{deployment}:shared:"


def tagged(entries: Sequence[Entry], column: str) -> str:
    """The condition for the tags of a deployment's statements, and of any requests they may share."""
    tags = ", ".join(literal(each.tag) for each in entries)
    shared = literal(_shared_prefix(entries[0].deployment))
    return f"({column} IN ({tags}) OR STARTSWITH({column}, {shared}))"


def is_tag_of(entry: Entry, tag: str) -> bool:
    """Whether a QUERY_TAG is that of the statement's request, its own or a shared one."""
    prefix = _shared_prefix(entry.deployment)
    if not tag.startswith(prefix):
        return tag == entry.tag
    first, _, last = tag.removeprefix(prefix).partition(":")[0].partition("-")
    return int(first) <= entry.ordinal <= int(last)


def request(
    environment: Environment, token: str, entry: Entry, text: str | None, records: Sequence[str]
) -> str:
    """The block for one statement: fence, statement, journal row, and what its stage's end records.

    `text` None only records. The statement is a literal, so scripting reads nothing in it.
    """
    in_transaction = text is not None and is_transactional(text)
    lines = [
        "DECLARE",
        f"  lost EXCEPTION ({FENCE_NUMBER}, {literal(FENCE_MESSAGE)});",
        "BEGIN",
        f"  {_started(environment, token, entry, 'BEGUN' if in_transaction else 'STARTED')};",
        "  IF (SQLROWCOUNT <> 1) THEN",
        "    RAISE lost;",
        "  END IF;",
    ]
    query = "NULL"
    if text is not None:
        failed = _event(
            environment, entry, "FAILED", "NULL", ":number || ' (' || :state || '): ' || :why"
        )
        lines += [
            "  LET query VARCHAR := NULL;",
            *(["  BEGIN TRANSACTION;"] if in_transaction else []),
            "  BEGIN",
            f"    EXECUTE IMMEDIATE {literal(text)};",
            "    query := SQLID;",
            "  EXCEPTION",
            "    WHEN OTHER THEN",
            "      LET why VARCHAR := SQLERRM;",
            "      LET number INTEGER := SQLCODE;",
            "      LET state VARCHAR := SQLSTATE;",
            *(["      ROLLBACK;"] if in_transaction else []),
            f"      {failed};",
            "      RAISE;",
            "  END;",
        ]
        query = ":query"
    lines += [
        f"  {record};" for record in (_event(environment, entry, "DONE", query, "NULL"), *records)
    ]
    lines += ["  COMMIT;"] if in_transaction else []
    lines += ["  RETURN 'done';", "END"]
    return "\n".join(lines)


def is_transactional(text: str) -> bool:
    """Whether a statement can share a transaction with its journal row: plain DML only.

    DDL commits by itself, and what CALL or a block does is not known.
    """
    try:
        first = tokenize(text)[:1]
    except UnreadableSqlError:
        return False
    return bool(first) and first[0].word(*_TRANSACTIONAL)


def _started(environment: Environment, token: str, entry: Entry, event: str) -> str:
    """Fence and first row in one: no row is written unless the lease is ours and it is new."""
    journal = state_table(environment, JOURNAL_TABLE)
    values = [
        literal(entry.deployment),
        str(entry.ordinal),
        literal(event),
        "SYSDATE()",
        literal(entry.stage),
        literal(entry.name),
        literal(entry.leaves) if entry.leaves else "NULL",
        str(entry.index),
        str(entry.count),
        literal(entry.hash),
    ]
    return (
        f"INSERT INTO {journal} (DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, STAGE, NAME, LEAVES, "  # noqa: S608
        f"STATEMENT_INDEX, STATEMENT_COUNT, HASH) SELECT {', '.join(values)} "
        f"{held_by(environment, token)} AND NOT EXISTS (SELECT 1 FROM {journal} "
        f"WHERE DEPLOYMENT_ID = {literal(entry.deployment)} AND ORDINAL = {entry.ordinal})"
    )


def _event(environment: Environment, entry: Entry, event: str, query: str, error: str) -> str:
    return (
        f"INSERT INTO {state_table(environment, JOURNAL_TABLE)} "
        "(DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, QUERY_ID, ERROR) "
        f"SELECT {literal(entry.deployment)}, {entry.ordinal}, {literal(event)}, SYSDATE(), "
        f"{query}, {error}"
    )


def settled(
    environment: Environment, token: str, entry: Entry, event: str, query: str | None, why: str
) -> str:
    """The row that says afterwards what a statement in doubt came to; `why` says who found out."""
    values = [
        literal(entry.deployment),
        str(entry.ordinal),
        literal(event),
        "SYSDATE()",
        literal(query) if query else "NULL",
        literal(why),
    ]
    return (
        f"INSERT INTO {state_table(environment, JOURNAL_TABLE)} "
        "(DEPLOYMENT_ID, ORDINAL, EVENT, RECORDED_AT, QUERY_ID, ERROR) "
        f"SELECT {', '.join(values)} {held_by(environment, token)}"
    )


@dataclass(frozen=True)
class Origin:
    """What a deployment is made from, and what was said about it; all of it goes into history.

    `commit` is a full id and "" outside a repository; `overrides` are gates and reasons.
    """

    commit: str = ""
    branch: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Beginning:
    """What is written down of a deployment when it begins; `put_back` is a JSON list of statements."""

    deployment: str
    owner: str
    session: str
    address: str
    bundle: str
    is_whole: bool
    current: str | None
    target: str | None
    put_back: str
    version: str
    origin: Origin


def deployment_started(environment: Environment, token: str, beginning: Beginning) -> str:
    """The statement that records the start of a deployment; it adds no row when the lock is lost."""
    table = state_table(environment, DEPLOYMENTS_TABLE)
    texts = (
        beginning.owner,
        beginning.session,
        beginning.address,
        beginning.bundle,
        beginning.current,
        beginning.target,
        beginning.put_back,
        beginning.version,
        beginning.origin.note,
        beginning.origin.commit,
        beginning.origin.branch,
        json.dumps(dict(beginning.origin.overrides)) if beginning.origin.overrides else "",
    )
    values = ", ".join(literal(each) if each else "NULL" for each in texts)
    return (
        f"INSERT INTO {table} (ID, NUMBER, STARTED_AT, OUTCOME, STATEMENTS_RUN, DEPLOYED_BY, "  # noqa: S608
        "SESSION_ID, ADDRESS, BUNDLE, FROM_REVISION, TO_REVISION, PUT_BACK, TOOL_VERSION, NOTE, "
        "COMMIT_ID, BRANCH, OVERRIDES, IS_WHOLE) "
        f"SELECT {literal(beginning.deployment)}, "
        f"(SELECT COALESCE(MAX(NUMBER), 0) + 1 FROM {table}), SYSDATE(), 'running', 0, {values}, "
        f"{str(beginning.is_whole).upper()} "
        f"{held_by(environment, token)}"
    )


def still_owes(
    environment: Environment, token: str, deployment: str, statements: Sequence[str]
) -> str:
    """The statement that records what a deployment owes at its end now, less than it did."""
    left = literal(json.dumps(list(statements))) if statements else "NULL"
    return (
        f"UPDATE {state_table(environment, DEPLOYMENTS_TABLE)} SET PUT_BACK = {left} "  # noqa: S608
        f"WHERE ID = {literal(deployment)} AND EXISTS (SELECT 1 {held_by(environment, token)})"
    )


def deployment_ended(
    environment: Environment, *, deployment: str, outcome: str, statements_run: int, error: str
) -> str:
    """The statement that records how a deployment ended, unless that is recorded already."""
    return (
        f"UPDATE {state_table(environment, DEPLOYMENTS_TABLE)} SET FINISHED_AT = SYSDATE(), "  # noqa: S608
        f"OUTCOME = {literal(outcome)}, STATEMENTS_RUN = {int(statements_run)}, "
        f"ERROR = {literal(error) if error else 'NULL'} "
        f"WHERE ID = {literal(deployment)} AND OUTCOME = 'running'"
    )


def end_and_release(
    environment: Environment,
    token: str,
    ended: str,
    records: Sequence[str] = (),
    *,
    keep_lock: bool = False,
) -> str:
    """What a deployment records at its end, that end, and the lock's release, in one request."""
    release = () if keep_lock else (release_lease(environment, token),)
    lines = [f"  {statement};" for statement in (*records, ended, *release)]
    return "\n".join(["BEGIN", *lines, "  RETURN 'done';", "END"])


def noted(environment: Environment, token: str, note: str) -> str:
    """The statement that adds to what history says of the newest deployment."""
    table = state_table(environment, DEPLOYMENTS_TABLE)
    return (
        f"UPDATE {table} SET NOTE = COALESCE(NOTE || '; ', '') || {literal(note)} "  # noqa: S608
        f"WHERE NUMBER = (SELECT MAX(NUMBER) FROM {table}) "
        f"AND EXISTS (SELECT 1 {held_by(environment, token)})"
    )
