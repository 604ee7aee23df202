"""Where the parameters of a sign-in come from: the local account, a named connection, or variables.

Knows secrets, prints nothing, opens no session.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snowlane.config.environment import Environment
from snowlane.errors import ConfigurationError

LOCAL_DIRECTORY_VARIABLE = "SNOWLANE_LOCAL_DIR"

# Environment variable -> parameter of snowflake.connector.connect; the first that is set wins.
_VARIABLES = {
    "SNOWFLAKE_ACCOUNT": "account",
    "SNOWFLAKE_USER": "user",
    "SNOWFLAKE_PASSWORD": "password",
    "SNOWFLAKE_AUTHENTICATOR": "authenticator",
    "SNOWFLAKE_PRIVATE_KEY_FILE": "private_key_file",
    "SNOWFLAKE_PRIVATE_KEY_PATH": "private_key_file",
    "SNOWFLAKE_PRIVATE_KEY_FILE_PWD": "private_key_file_pwd",
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "private_key_file_pwd",
    "SNOWFLAKE_TOKEN": "token",
    "SNOWFLAKE_TOKEN_FILE_PATH": "token_file_path",
    "SNOWFLAKE_WORKLOAD_IDENTITY_PROVIDER": "workload_identity_provider",
    "SNOWFLAKE_OAUTH_CLIENT_ID": "oauth_client_id",
    "SNOWFLAKE_OAUTH_CLIENT_SECRET": "oauth_client_secret",
    "SNOWFLAKE_OAUTH_TOKEN_REQUEST_URL": "oauth_token_request_url",
    "SNOWFLAKE_HOST": "host",
    "SNOWFLAKE_PORT": "port",
    "SNOWFLAKE_PROTOCOL": "protocol",
}
_SECRET_KEYS = (
    "password",
    "token",
    "private_key_file_pwd",
    "private_key_passphrase",
    "private_key",
    "oauth_client_secret",
)


@dataclass(frozen=True)
class SignIn:
    """Parameters for the connector, and how to call them in a message."""

    parameters: Mapping[str, Any] = field(repr=False)
    described: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be printed."""
        return tuple(str(self.parameters[key]) for key in _SECRET_KEYS if self.parameters.get(key))


def local_directory(project_root: Path) -> Path:
    """The folder of the project's local account. Raises ConfigurationError for a home that is not there."""
    given = os.environ.get(LOCAL_DIRECTORY_VARIABLE, "").strip()
    try:
        return Path(given).expanduser() if given else project_root / ".snowlane" / "local"
    except RuntimeError as error:
        raise ConfigurationError(
            f"{LOCAL_DIRECTORY_VARIABLE}={given} is no directory",
            why=str(error),
            next="give the whole path of the local account's folder, or unset the variable",
        ) from None


def sign_in_for(environment: Environment, project_root: Path, *, local: bool) -> SignIn:
    """How to sign in to an environment's account.

    A named connection of the environment file wins when connections.toml has it; SNOWFLAKE_*
    variables come next. Where either says workload identity by OIDC without a token, the token is
    asked of GitHub, for the job that runs. Raises ConfigurationError when neither is there, or the
    local account is asked for and not running.
    """
    if local:
        return _local(project_root)
    name = _connection_of(environment)
    if name:
        found = _named_connections().get(name)
        if isinstance(found, dict):
            # Role and warehouse are pinned by the environment file, never by the connection.
            kept = {key: value for key, value in found.items() if key not in ("role", "warehouse")}
            return _with_job_token(SignIn(kept, f"connection {name!r}"))
    variables = _variables()
    if "account" in variables:
        return _with_job_token(SignIn(variables, "the SNOWFLAKE_* variables"))
    wanted = f"connection {name!r} is not in connections.toml" if name else "no connection is named"
    raise ConfigurationError(
        f"no way to sign in for {environment.name}",
        why=f"{wanted}, and SNOWFLAKE_ACCOUNT is not set",
        next=f"add [{name or 'name'}] to Snowflake's connections.toml, set the SNOWFLAKE_* "
        "variables, or use --local",
    )


def account_of(environment: Environment, *, local: bool) -> tuple[str, str]:
    """What tells an environment's account from another's, without signing in.

    That is the account its connection has in connections.toml and, where that does not know it, the
    connection's name: two that are unknown are taken for two. Raises ConfigurationError for a
    connections.toml that is not TOML.
    """
    if local:
        return "account", "LOCAL"
    name = _connection_of(environment)
    known = _named_connections().get(name) if name else None
    if isinstance(known, dict) and known.get("account"):
        return "account", str(known["account"]).upper()
    return "connection", name or ""


def _connection_of(environment: Environment) -> str | None:
    return environment.snowflake.connection or os.environ.get("SNOWFLAKE_DEFAULT_CONNECTION_NAME")


def _with_job_token(sign_in: SignIn) -> SignIn:
    """With a token of GitHub's, where the sign-in is by OIDC and a GitHub job makes it without one."""
    given = sign_in.parameters
    by_oidc = (
        str(given.get("authenticator", "")).upper() == "WORKLOAD_IDENTITY"
        and str(given.get("workload_identity_provider", "")).upper() == "OIDC"
    )
    has_token = given.get("token") or given.get("token_file_path")
    if not by_oidc or has_token or os.environ.get("GITHUB_ACTIONS") != "true":
        return sign_in
    # Only such a job pays for what a request over HTTPS imports.
    from snowlane.snowflake.job_token import request_job_token

    token = request_job_token(os.environ)
    named = f"subject {token.subject}, audience {token.audience}"
    return SignIn(
        {**given, "token": token.value},
        f"{sign_in.described} with GitHub's token ({named})",
    )


def _variables() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, parameter in _VARIABLES.items():
        if value := os.environ.get(variable):
            found.setdefault(parameter, value)
    return found


def _named_connections() -> dict[str, Any]:
    """Every section of connections.toml; the connector says where it is."""
    from snowflake.connector.constants import CONNECTIONS_FILE

    path = Path(CONNECTIONS_FILE)
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML", why=str(error), next="correct that line of the file"
        ) from None


def _local(project_root: Path) -> SignIn:
    directory = local_directory(project_root)
    try:
        server = json.loads((directory / "server.json").read_text(encoding="utf-8"))
        keys = ("account", "host", "port", "protocol", "user", "password")
        return SignIn({key: server[key] for key in keys}, "the local account")
    except FileNotFoundError:
        raise ConfigurationError(
            "the local account is not running",
            why=f"{directory} has no server.json",
            next="start it: snowlane local start",
        ) from None
    except (ValueError, KeyError) as error:
        raise ConfigurationError(
            "the local account's server.json is not readable",
            why=f"{type(error).__name__} in {directory / 'server.json'}",
            next="start it anew: snowlane local stop, then snowlane local start",
        ) from None
