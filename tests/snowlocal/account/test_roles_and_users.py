"""Roles and users: who owns what, what a rename carries along, and that a password is never shown."""

from __future__ import annotations

import pytest
from tests.snowlocal.account.conftest import Rows
from tests.snowlocal.conftest import Connect, Sql, error_of


def test_a_new_role_is_nobodys_until_granted(rows: Rows, name: str) -> None:
    rows(f"CREATE ROLE {name} COMMENT = 'engineers'")
    (row,) = rows(f"SHOW ROLES LIKE '{name}'")
    assert (row["owner"], row["comment"]) == ("ACCOUNTADMIN", "engineers")
    assert (row["assigned_to_users"], row["granted_to_roles"], row["is_inherited"]) == (0, 0, "N")
    assert error_of(lambda: rows(f"USE ROLE {name}"))[0] == 3013


def test_only_the_owner_or_a_manager_of_grants_gives_a_role(rows: Rows, name: str) -> None:
    rows(f"CREATE ROLE {name}", f"CREATE ROLE {name}_B", f"GRANT ROLE {name}_B TO USER SNOWLANE")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {name}_B")
    assert error_of(lambda: rows(f"GRANT ROLE {name} TO ROLE {name}_B"))[0] == 3102
    rows("USE ROLE SECURITYADMIN", f"GRANT ROLE {name} TO ROLE {name}_B")
    assert [r["grantee_name"] for r in rows(f"SHOW GRANTS OF ROLE {name}")] == [f"{name}_B"]


def test_roles_cannot_form_a_circle(rows: Rows, name: str) -> None:
    rows(f"CREATE ROLE {name}", f"CREATE ROLE {name}_B", f"GRANT ROLE {name} TO ROLE {name}_B")
    number, text = error_of(lambda: rows(f"GRANT ROLE {name}_B TO ROLE {name}"))
    assert number == 3097
    assert name in text


def test_a_renamed_role_keeps_what_it_owns_and_holds(rows: Rows, name: str) -> None:
    rows(f"CREATE ROLE {name}", f"GRANT ROLE {name} TO USER SNOWLANE")
    rows(f"GRANT CREATE DATABASE ON ACCOUNT TO ROLE {name}")
    rows("USE SECONDARY ROLES NONE", f"USE ROLE {name}", f"CREATE DATABASE {name}_DB")
    rows("USE ROLE ACCOUNTADMIN", f"ALTER ROLE {name} RENAME TO {name}_NEW")
    (database,) = rows(f"SHOW DATABASES LIKE '{name}\\\\_DB'")
    assert database["owner"] == f"{name}_NEW"
    rows(f"USE ROLE {name}_NEW", f"CREATE DATABASE {name}_DB2")


def test_a_dropped_roles_objects_go_to_who_drops_it(rows: Rows, name: str) -> None:
    rows(f"CREATE ROLE {name}", f"CREATE DATABASE {name}_DB")
    rows(f"GRANT OWNERSHIP ON DATABASE {name}_DB TO ROLE {name}")
    rows(f"DROP ROLE {name}")
    (database,) = rows(f"SHOW DATABASES LIKE '{name}%'")
    assert database["owner"] == "ACCOUNTADMIN"


def test_system_roles_belong_to_nobody(rows: Rows) -> None:
    assert error_of(lambda: rows("DROP ROLE SYSADMIN"))[0] == 3001


def test_a_password_is_not_shown(rows: Rows, name: str) -> None:
    rows(f"CREATE USER {name} PASSWORD = 'hunter2!' DEFAULT_ROLE = analyst EMAIL = 'a@b.c'")
    shown = rows(f"SHOW USERS LIKE '{name}'")
    described = {r["property"]: r["value"] for r in rows(f"DESCRIBE USER {name}")}
    assert described["PASSWORD"] == "********"
    assert (described["DEFAULT_ROLE"], described["EMAIL"]) == ("ANALYST", "a@b.c")
    rows(f"CREATE DATABASE {name}_DB")
    history = rows("SELECT query_text FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY())")
    assert "hunter2!" not in str([shown, described, history])


@pytest.mark.parametrize(
    ("properties", "number"),
    [
        ("TYPE = SERVICE PASSWORD = 'x'", 1423),
        ("DISABLED = TRUE", 2),
        ("RSA_PUBLIC_KEY = 'MIIB'", 1008),
        ("TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = AWS ARN = 'arn:aws:iam::1:role/r')", 2),
        ("TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = 'https://a')", 1008),
        ("WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = 'https://a' SUBJECT = 'b')", 1423),
        ("MUST_CHANGE_PASSWORD = TRUE", 2),
    ],
)
def test_what_would_not_be_obeyed_is_refused(
    rows: Rows, name: str, properties: str, number: int
) -> None:
    assert error_of(lambda: rows(f"CREATE USER {name} {properties}"))[0] == number
    assert rows(f"SHOW USERS LIKE '{name}'") == []


def test_a_service_user(rows: Rows, name: str) -> None:
    rows(f"CREATE USER {name} TYPE = SERVICE DEFAULT_WAREHOUSE = 'compute_wh'")
    (row,) = rows(f"SHOW USERS LIKE '{name}'")
    assert (row["type"], row["default_warehouse"]) == ("SERVICE", "COMPUTE_WH")


def test_user_may_set_its_own_defaults_but_not_others(sql: Sql, name: str) -> None:
    sql(f"CREATE USER {name}", "USE SECONDARY ROLES NONE", "USE ROLE PUBLIC")
    sql("ALTER USER SNOWLANE SET DEFAULT_WAREHOUSE = 'COMPUTE_WH'")
    assert error_of(lambda: sql(f"ALTER USER {name} SET DEFAULT_ROLE = PUBLIC"))[0] == 3001
    assert error_of(lambda: sql("ALTER USER SNOWLANE SET COMMENT = 'x'"))[0] == 3001


def test_a_user_signs_in_with_its_own_password_and_defaults(
    rows: Rows, connect: Connect, name: str
) -> None:
    rows(f"CREATE DATABASE {name}_DB", f"CREATE SCHEMA {name}_DB.S", f"CREATE ROLE {name}_R")
    rows(f"GRANT USAGE ON DATABASE {name}_DB TO ROLE {name}_R")
    rows(f"GRANT USAGE ON SCHEMA {name}_DB.S TO ROLE {name}_R")
    rows(
        f"CREATE USER {name} PASSWORD = 'own secret' DEFAULT_ROLE = {name}_R"
        f" DEFAULT_NAMESPACE = '{name}_DB.S' DEFAULT_SECONDARY_ROLES = ()",
        f"GRANT ROLE {name}_R TO USER {name}",
    )
    assert error_of(lambda: connect(user=name, role=None, warehouse=None))[0] == 390100
    cursor = connect(user=name, password="own secret", role=None, warehouse=None).cursor()
    asked = "SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_DATABASE(), CURRENT_SCHEMA()"
    assert cursor.execute(asked).fetchall() == [(name, f"{name}_R", f"{name}_DB", "S")]
    refused = error_of(lambda: cursor.execute("CREATE DATABASE NOT_ALLOWED"))
    assert refused[0] == 3001


def test_a_dropped_user_leaves_its_roles(rows: Rows, name: str) -> None:
    rows(f"CREATE USER {name}", f"CREATE ROLE {name}_R", f"GRANT ROLE {name}_R TO USER {name}")
    assert [r["role"] for r in rows(f"SHOW GRANTS TO USER {name}")] == [f"{name}_R"]
    rows(f"ALTER USER {name} RENAME TO {name}_B")
    assert [r["grantee_name"] for r in rows(f"SHOW GRANTS OF ROLE {name}_R")] == [f"{name}_B"]
    rows(f"DROP USER {name}_B")
    assert rows(f"SHOW GRANTS OF ROLE {name}_R") == []
