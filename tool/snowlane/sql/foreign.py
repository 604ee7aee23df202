"""JavaScript, Python, Java and Scala as lexemes: strings told from comments, and what stands between.

Knows just enough of those languages for that; a body that is broken is read as far as it goes.
Grammar: tc39.es/ecma262, docs.python.org/3/reference/lexical_analysis.html and the like.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_BLANK = r"(?P<blank>[^\S\n]+)"
_NEWLINE = r"(?P<newline>\n)"
_WORD = r"(?P<word>[^\W\d][\w$]*|\$[\w$]*|\d[\w.]*)"
_MARK = r"(?P<mark>\+\+|\+=|->|=>|[^\s])"
_SLASHES = r"(?P<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))"
_TRIPLE = r'"""(?P<triple>(?:[^\\"]|\\[\s\S]|"(?!""))*)"""'
_DOUBLE = r'"(?P<double>(?:[^"\\\n]|\\[\s\S])*)"'
_SINGLE = r"'(?P<single>(?:[^'\\\n]|\\[\s\S])*)'"
_PATTERNS = {
    "JAVASCRIPT": (_BLANK, _NEWLINE, _SLASHES, _DOUBLE, _SINGLE, "(?P<template>`)", _WORD, _MARK),
    "JAVA": (_BLANK, _NEWLINE, _SLASHES, _TRIPLE, _DOUBLE, _SINGLE, _WORD, _MARK),
    "SCALA": (
        *(_BLANK, _NEWLINE, _SLASHES),
        r'(?P<scala>(?:raw|[sf])(?:"""|"))',
        *(r'"""(?P<triple>[\s\S]*?)"""(?!")', _DOUBLE, _SINGLE, _WORD, _MARK),
    ),
    "PYTHON": (
        *(_BLANK, _NEWLINE, r"(?P<comment>\#[^\n]*|\\\n)"),
        r"""(?P<python>(?:[rRbBuUfFtT]{1,2})?(?:\"{3}|'{3}|\"|'))""",
        *(_WORD, _MARK),
    ),
}
_LEXEME = {name: re.compile("|".join(each)) for name, each in _PATTERNS.items()}

# A slash after one of these begins a regular expression, not a division.
_BEFORE_REGEX = frozenset(
    ["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do"]
)
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_SQL_WORDS = re.compile(
    r"(?is)(?:\s|--[^\n]*\n|/\*.*?\*/)*\(?\s*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|UNDROP|TRUNCATE|CALL|WITH"
    r"|COPY|EXECUTE|SHOW|DESC|DESCRIBE|GRANT|REVOKE|USE|BEGIN|DECLARE|LIST|REMOVE|FROM|INTO|JOIN"
    r"|LEFT|INNER|WHERE|AND|UNION|SET|VALUES)\b"
)


class Kind(Enum):
    """What a lexeme is, as far as strings and the operators between them go."""

    WORD = "word or number"
    STRING = "string"
    MARK = "punctuation or operator"
    NEWLINE = "end of a line outside of brackets"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One lexeme; of a string, `start` and `end` span its contents, without quotes.

    `quote` is how a string ends. `holes` are the offsets of the expressions in it, with their
    braces. `is_raw` says that its backslashes mean themselves, `doubles` that its braces do when
    they are doubled.
    """

    kind: Kind
    text: str
    start: int
    end: int
    quote: str = ""
    holes: tuple[tuple[int, int], ...] = ()
    is_raw: bool = False
    doubles: bool = False


def lexemes(body: str, language: str) -> list[Lexeme]:
    """The lexemes of a body, without its comments and blanks.

    `language` is in capitals, one of JAVASCRIPT, PYTHON, JAVA and SCALA. Only Python's lines end
    statements here, so only they are told.
    """
    return list(_Lexer(body, language).run(0, len(body)))


def strings(body: str, language: str) -> Iterator[tuple[int, int]]:
    """Where the contents of each string of a body start and end, comments left out."""
    for lexeme in lexemes(body, language):
        if lexeme.kind is Kind.STRING:
            yield lexeme.start, lexeme.end


def is_docstring(lexemes: list[Lexeme], position: int) -> bool:
    """Whether a string of a Python body is a statement of its own, which does nothing."""
    before = lexemes[position - 1] if position else None
    while position < len(lexemes) and lexemes[position].kind is Kind.STRING:
        position += 1
    after = lexemes[position] if position < len(lexemes) else None
    starts = before is None or before.kind is Kind.NEWLINE or before.text == ";"
    return starts and (after is None or after.kind is Kind.NEWLINE or after.text == ";")


def begins_like_sql(text: str) -> bool:
    """Whether a text starts with a word that SQL statements or their clauses start with.

    Comments before it do not count: a block may be told on its first line.
    """
    return _SQL_WORDS.match(text) is not None


class _Lexer:
    """Reads a body from left to right, and the expressions inside its strings as well."""

    def __init__(self, body: str, language: str) -> None:
        self.body = body
        self.language = language
        self.pattern = _LEXEME[language]
        self.read: dict[tuple[int, int], Lexeme | None] = {}

    def run(self, position: int, end: int) -> Iterator[Lexeme]:
        depth = 0
        last: Lexeme | None = None
        while position < end and (match := self.pattern.match(self.body, position, end)):
            kind, start = match.lastgroup, position
            position = match.end()
            lexeme = None
            if kind == "newline" and self.language == "PYTHON" and not depth:
                lexeme = Lexeme(Kind.NEWLINE, "\n", start, position)
            elif kind == "word":
                lexeme = Lexeme(Kind.WORD, match.group(), start, position)
            elif kind in ("double", "single", "triple"):
                quote = '"""' if kind == "triple" else match.group()[0]
                is_raw = self.language == "SCALA" and kind == "triple"
                text = match[kind]
                lexeme = Lexeme(Kind.STRING, text, *match.span(kind), quote, is_raw=is_raw)
            elif kind in ("template", "scala", "python"):
                # Strings lie in one another; each is read once, or broken code would take for ever.
                if (start, end) not in self.read:
                    self.read[start, end] = self._interpolated(match, kind, end)
                lexeme = self.read[start, end]
                if lexeme is not None:
                    position = lexeme.end + len(lexeme.quote)
                else:
                    position = start + len(match.group().rstrip("\"'`")) + 1
            elif kind == "mark":
                if match.group() == "/" and (regex := self._regex(start, end, last)):
                    position = regex.end()
                lexeme = Lexeme(Kind.MARK, self.body[start:position], start, position)
                depth += (lexeme.text in _OPENING) - (lexeme.text in _OPENING.values())
                depth = max(depth, 0)
            if lexeme is not None:
                last = lexeme
                yield lexeme

    def _regex(self, start: int, end: int, last: Lexeme | None) -> re.Match[str] | None:
        if self.language != "JAVASCRIPT" or not _is_operand_next(last):
            return None
        return _REGEX.match(self.body, start, end)

    def _interpolated(self, match: re.Match[str], kind: str, end: int) -> Lexeme | None:
        opening = match.group()
        prefix = opening.rstrip("\"'`")
        quote = opening[len(prefix) :]
        is_raw = "r" in prefix.lower()
        holes_begin = {"template": "${", "scala": "$"}.get(kind, "{")
        if kind == "python" and not set("fFtT") & set(prefix):
            holes_begin = ""
        start = match.end()
        contents = self._contents(start, end, quote, holes_begin, is_raw)
        if contents is None:
            return None
        after, holes = contents
        doubles = holes_begin == "{"
        return Lexeme(
            Kind.STRING, self.body[start:after], start, after, quote, holes, is_raw, doubles
        )

    def _contents(
        self, position: int, end: int, quote: str, holes_begin: str, is_raw: bool
    ) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        """Where a string ends and which expressions it holds; None when it has no end."""
        body = self.body
        holes: list[tuple[int, int]] = []
        is_one_line = len(quote) == 1 and quote != "`"
        stops = ["\\", quote[0], holes_begin[:1], "\n" if is_one_line else ""]
        stop = re.compile(f"[{re.escape(''.join(stops))}]")
        escapes = not (is_raw and self.language == "SCALA")
        while found := stop.search(body, position, end):
            position = found.start()
            if body.startswith(quote, position):
                return position, tuple(holes)
            character = body[position]
            if character == "\n":
                return None
            if character == "\\" and escapes:
                position += 2
            elif holes_begin and body.startswith(holes_begin, position):
                after = self._hole(position, end, holes_begin)
                if after is not None:
                    holes.append((position, after))
                position = after or position + 2
            else:
                position += 1
        return None

    def _hole(self, position: int, end: int, begin: str) -> int | None:
        """Where the expression that begins here ends; None when this is none."""
        if begin == "{" and self.body.startswith("{{", position):
            return None
        if begin == "$":
            name = re.compile(r"\$[^\W\d]\w*").match(self.body, position, end)
            if name:
                return name.end()
            if not self.body.startswith("${", position):
                return None
        opened = position + (1 if begin == "{" else 2)
        depth = 1
        for lexeme in self.run(opened, end):
            depth += (lexeme.text == "{") - (lexeme.text == "}") if lexeme.kind is Kind.MARK else 0
            if depth == 0:
                return lexeme.end
        return None


def _is_operand_next(last: Lexeme | None) -> bool:
    """Whether a value, not an operator, comes after a lexeme."""
    if last is None:
        return True
    if last.kind is Kind.MARK:
        return last.text not in (")", "]", "}")
    return last.kind is Kind.WORD and last.text in _BEFORE_REGEX
