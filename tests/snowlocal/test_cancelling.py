"""Statements that are cancelled: from another session, by the client's timeout and by the session's."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import pytest
from snowflake.connector.errors import Error
from tests.snowlocal.conftest import Connect, error_of


def wait_for(running: Any, tag: str, connect: Connect, database: str) -> str:
    """The id of the running statement of a tag."""
    cursor = connect().cursor()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        cursor.execute(
            f"SELECT QUERY_ID FROM TABLE({database}.INFORMATION_SCHEMA.QUERY_HISTORY())"
            f" WHERE QUERY_TAG = '{tag}' AND EXECUTION_STATUS = 'RUNNING'"
        )
        if found := cursor.fetchall():
            return str(found[0][0])
        time.sleep(0.02)
    raise AssertionError(f"{running} was never seen running")


LONG = (
    "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000)) a"
    " CROSS JOIN TABLE(GENERATOR(ROWCOUNT => 100000)) b WHERE RANDOM() = 0.5"
)


@pytest.mark.parametrize("text", [LONG, "SELECT SYSTEM$WAIT(60)"], ids=["query", "wait"])
@pytest.mark.parametrize("how", ["connector", "function"])
def test_cancel_from_another_session(connect: Connect, schema: str, text: str, how: str) -> None:
    database = schema.split(".")[0]
    tag = f"to cancel {uuid.uuid4()}"
    victim = connect()
    outcome: list[Error] = []

    def run() -> None:
        try:
            victim.cursor().execute(text, _statement_params={"QUERY_TAG": tag})
        except Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    query_id = wait_for(thread, tag, connect, database)
    other = connect().cursor()
    if how == "connector":
        assert other.abort_query(query_id)
    else:
        other.execute(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')")
    thread.join(20)
    assert not thread.is_alive()
    assert outcome[0].errno == 604
    assert victim.cursor().execute("SELECT 1").fetchall() == [(1,)]


def test_client_timeout_cancels(connect: Connect) -> None:
    connection = connect()
    assert (
        error_of(lambda: connection.cursor().execute("SELECT SYSTEM$WAIT(60)", timeout=1))[0] == 604
    )
    assert connection.cursor().execute("SELECT 1").fetchall() == [(1,)]


def test_statement_timeout(connect: Connect) -> None:
    connection = connect(session_parameters={"STATEMENT_TIMEOUT_IN_SECONDS": 1})
    number, message = error_of(lambda: connection.cursor().execute("SELECT SYSTEM$WAIT(60)"))
    assert number == 630
    assert "timeout" in message.lower()
