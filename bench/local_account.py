"""What the local account costs: one in a process of its own, driven through the real connector.

    python bench/local_account.py        # a table on stdout, progress on stderr; about a minute

Times depend on the machine and on what else it does; the CPU time of the account's process depends
less on the latter. Compare versions of the account on one machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import SnowflakeConnection

from snowlane.config.environment import Environment, Snowflake
from snowlane.plan.bootstrap import bootstrap_of
from snowlane.plan.journal import Entry, request
from snowlane.plan.state_tables import LEASE_TABLE, VERSION_TABLE, metadata_table, state_table

OBJECTS = 1000
ROWS = 1_000_000
SECONDS_TO_START = 60
POLL_SECONDS = 0.005
TOKEN = "bench"
ENVIRONMENT = Environment("bench", Snowflake("ACCOUNTADMIN", "COMPUTE_WH"), {"RAW": "BENCH_RAW"})


@dataclass
class Account:
    """The account's process, and what was measured of it: (what, how often, wall ms, CPU ms)."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    measured: list[tuple[str, int, float, float | None]] = field(default_factory=list)

    def start(self) -> SnowflakeConnection:
        """Start the process, sign in as soon as it serves, and ask one thing."""
        command = [sys.executable, "-m", "snowlocal", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        facts = self.folder / "server.json"
        end = time.monotonic() + SECONDS_TO_START
        while not facts.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the local account did not start")
            time.sleep(POLL_SECONDS)
        connection = self.sign_in()
        connection.cursor().execute("SELECT 1").fetchall()
        return connection

    def sign_in(self) -> SnowflakeConnection:
        """A session of the account's own user."""
        keys = ("account", "host", "port", "protocol", "user", "password", "role", "warehouse")
        facts = json.loads((self.folder / "server.json").read_text(encoding="utf-8"))
        return snowflake.connector.connect(**{key: facts[key] for key in keys})

    def stop(self) -> None:
        """End the process as `snowlane local stop` does."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def cpu(self) -> float | None:
        """Seconds of CPU that the process has used; None where the system does not tell."""
        try:
            assert self.process is not None
            stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return None
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def measure(self, what: str, times: int, work: Callable[[int], object]) -> None:
        """Do `work` so many times, each with its number, and note the median and the mean of CPU."""
        print(what, file=sys.stderr)
        walls = []
        before = self.cpu()
        for number in range(times):
            began = time.perf_counter()
            work(number)
            walls.append(time.perf_counter() - began)
        after = self.cpu()
        used = None if before is None or after is None else (after - before) / times * 1000
        self.measured.append((what, times, statistics.median(walls) * 1000, used))


def main() -> None:
    """Measure one thing after the other and print the table."""
    os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
    with tempfile.TemporaryDirectory(prefix="bench-account-") as folder:
        account = Account(Path(folder))
        try:
            measure_all(account)
        finally:
            account.stop()
    print_table(account)


def measure_all(account: Account) -> None:
    """All measurements, in an order in which each finds what it needs."""
    with started(account, "start to first answer, new folder") as connection:
        cursor = connection.cursor()

        def run(text: str) -> Any:
            return cursor.execute(text).fetchall()

        account.measure("sign in and out", 20, lambda _: account.sign_in().close())
        account.measure("SELECT of a constant", 200, lambda n: run(f"SELECT {n} AS A, 'x' AS B"))
        prepare_state(run)
        measure_blocks(account, run)
        measure_objects(account, run)
        measure_rows(account, run)
    with started(account, f"start to first answer, {OBJECTS:,} objects and {ROWS:,} rows"):
        pass


@contextmanager
def started(account: Account, what: str) -> Iterator[SnowflakeConnection]:
    """The account from its start, which is measured, to its stop."""
    print(what, file=sys.stderr)
    began = time.perf_counter()
    connection = account.start()
    wall, used = time.perf_counter() - began, account.cpu()
    account.measured.append((what, 1, wall * 1000, None if used is None else used * 1000))
    try:
        yield connection
    finally:
        connection.close()
        account.stop()


def prepare_state(run: Callable[[str], Any]) -> None:
    """The tables of snowlane's state, and its lock taken."""
    for creation in bootstrap_of(ENVIRONMENT).creations:
        run(creation.statement)
    lease = state_table(ENVIRONMENT, LEASE_TABLE)
    run(f"UPDATE {lease} SET TOKEN = '{TOKEN}', EXPIRES_AT = DATEADD(day, 1, SYSDATE())")
    run(f"INSERT INTO {metadata_table(ENVIRONMENT, VERSION_TABLE)} VALUES ('r0')")


def block(ordinal: int, text: str) -> str:
    """The request by which snowlane runs a revision's one statement."""
    entry = Entry("bench", ordinal, "upgrade", "r", None, 1, 1, f"{ordinal:064x}")
    version = metadata_table(ENVIRONMENT, VERSION_TABLE)
    record = f"UPDATE {version} SET VERSION_NUM = 'r{ordinal}'"
    return request(ENVIRONMENT, TOKEN, entry, text, [record])


def measure_blocks(account: Account, run: Callable[[str], Any]) -> None:
    """Blocks of five statements: fence, what is run, journal row, version, and what is around them."""
    run("CREATE SCHEMA BENCH_RAW.B")
    run("CREATE TABLE BENCH_RAW.B.FILLED (A NUMBER(10,2), B VARCHAR(20))")
    account.measure(
        "journal block: CREATE TABLE",
        60,
        lambda n: run(block(n, f"CREATE TABLE BENCH_RAW.B.J{n} (A INTEGER, B VARCHAR(10))")),
    )
    account.measure(
        "journal block: INSERT",
        60,
        lambda n: run(block(100 + n, f"INSERT INTO BENCH_RAW.B.FILLED VALUES ({n}.5, 'n{n}')")),
    )


def measure_objects(account: Account, run: Callable[[str], Any]) -> None:
    """A database of many objects, made and read back."""
    run("CREATE DATABASE BENCH_DW")
    run("CREATE SCHEMA BENCH_DW.B")
    half = OBJECTS // 2
    columns = "ID NUMBER(38,0) NOT NULL, NAME VARCHAR(50), AMOUNT NUMBER(10,2), AT TIMESTAMP_NTZ"
    account.measure(
        "CREATE TABLE", half, lambda n: run(f"CREATE TABLE BENCH_DW.B.T{n} ({columns})")
    )
    account.measure(
        "CREATE OR REPLACE VIEW",
        half,
        lambda n: run(
            f"CREATE OR REPLACE VIEW BENCH_DW.B.V{n} AS SELECT ID, AMOUNT * 2 AS TWICE "
            f"FROM BENCH_DW.B.T{n} WHERE AMOUNT > {n}"
        ),
    )
    among = f"among {OBJECTS:,}"
    reads = {
        f"SHOW TABLES IN DATABASE, {among}": "SHOW TABLES IN DATABASE BENCH_DW",
        f"SHOW VIEWS LIKE one, {among}": "SHOW VIEWS LIKE 'V7' IN SCHEMA BENCH_DW.B",
        f"GET_DDL of the database, {among}": "SELECT GET_DDL('DATABASE', 'BENCH_DW', TRUE)",
        f"GET_DDL of one view, {among}": "SELECT GET_DDL('VIEW', 'BENCH_DW.B.V7', TRUE)",
        f"INFORMATION_SCHEMA.TABLES, {among}": "SELECT * FROM BENCH_DW.INFORMATION_SCHEMA.TABLES",
        f"INFORMATION_SCHEMA.COLUMNS of one, {among}": (
            "SELECT COLUMN_NAME, DATA_TYPE FROM BENCH_DW.INFORMATION_SCHEMA.COLUMNS "
            "WHERE TABLE_SCHEMA = 'B' AND TABLE_NAME = 'T7'"
        ),
        "SELECT from a view": "SELECT * FROM BENCH_DW.B.V7",
    }
    for what, text in reads.items():
        account.measure(what, 5, lambda _, text=text: run(text))
    account.measure(
        f"CREATE DATABASE … CLONE, {OBJECTS:,} objects",
        3,
        lambda n: run(f"CREATE DATABASE BENCH_COPY{n} CLONE BENCH_DW"),
    )


def measure_rows(account: Account, run: Callable[[str], Any]) -> None:
    """A table of many rows, cloned, and written for the first time after that."""
    run("CREATE DATABASE BENCH_ROWS")
    run("CREATE SCHEMA BENCH_ROWS.B")
    table = "BENCH_ROWS.B.MANY"
    account.measure(
        f"CREATE TABLE AS SELECT, {ROWS:,} rows",
        1,
        lambda _: run(
            f"CREATE TABLE {table} AS SELECT SEQ4() AS ID, 'name ' || SEQ4() AS NAME, "
            f"SEQ4() / 4 AS AMOUNT FROM TABLE(GENERATOR(ROWCOUNT => {ROWS}))"
        ),
    )
    account.measure(
        f"CREATE DATABASE … CLONE, {ROWS:,} rows",
        3,
        lambda n: run(f"CREATE DATABASE BENCH_CLONE{n} CLONE BENCH_ROWS"),
    )
    account.measure(
        f"first write to a clone of {ROWS:,} rows",
        3,
        lambda n: run(f"INSERT INTO BENCH_CLONE{n}.B.MANY (ID) VALUES (-1)"),
    )
    account.measure(
        f"UPDATE of {ROWS:,} rows", 3, lambda n: run(f"UPDATE {table} SET NAME = 'n{n}'")
    )


def print_table(account: Account) -> None:
    """The measurements, each as wall and CPU milliseconds, and how many a second that makes."""
    width = max(len(what) for what, *_ in account.measured)
    print(f"{'':{width}}  {'times':>5}  {'wall ms':>9}  {'CPU ms':>9}  {'a second':>8}")
    for what, times, wall, cpu in account.measured:
        used = "-" if cpu is None else f"{cpu:.1f}"
        print(f"{what:{width}}  {times:>5}  {wall:>9.1f}  {used:>9}  {1000 / wall:>8.1f}")


if __name__ == "__main__":
    main()
