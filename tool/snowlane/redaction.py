"""Keeps secrets out of everything that is printed.

Pure: text in, text out. It is the last to see an error or a traceback before a person does.
"""

import re
from collections.abc import Iterable

_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+")
_ASSIGNMENT = re.compile(
    r"""(?ix) (["']?\b(?:password|passwd|passcode|token|private_key\w*|passphrase|secret)["']?
        \s*[:=]\s*) ("(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s,;)}\]]+)"""
)
_ADDRESS = re.compile(r"(?<=://)[^/\s@'\"]+@")
_SHORTEST = 4


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace the given secrets, PEM blocks, JSON web tokens, `password=…` values and who signs in
    by an address (`https://user:token@host`) by `***`.

    A secret of several lines is also replaced line by line, since a traceback may show it so.
    Secrets shorter than four characters are left alone: replacing them would garble the text.
    """
    parts = {line.strip() for secret in secrets for line in [secret, *secret.splitlines()]}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST:
            text = text.replace(part, "***")
    text = _PEM.sub("***", text)
    text = _JWT.sub("***", text)
    text = _ADDRESS.sub("***@", text)
    return _ASSIGNMENT.sub(r"\1***", text)
