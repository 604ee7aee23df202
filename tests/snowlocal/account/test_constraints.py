"""PRIMARY KEY, UNIQUE and FOREIGN KEY constraints: kept by identity, across schemas and databases."""

from __future__ import annotations

from functools import partial

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import error_of


@pytest.fixture
def place(rows: Rows, name: str) -> str:
    """A database with the table P (two keys) in A and F, which refers to it from another database's schema."""
    rows(f"CREATE DATABASE {name}", f"CREATE SCHEMA {name}.A")
    rows("CREATE TABLE P (X NUMBER, Y VARCHAR, CONSTRAINT PK PRIMARY KEY (X), UNIQUE (Y, X))")
    rows(f"CREATE DATABASE {name}_O")
    rows(f"CREATE TABLE F (N NUMBER, CONSTRAINT TO_P FOREIGN KEY (N) REFERENCES {name}.A.P)")
    rows(f"USE SCHEMA {name}.A")
    return name


def _foreign(rows: Rows, place: str) -> list[str]:
    """The foreign keys of F as `name -> table(column)`."""
    found = rows(f"SHOW IMPORTED KEYS IN TABLE {place}_O.PUBLIC.F")
    return [
        f"{r['fk_name']} -> {r['pk_database_name']}.{r['pk_schema_name']}.{r['pk_table_name']}({r['pk_column_name']})"
        for r in found
    ]


def _ddl(rows: Rows, table: str) -> list[str]:
    text = str(rows(f"SELECT GET_DDL('TABLE', '{table}') AS D")[0]["D"])
    return [line.strip(" ,\t") for line in text.splitlines()[1:-1]]


def test_a_foreign_key_follows_what_it_refers_to(rows: Rows, place: str) -> None:
    rows("ALTER TABLE P RENAME TO Q", "ALTER TABLE Q RENAME COLUMN X TO Z")
    assert _foreign(rows, place) == [f"TO_P -> {place}.A.Q(Z)"]
    assert _ddl(rows, f"{place}_O.PUBLIC.F")[-1] == (
        f"constraint TO_P foreign key (N) references {place}.A.Q(Z)"
    )
    rows("DROP TABLE Q")
    assert _foreign(rows, place) == []
    rows("UNDROP TABLE Q", f"DROP DATABASE {place}")
    assert _foreign(rows, place) == []
    rows(f"UNDROP DATABASE {place}")
    assert _foreign(rows, place) == [f"TO_P -> {place}.A.Q(Z)"]
    rows(f"CREATE OR REPLACE TABLE {place}.A.Q (Z NUMBER PRIMARY KEY)")
    assert _foreign(rows, place) == []


@pytest.mark.parametrize("drop", ["PRIMARY KEY", "CONSTRAINT PK", "COLUMN X"])
def test_dropping_a_key_drops_what_refers_to_it(rows: Rows, place: str, drop: str) -> None:
    assert error_of(lambda: rows(f"ALTER TABLE P DROP {drop} RESTRICT"))[0] == 370002
    rows(f"ALTER TABLE P DROP {drop}")
    assert _foreign(rows, place) == []


@pytest.mark.parametrize("kind", ["TABLE", "SCHEMA", "DATABASE"])
def test_drop_restrict(rows: Rows, place: str, kind: str) -> None:
    path = [place, "A", "P"][: {"DATABASE": 1, "SCHEMA": 2, "TABLE": 3}[kind]]
    drop = f"DROP {kind} {'.'.join(path)} RESTRICT"
    assert error_of(lambda: rows(drop))[0] == 370002
    rows(f"DROP TABLE {place}_O.PUBLIC.F", drop)


def test_a_table_may_refer_to_itself(rows: Rows, place: str) -> None:
    rows(
        "CREATE TABLE EMP (ID NUMBER PRIMARY KEY, BOSS NUMBER REFERENCES EMP (ID) ON DELETE SET NULL)"
    )
    rows("CREATE TABLE E2 LIKE EMP", "CREATE TABLE E3 CLONE EMP")
    for table in ("EMP", "E2", "E3"):
        assert _ddl(rows, table)[-1] == (
            f"foreign key (BOSS) references {place}.A.{table}(ID) on delete set null"
        )
    rows("ALTER TABLE EMP DROP PRIMARY KEY")
    assert rows("SHOW IMPORTED KEYS IN TABLE EMP") == []


def test_names_and_properties(rows: Rows, place: str) -> None:
    def unique() -> list[tuple[str, str]]:
        return sorted(
            {(r["constraint_name"], r["rely"]) for r in rows("SHOW UNIQUE KEYS IN TABLE P")}
        )

    ((made_up, rely),) = unique()
    assert (made_up[:15], rely) == ("SYS_CONSTRAINT_", "false")
    rows(
        f'ALTER TABLE P RENAME CONSTRAINT "{made_up}" TO U', "ALTER TABLE P ALTER CONSTRAINT U RELY"
    )
    assert unique() == [("U", "true")]
    assert _ddl(rows, "P")[-1] == "constraint U unique (Y, X) rely"
    rows("ALTER TABLE P MODIFY UNIQUE (Y, X) NOT ENFORCED NORELY")
    assert unique() == [("U", "false")]
    rows("ALTER TABLE P ADD CONSTRAINT U2 UNIQUE (Y) ENABLE")
    assert unique() == [("U", "false")]
    rows("ALTER TABLE P DROP UNIQUE (Y, X)", "ALTER TABLE P DROP CONSTRAINT PK CASCADE")
    assert _ddl(rows, "P") == ["X NUMBER(38,0) NOT NULL", "Y VARCHAR(16777216)"]


def test_a_foreign_key_needs_references_on_its_table(rows: Rows, place: str) -> None:
    role = f"{place}_R"
    rows(f"CREATE ROLE {role}", f"GRANT ROLE {role} TO USER SNOWLANE")
    rows(f"GRANT USAGE ON DATABASE {place} TO ROLE {role}")
    rows(f"GRANT USAGE, CREATE TABLE ON SCHEMA {place}.A TO ROLE {role}")
    rows(f"GRANT SELECT ON TABLE P TO ROLE {role}", "USE SECONDARY ROLES NONE")
    make = f"CREATE TABLE {place}.A.K (N NUMBER REFERENCES {place}.A.P)"
    rows(f"USE ROLE {role}")
    assert error_of(lambda: rows(make))[0] == 3001
    rows("USE ROLE ACCOUNTADMIN", f"GRANT REFERENCES ON TABLE P TO ROLE {role}")
    rows(f"USE ROLE {role}", make, "USE ROLE ACCOUNTADMIN", "USE SECONDARY ROLES ALL")


_REFUSED = [
    ("CREATE TABLE T (N NUMBER REFERENCES P (Y))", 370002, "refers to no primary"),
    ("CREATE TABLE T (N VARCHAR REFERENCES P (X))", 370002, "TEXT"),
    ("CREATE TABLE T (N NUMBER REFERENCES P (NOWHERE))", 904, "NOWHERE"),
    ("CREATE TABLE T (N NUMBER REFERENCES NOWHERE (X))", 2003, "NOWHERE"),
    ("CREATE TABLE T (N NUMBER, FOREIGN KEY (N) REFERENCES P (X, Y))", 370002, "refers to no"),
    ("CREATE TABLE T (N NUMBER PRIMARY KEY, M NUMBER PRIMARY KEY)", 2200, "already exists"),
    ("CREATE TABLE T (N NUMBER UNIQUE UNIQUE)", 370002, "same signature"),
    ("ALTER TABLE P ADD CONSTRAINT PK UNIQUE (X)", 2002, "PK"),
    ("ALTER TABLE P ADD PRIMARY KEY (Y)", 2200, "already exists"),
    ("ALTER TABLE P ADD UNIQUE (NOWHERE)", 904, "NOWHERE"),
    ("ALTER TABLE P DROP CONSTRAINT NOWHERE", 2043, "does not exist"),
    ("ALTER TABLE P RENAME CONSTRAINT NOWHERE TO Z", 2043, "NOWHERE"),
    ("ALTER TABLE P ALTER CONSTRAINT NOWHERE RELY", 2003, "NOWHERE"),
    ("ALTER TABLE P ALTER CONSTRAINT PK VALIDATE", 1003, "syntax"),
]  # fmt: skip


def test_refusals(rows: Rows, place: str) -> None:
    for statement, number, words in _REFUSED:
        refused = error_of(partial(rows, statement))
        assert (refused[0], words in refused[1]) == (number, True), (statement, refused)
    assert rows(f"SHOW TABLES LIKE 'T' IN SCHEMA {place}.A") == []
