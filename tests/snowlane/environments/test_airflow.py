"""What Airflow is told of an environment: names without doubles, and never a secret."""

import json

import pytest

from snowlane.config.environment import Environment, Snowflake
from snowlane.environments.airflow import connection, secrets_to_set, variables

QA = Environment(
    name="qa",
    snowflake=Snowflake(role="DEPLOY_QA", warehouse="WH"),
    databases={"RAW": "QA_RAW"},
    names={"WH": "WH_QA"},
    stages={"RAW.A.IN": "s3://a/", "RAW.B.IN": "s3://b/", 'RAW.B."Out box"': "s3://out/"},
)


def test_stages_of_one_name_are_called_by_their_paths() -> None:
    found = variables(QA, "x_", "sf")
    assert {key: value for key, value in found.items() if key.endswith("_url")} == {
        "x_raw_a_in_url": "s3://a/",
        "x_raw_b_in_url": "s3://b/",
        "x_out box_url": "s3://out/",
    }
    assert found["x_warehouse"] == "WH_QA"


@pytest.mark.parametrize(
    ("given", "left_to_a_person"),
    [
        ({"password": "p4ss"}, "the password"),
        ({"private_key_file": "k.p8", "private_key_file_pwd": "p4ss"}, "passphrase"),
        ({"private_key": "p4ss"}, "private_key_content"),
        ({"authenticator": "oauth", "token": "p4ss"}, "refresh_token"),
        ({"authenticator": "oauth", "oauth_client_secret": "p4ss"}, "the password"),
        ({"authenticator": "WORKLOAD_IDENTITY", "token": "p4ss"}, "the deploy job's"),
    ],
)
def test_a_secret_is_named_and_not_written(given: dict[str, str], left_to_a_person: str) -> None:
    sign_in = {"account": "org-acc", "user": "U", **given}
    written = connection(QA, sign_in, "sf", "READER")["sf"]
    assert "p4ss" not in json.dumps(written)
    assert written["extra"].get("authenticator") in (None, "oauth")
    assert (written["extra"]["role"], written["extra"]["account"]) == ("READER", "org-acc")
    (found,) = secrets_to_set(sign_in)
    assert left_to_a_person in found


def test_a_key_stays_the_path_of_its_file() -> None:
    sign_in = {"account": "a", "user": "u", "private_key_file": "keys/u.p8"}
    assert connection(QA, sign_in, "sf", "R")["sf"]["extra"]["private_key_file"] == "keys/u.p8"
    assert secrets_to_set(sign_in) == ()
