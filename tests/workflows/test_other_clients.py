"""Clients that know nothing of snowlane, pointed at a running local account by what `local status` prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL

KEYS = ("account", "host", "port", "protocol", "user", "password")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the connector needs, from the account that `snowlane local start` has started."""
    folder: Path = tmp_path_factory.mktemp("account")

    def local(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "snowlane", "--format", "json", "local", *arguments],
            env={**os.environ, "SNOWLANE_LOCAL_DIR": str(folder)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    local("start")
    try:
        status = json.loads(local("status"))
        yield {key: status[key] for key in KEYS}
    finally:
        local("stop")


@pytest.fixture(scope="module")
def shop(connection: dict[str, Any]) -> dict[str, Any]:
    """A connection to a database with one table."""
    with snowflake.connector.connect(**connection) as session:
        for _ in session.execute_string(
            "CREATE DATABASE SHOP; CREATE SCHEMA SHOP.SALES;"
            "CREATE TABLE SHOP.SALES.ITEM (id NUMBER AUTOINCREMENT, name VARCHAR(40) NOT NULL, price NUMBER(10,2));"
            "INSERT INTO SHOP.SALES.ITEM (name, price) VALUES ('Enamel mug', 7.50)"
        ):
            pass
    return {**connection, "database": "SHOP", "schema": "SALES"}


def test_the_plain_connector_binds_and_reads(shop):
    with snowflake.connector.connect(**shop) as session:
        cursor = session.cursor(snowflake.connector.DictCursor)
        cursor.executemany(
            "INSERT INTO item (name, price) VALUES (%s, %s)", [("it's", 1), ("oak 100%", 24)]
        )
        assert cursor.rowcount == 2
        cursor.execute(
            "SELECT name, price FROM item WHERE price < %(most)s ORDER BY id", {"most": 9}
        )
        assert cursor.fetchall() == [
            {"NAME": "Enamel mug", "PRICE": Decimal("7.50")},
            {"NAME": "it's", "PRICE": Decimal("1.00")},
        ]


def test_what_schemachange_sends_is_taken(shop):
    """schemachange 4 opens with USE … IDENTIFIER, finds its history in INFORMATION_SCHEMA, commits by itself."""
    history = "SHOP.SALES.CHANGE_HISTORY"
    opening = [
        f"USE {kind} IDENTIFIER('{name}');"
        for kind, name in (
            ("ROLE", "ACCOUNTADMIN"),
            ("WAREHOUSE", "COMPUTE_WH"),
            ("DATABASE", "SHOP"),
            ("SCHEMA", "SALES"),
        )
    ]
    with snowflake.connector.connect(**shop, autocommit=False) as session:
        cursor = session.cursor()
        cursor.execute("ALTER SESSION SET QUERY_TAG = 'schemachange 4.4.0'")
        for statement in opening:
            cursor.execute(statement)
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {history} (VERSION VARCHAR, SCRIPT VARCHAR, INSTALLED_ON TIMESTAMP_LTZ)"
        )
        found = cursor.execute(
            "SELECT created, last_altered FROM SHOP.INFORMATION_SCHEMA.TABLES"
            " WHERE table_schema ILIKE 'sales' AND table_name ILIKE 'change_history'"
        ).fetchall()
        assert len(found) == 1
        cursor.execute(
            f"INSERT INTO {history} VALUES ('1.0.0', 'V1.0.0__first.sql', CURRENT_TIMESTAMP)"
        )
        session.rollback()
        assert cursor.execute(f"SELECT COUNT(*) FROM {history}").fetchall() == [(0,)]
        with pytest.raises(snowflake.connector.errors.ProgrammingError) as refused:
            cursor.execute("USE ROLE IDENTIFIER('NOBODY')")
        assert refused.value.errno == 2043


def test_sqlalchemy_finds_the_columns(shop):
    address = URL.create(
        "snowflake",
        shop["user"],
        shop["password"],
        shop["account"],
        database="SHOP/SALES",
    )
    arguments = {key: shop[key] for key in ("host", "port", "protocol")}
    engine = create_engine(address, connect_args=arguments)
    try:
        columns = inspect(engine).get_columns("item", schema="sales")
    finally:
        engine.dispose()
    assert [(column["name"], str(column["type"])) for column in columns] == [
        ("id", "DECIMAL(38, 0)"),
        ("name", "VARCHAR(40)"),
        ("price", "DECIMAL(10, 2)"),
    ]
