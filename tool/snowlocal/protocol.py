"""What each request of the connector means: sign-in, queries, results, cancellation, heartbeats. Knows no HTTP."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from snowlocal import wire
from snowlocal.account import ACCOUNT_NAME, Account
from snowlocal.dispatch import Dispatcher, Failure, Outcome
from snowlocal.errors import SnowflakeError, internal, no_privilege, unsupported
from snowlocal.replies import Replies, Reply
from snowlocal.result import status
from snowlocal.scripting import split_statements
from snowlocal.session import Session
from snowlocal.session_statements import set_parameter

_SERVER_VERSION = "9.36.0"
_KEPT_RESULTS = 500
# What a request may set for its own statement; another would be obeyed in name only.
_STATEMENT_PARAMETERS = ("QUERY_TAG", "MULTI_STATEMENT_COUNT")


class Protocol:
    """Answers requests of one account's clients; one thread a request."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._dispatcher = Dispatcher(account)
        self._replies = Replies()
        self._running: dict[str, Session] = {}
        self._results: OrderedDict[str, Reply] = OrderedDict()
        self._lock = threading.Lock()

    # -- sign-in

    def login(self, query: Mapping[str, str], body: dict[str, Any]) -> Reply:
        """Find out who signs in, and open a session at the wanted role, warehouse, database and schema."""
        data = body.get("data", {})
        try:
            user = self._who(data)
            session = self._account.open_session(user, _folded(query.get("roleName")))
            for name, value in (data.get("SESSION_PARAMETERS") or {}).items():
                if value is not None and value != "":
                    self._sign_in_parameter(session, name, value)
            self._go_to(session, query)
        except SnowflakeError as error:
            return wire.refusal(error)
        return wire.answer(
            {
                "token": session.token,
                "masterToken": session.master_token,
                "validityInSeconds": 3600,
                "masterValidityInSeconds": 14400,
                "serverVersion": _SERVER_VERSION,
                "sessionId": session.id,
                "parameters": _parameters(session),
                "sessionInfo": _where(session),
            }
        )

    def _who(self, data: Mapping[str, Any]) -> str:
        """The user of a password, of a key pair's token or of a workload's. Raises SnowflakeError."""
        authenticator = str(data.get("AUTHENTICATOR") or "SNOWFLAKE").upper()
        login, token = str(data.get("LOGIN_NAME") or "").upper(), str(data.get("TOKEN") or "")
        if authenticator == "SNOWFLAKE":
            if not self._account.admits(login, str(data.get("PASSWORD") or "")):
                raise SnowflakeError(
                    390100, "08001", "Incorrect username or password was specified."
                )
            return login
        if authenticator not in ("SNOWFLAKE_JWT", "WORKLOAD_IDENTITY"):
            raise unsupported(f"authenticator {authenticator}")
        # Few sign in so, and what reads their tokens is slow to import.
        from snowlocal import identities

        users = self._account.users()
        if authenticator == "SNOWFLAKE_JWT":
            return identities.key_pair_user(users, ACCOUNT_NAME, login, token)
        return identities.workload_user(users, login, str(data.get("PROVIDER") or ""), token)

    def _sign_in_parameter(self, session: Session, name: str, value: Any) -> None:
        # Clients send parameters of their own in every sign-in; those that only concern the client are kept unread.
        if name.upper().startswith(("CLIENT_", "PYTHON_", "JDBC_", "GO_", "C_API_", "SPCS_")):
            session.parameters[name.upper()] = value
        elif name.upper() == "SECONDARY_ROLES":
            session.secondary_roles = str(value).upper()
        else:
            set_parameter(session, name, value)

    def _go_to(self, session: Session, query: Mapping[str, str]) -> None:
        database, schema = query.get("databaseName"), query.get("schemaName")
        if not database and not schema:
            database, _, schema = self._account.default_namespace(session.user).partition(".")
        wanted = (
            ("USE WAREHOUSE", query.get("warehouse")),
            ("USE DATABASE", database),
            ("USE SCHEMA", schema),
        )
        for verb, name in wanted:
            if name:
                # As on Snowflake, a place that is not there leaves the session without one.
                with suppress(Failure):
                    self._dispatcher.run(session, f"{verb} {name}")
        session.queries.clear()

    def session(self, token: str) -> Session:
        """The session of a token. Raises SnowflakeError 390111 where it is gone."""
        found = self._account.sessions.get(token)
        if found is None:
            raise SnowflakeError(
                390111,
                "08002",
                "Session no longer exists. New login required to access the service.",
            )
        return found

    def renew(self, session: Session) -> Reply:
        """Tokens here do not end, so that a renewal gives the same ones."""
        return wire.answer(
            {
                "sessionToken": session.token,
                "masterToken": session.master_token,
                "validityInSecondsST": 3600,
                "validityInSecondsMT": 14400,
                "sessionId": session.id,
            }
        )

    def close(self, session: Session) -> Reply:
        """End a session."""
        self._account.close_session(session)
        return wire.answer(None)

    # -- queries

    def query(self, session: Session, request_id: str | None, body: dict[str, Any]) -> Reply:
        """Run the statement or statements of a request; a repeated request id gets the first answer."""
        return self._replies.once(request_id, lambda: self._query(session, request_id, body))

    def _query(self, session: Session, request_id: str | None, body: dict[str, Any]) -> Reply:
        with session.lock:
            session.cancel.clear()
            if request_id:
                self._running[request_id] = session
            try:
                return self._answered(session, request_id, body)
            except SnowflakeError as error:
                return wire.refusal(error)
            except (
                Exception
            ) as error:  # kept as the answer: a repeat of the request must not run it again
                return wire.refusal(internal(error))
            finally:
                self._running.pop(request_id or "", None)

    def _answered(self, session: Session, request_id: str | None, body: dict[str, Any]) -> Reply:
        text = str(body.get("sqlText") or "")
        parameters = body.get("parameters") or {}
        for refused in ("asyncExec", "describeOnly"):
            if body.get(refused):
                raise unsupported(refused)
        for name in parameters:
            if name.upper() not in _STATEMENT_PARAMETERS and not name.upper().startswith("CLIENT_"):
                raise unsupported(f"the parameter {name} for one statement")
        tag = parameters.get("QUERY_TAG")
        wanted = int(parameters.get("MULTI_STATEMENT_COUNT", 1))
        statements = split_statements(text) if ";" in text else [text]
        if wanted != 0 and max(len(statements), 1) != wanted:
            raise SnowflakeError(
                8,
                "0A000",
                f"Actual statement count {len(statements)} did not match the desired statement count {wanted}.",
            )
        try:
            if wanted == 1:
                bindings = _bindings(body.get("bindings"))
                outcome = self._dispatcher.run(
                    session, text, bindings=bindings, tag=tag, request_id=request_id
                )
                return self._reply(session, outcome)
            return self._several(session, statements, tag, request_id)
        except Failure as failure:
            return wire.refusal(failure.error, failure.query_id)

    def _several(
        self, session: Session, statements: list[str], tag: str | None, request_id: str | None
    ) -> Reply:
        outcomes = []
        for statement in statements:
            outcome = self._dispatcher.run(session, statement, tag=tag, request_id=request_id)
            self._reply(session, outcome)
            outcomes.append(outcome)
        whole = status("Multiple statements executed successfully.")
        data = {
            **wire.encode(whole, "MULTI"),
            **_finals(session),
            "queryId": outcomes[-1].query_id,
            "resultIds": ",".join(o.query_id for o in outcomes),
            "resultTypes": ",".join(
                str(wire.encode(o.result, o.verb).get("statementTypeId", 0)) for o in outcomes
            ),
        }
        return wire.answer(data)

    def _reply(self, session: Session, outcome: Outcome) -> Reply:
        data = wire.encode(outcome.result, outcome.verb)
        if outcome.result.stage is None:
            data |= {"queryId": outcome.query_id, **_finals(session)}
        reply = wire.answer(data)
        with self._lock:
            self._results[outcome.query_id] = reply
            while len(self._results) > _KEPT_RESULTS:
                self._results.popitem(last=False)
        return reply

    def result(self, query_id: str) -> Reply:
        """The kept answer of an earlier statement."""
        with self._lock:
            kept = self._results.get(query_id)
        if kept is None:
            return wire.refusal(SnowflakeError(709, "02000", f"Statement {query_id} not found"))
        return kept

    def monitor(self, query_id: str) -> Reply:
        """What history says of a statement."""
        found = self._account.history.get(query_id)
        if found is None:
            return wire.answer({"queries": []})
        row = {
            "id": query_id,
            "status": found.execution_status,
            "errorCode": found.error_code,
            "errorMessage": found.error_message,
        }
        return wire.answer({"queries": [row]})

    def abort(self, request_id: str | None) -> Reply:
        """Cancel what a request still runs."""
        session = self._running.get(request_id or "")
        if session is not None:
            session.stop()
        return wire.answer(None)

    def abort_query(self, asking: Session, query_id: str) -> Reply:
        """Cancel a running statement of the same user, or of anybody for ACCOUNTADMIN."""
        found = self._account.history.get(query_id)
        running = found is not None and found.execution_status == "RUNNING"
        for session in list(self._account.sessions.values()):
            if found is None or not running or session.id != found.session_id:
                continue
            if session.user != asking.user and asking.role != "ACCOUNTADMIN":
                return wire.refusal(no_privilege("QUERY", query_id))
            session.stop()
        return wire.answer(None)


def _folded(name: str | None) -> str | None:
    if not name:
        return None
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.upper()


def _bindings(given: dict[str, Any] | None) -> list[Any]:
    if not given:
        return []
    from fakesnow.converter import from_binding

    bound = [given[str(position)] for position in range(1, len(given) + 1)]
    if any(isinstance(one["value"], list) for one in bound):
        raise unsupported("array bindings")
    return [from_binding(one) for one in bound]


def _where(session: Session) -> dict[str, Any]:
    return {
        "databaseName": session.database,
        "schemaName": session.schema,
        "warehouseName": session.warehouse,
        "roleName": session.role,
    }


def _finals(session: Session) -> dict[str, Any]:
    return {
        "finalDatabaseName": session.database,
        "finalSchemaName": session.schema,
        "finalWarehouseName": session.warehouse,
        "finalRoleName": session.role,
        "parameters": _parameters(session),
        "numberOfBinds": 0,
        "version": 1,
    }


def _parameters(session: Session) -> list[dict[str, Any]]:
    return [
        {"name": "AUTOCOMMIT", "value": session.autocommit},
        {"name": "TIMEZONE", "value": "Etc/UTC"},
        {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
        {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
        {"name": "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT", "value": "ARROW"},
    ]
