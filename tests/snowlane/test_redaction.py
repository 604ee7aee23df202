"""Secrets never reach any output."""

from snowlane.redaction import redact

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----"


def test_known_secrets_are_taken_out_whole_and_line_by_line() -> None:
    text = redact(f"a {PEM} b\n  MIIEvQIBADANBg\nhunter22", [PEM, "hunter22"])
    assert "MII" not in text
    assert "hunter22" not in text


def test_unknown_secrets_are_known_by_their_form() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdef"
    text = redact(f"{PEM} {token} password='s3 cret' token: abcd, {{'passcode': '123456'}}")
    for secret in ("MII", "eyJ", "s3 cret", "abcd", "123456"):
        assert secret not in text


def test_half_a_key_is_a_key_too() -> None:
    assert "MII" not in redact(PEM[:50])


def test_other_text_stays() -> None:
    assert redact("the column TOKEN_COUNT of RAW.B.T") == "the column TOKEN_COUNT of RAW.B.T"
