"""Strings in JavaScript, Python, Java and Scala bodies, and whether they begin like SQL.

Knows just enough of those languages to tell strings from comments.
"""

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r'''(?sx)
    (?P<comment> //[^\n]* | \#[^\n]* | /\*.*?\*/ )
    | """(?P<triple>(?:[^\\]|\\.)*?)"""
    | \'\'\'(?P<tripled>(?:[^\\]|\\.)*?)\'\'\'
    | "(?P<double>(?:[^"\\\n]|\\.)*)"
    | '(?P<single>(?:[^'\\\n]|\\.)*)'
    | `(?P<template>(?:[^`\\]|\\.)*)`
    '''
)
_SQL_WORDS = re.compile(
    r"(?i)\s*\(?\s*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|UNDROP|TRUNCATE|CALL|WITH"
    r"|COPY|EXECUTE|SHOW|DESC|DESCRIBE|GRANT|REVOKE|USE|BEGIN|DECLARE|LIST|REMOVE|FROM|INTO|JOIN"
    r"|LEFT|INNER|WHERE|AND|UNION|SET|VALUES)\b"
)


def strings(body: str) -> Iterator[tuple[int, int]]:
    """Where the contents of each string of a body start and end, comments left out."""
    for match in _PIECE.finditer(body):
        if match.lastgroup is not None and match.lastgroup != "comment":
            yield match.span(match.lastgroup)


def begins_like_sql(text: str) -> bool:
    """Whether a text starts with a word that SQL statements or their clauses start with."""
    return _SQL_WORDS.match(text) is not None
