"""An environment as Airflow knows it: its variables and its connection, as JSON takes them. Pure.

The forms are those that `airflow variables import` and `airflow connections import` read
(airflow.apache.org/docs/apache-airflow/stable/howto/connection.html), the fields those of the
Snowflake provider (…/apache-airflow-providers-snowflake/stable/connections/snowflake.html).
"""

from collections.abc import Mapping
from typing import Any

from snowlane.config.environment import Environment
from snowlane.sql.names import parse_path

# Parameters of a sign-in that Airflow's connection takes under the same name.
_EXTRA = (
    *("account", "host", "port", "protocol", "authenticator", "private_key_file"),
    "oauth_token_request_url",
)
# Secrets of a sign-in, and where Airflow wants them.
_SECRETS = {
    "password": "the password of the connection",
    "private_key_file_pwd": "the password of the connection (the key's passphrase)",
    "private_key_passphrase": "the password of the connection (the key's passphrase)",
    "private_key": "private_key_content in the connection's extra, or a private_key_file",
    "token": "refresh_token in the connection's extra",
    "oauth_client_secret": "the password of the connection",
}
_FOR_JOBS_ONLY = "WORKLOAD_IDENTITY"


def variables(environment: Environment, prefix: str, connection_id: str) -> dict[str, str]:
    """The variables of the environment: its databases, warehouse, stages and connection.

    A stage is called by its name; two of one name in different schemas by their whole paths.
    """
    found = {
        "environment": environment.name,
        "warehouse": environment.warehouse,
        "snowflake_conn_id": connection_id,
    }
    found |= {f"{name.lower()}_database": real for name, real in environment.databases.items()}
    paths = {logical: parse_path(logical) or (logical,) for logical in sorted(environment.stages)}
    names = [path[-1] for path in paths.values()]
    for logical, path in paths.items():
        called = path[-1] if names.count(path[-1]) == 1 else "_".join(path)
        found[f"{called.lower()}_url"] = environment.stages[logical]
    return {f"{prefix}{key}": value for key, value in found.items()}


def connection(
    environment: Environment, sign_in: Mapping[str, Any], connection_id: str, role: str
) -> dict[str, Any]:
    """The connection, by its id, without any secret; a key stays the path of its file."""
    extra = {key: sign_in[key] for key in _EXTRA if sign_in.get(key)}
    if str(extra.get("authenticator", "")).upper() == _FOR_JOBS_ONLY:
        del extra["authenticator"]
    extra |= {"warehouse": environment.warehouse, "role": role}
    return {
        connection_id: {
            "conn_type": "snowflake",
            "description": f"{environment.name}, written by snowlane",
            "login": sign_in.get("user", ""),
            "extra": extra,
        }
    }


def secrets_to_set(sign_in: Mapping[str, Any]) -> tuple[str, ...]:
    """What a person has to give Airflow besides the files, by its secrets backend for example."""
    needed = [where for key, where in _SECRETS.items() if sign_in.get(key)]
    if str(sign_in.get("authenticator", "")).upper() == _FOR_JOBS_ONLY:
        needed = [
            "a way of its own to sign in (a key, for example): this one is by workload identity, "
            "which is the deploy job's"
        ]
    return tuple(dict.fromkeys(needed))
