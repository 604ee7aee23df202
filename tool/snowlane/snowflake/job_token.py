"""Asks GitHub for the token by which Snowflake knows a workflow's job: workload identity, with nothing stored.

A token lives a few minutes, a deployment longer, and each session signs in by itself: so every sign-in asks anew.

docs.github.com/en/actions/reference/security/oidc,
docs.snowflake.com/en/user-guide/workload-identity-federation
"""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from snowlane.errors import ConfigurationError, SnowlaneError

AUDIENCE_VARIABLE = "SNOWLANE_OIDC_AUDIENCE"
# What Snowflake expects of a user without an OIDC_AUDIENCE_LIST.
DEFAULT_AUDIENCE = "snowflakecomputing.com"
_ADDRESS_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL"
_REQUEST_TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_TRIES = 4
_SECONDS_TO_ANSWER = 20


@dataclass(frozen=True)
class JobToken:
    """The token, and what it says of the job: none of the latter is secret."""

    value: str = field(repr=False)
    subject: str
    audience: str


def request_job_token(variables: Mapping[str, str], *, pause: float = 1.0) -> JobToken:
    """The token of the job whose environment variables these are, made now.

    `pause` is how many seconds to wait before the second try; it doubles with each one. Raises
    ConfigurationError when the job may not ask for one, and SnowlaneError when GitHub gives none.
    """
    address, bearer = variables.get(_ADDRESS_VARIABLE), variables.get(_REQUEST_TOKEN_VARIABLE)
    if not address or not bearer:
        raise ConfigurationError(
            "this job may not ask GitHub for a token",
            why=f"{_ADDRESS_VARIABLE} is not set: the job lacks the permission, as every job of a pull "
            "request from a fork does",
            next="give the job `permissions: id-token: write`, or sign in by key pair",
        )
    audience = variables.get(AUDIENCE_VARIABLE) or DEFAULT_AUDIENCE
    separator = "&" if "?" in address else "?"
    request = urllib.request.Request(
        f"{address}{separator}audience={urllib.parse.quote(audience, safe='')}",
        headers={"Authorization": f"bearer {bearer}", "Accept": "application/json"},
    )
    value = _asked(request, pause)
    return JobToken(value, _subject(value), audience)


def _asked(request: urllib.request.Request, pause: float) -> str:
    """The answer's token; what may pass by itself is tried again."""
    why = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS_TO_ANSWER) as answer:
                return str(json.load(answer)["value"])
        except urllib.error.HTTPError as error:
            why = f"it answered {error.code} {error.reason}"
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
        except (OSError, ValueError, KeyError, TypeError) as error:
            # The address is GitHub's for this job alone; the error of urllib does not hold it.
            why = f"{type(error).__name__}: {error}"
    raise SnowlaneError(
        "GitHub gave no token for this job",
        why=why,
        next="run the job again; githubstatus.com tells of outages",
    )


def _subject(token: str) -> str:
    """The `sub` claim, unverified: Snowflake verifies it, and this only names it to people."""
    try:
        claims = token.split(".")[1]
        decoded = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
        return str(json.loads(decoded)["sub"])
    except (IndexError, ValueError, KeyError, TypeError):
        return "that cannot be read"
