"""A session for blocks to run in: a real DuckDB connection that takes Snowflake's SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
import sqlglot

from snowlocal.errors import SnowflakeError
from snowlocal.scripting import Answer, run_block

DML = ("INSERT", "UPDATE", "DELETE", "MERGE")


class DuckSession:
    """Runs Snowflake SQL on DuckDB and keeps every text it was sent."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.sent: list[str] = []

    def execute(self, sql: str) -> Answer:
        self.sent.append(sql)
        columns, rows = self._run(sql)
        affected = int(rows[0][0]) if sql.lstrip().upper().startswith(DML) else None
        return Answer([name.upper() for name in columns], rows, affected, f"q{len(self.sent)}")

    def evaluate(self, expression_sql: str) -> object:
        return self._run(f"SELECT {expression_sql}")[1][0][0]

    def _run(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            (translated,) = sqlglot.transpile(sql, read="snowflake", write="duckdb")
            found = self.connection.execute(translated)
        except sqlglot.ParseError as error:
            raise SnowflakeError(1003, "42000", f"SQL compilation error:\n{error}") from None
        except duckdb.CatalogException:
            raise SnowflakeError(2003, "42S02", "Object does not exist.") from None
        except duckdb.BinderException as error:
            raise SnowflakeError(904, "42000", f"invalid identifier: {error}") from None
        except duckdb.ConversionException:
            raise SnowflakeError(100038, "22018", "Value is not recognized") from None
        if found.description is None:
            return [], []
        return [column[0] for column in found.description], found.fetchall()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What is in the session now, past the list of sent texts."""
        return self._run(sql)[1]


@pytest.fixture
def session() -> Iterator[DuckSession]:
    made = DuckSession()
    yield made
    made.connection.close()


@pytest.fixture
def run(session: DuckSession) -> Callable[..., Any]:
    """Run a block in the session."""

    def runner(text: str, **options: Any) -> Any:
        return run_block(text, session, **options)

    return runner


@pytest.fixture
def refusal(run: Callable[..., Any]) -> Callable[..., SnowflakeError]:
    """Run a block that must fail, and give its error."""

    def runner(text: str, **options: Any) -> SnowflakeError:
        with pytest.raises(SnowflakeError) as caught:
            run(text, **options)
        return caught.value

    return runner
