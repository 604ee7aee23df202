"""Finds where a text names one of the given databases, stages or account-level objects.

Works on tokens, never by text search: comments, prose in literals and look-alike prefixes are not
references. Decides where a name stands; what to write there is `snowlane.sql.mapping`'s business.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from snowlane.sql import context, foreign, literals, names
from snowlane.sql.context import Path
from snowlane.sql.literals import Region
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

SYSTEM_DATABASES = frozenset({"SNOWFLAKE", "SNOWFLAKE_SAMPLE_DATA"})


class Doubt(Enum):
    """Why a place cannot be judged, or must not stand as it is."""

    OUTSIDE = "names a database outside the map"
    ALIAS = "is an alias or a table's name equal to a logical database"
    TWO_PARTS = "could be a schema or an alias and its column"
    IN_TEXT = "stands inside a longer literal"
    UNREADABLE = "cannot be split into tokens"


@dataclass(frozen=True)
class Rule:
    """How far a search goes.

    `shortest` is the number of parts from which a path names a database by its form alone, and
    `shortest_literal` the same for a literal that as a whole is a path. `sql_in_strings` also reads
    literals that begin like SQL text. `asks_outside` asks about databases that are not looked for.
    `bare_keywords` also takes the names after USE and SHOW … IN, where DATABASE may be left out.
    """

    shortest: int = 3
    shortest_literal: int = 3
    sql_in_strings: bool = False
    asks_outside: bool = True
    bare_keywords: bool = False


PLAN_RULE = Rule()
REPOINT_RULE = Rule(shortest_literal=1, sql_in_strings=True, asks_outside=False, bare_keywords=True)


@dataclass(frozen=True)
class Vocabulary:
    """The stored names to look for: databases, account-level names, and stages by full path."""

    databases: Collection[str]
    names: Collection[str] = ()
    stages: Collection[str] = ()


class Target(Enum):
    """What a reference names."""

    DATABASE = "database"
    NAME = "account-level name"
    STAGE_URL = "stage URL"


@dataclass(frozen=True)
class Reference:
    """One place that names something: `start` and `end` span what a mapping would replace.

    `path` is the whole dotted path in stored names; `region` knows how the place wants its text
    escaped; `quoted` says that the name stood in double quotes.
    """

    target: Target
    start: int
    end: int
    line: int
    path: tuple[str, ...]
    region: Region
    quoted: bool = False


@dataclass(frozen=True)
class Question:
    """One place that could not be judged; `text` is what stands there."""

    doubt: Doubt
    line: int
    text: str


@dataclass(frozen=True)
class Found:
    """All references in order of place, and all questions."""

    references: tuple[Reference, ...]
    questions: tuple[Question, ...]


def find(text: str, vocabulary: Vocabulary, rule: Rule = PLAN_RULE) -> Found:
    """Find every reference of a SQL text.

    Raises UnreadableSqlError when a literal, quoted name or comment of the text has no end.
    """
    search = _Search(vocabulary, rule)
    search.sql(literals.whole(text), strict=True)
    search.references.sort(key=lambda reference: reference.start)
    return Found(tuple(search.references), tuple(search.questions))


class _Search:
    """Collects what one text and the texts inside it hold."""

    def __init__(self, vocabulary: Vocabulary, rule: Rule) -> None:
        self.vocabulary = vocabulary
        self.rule = rule
        self.references: list[Reference] = []
        self.questions: list[Question] = []

    def sql(self, region: Region, *, strict: bool) -> None:
        """Search SQL text; `strict` also asks about aliases and foreign databases."""
        tokens = tokenize(region.text)
        arguments = context.named_arguments(tokens)
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.mark("@"):
                position = self._stage_path(region, tokens, position)
            elif token.is_name and not context.continues_path(tokens, position):
                path = context.path_at(tokens, position)
                self._judge_path(region, tokens, path, strict)
                position = path.after
            else:
                if token.kind is Kind.STRING:
                    self._literal(region, tokens, position, position in arguments)
                elif token.kind is Kind.BODY:
                    self._body(region, tokens, position)
                position += 1

    def _judge_path(self, region: Region, tokens: list[Token], path: Path, strict: bool) -> None:
        first, parts = tokens[path.first], path.parts
        shortest = min(self.rule.shortest, context.shortest_after_keyword(tokens, path.first))
        if self.rule.bare_keywords:
            shortest = min(shortest, context.shortest_after_bare_keyword(tokens, path.first))
        known = parts[0] in self.vocabulary.databases
        if len(parts) >= shortest:
            if known:
                self._add(Target.DATABASE, region, first, parts)
            elif strict and self.rule.asks_outside and parts[0] not in SYSTEM_DATABASES:
                self._ask(Doubt.OUTSIDE, region, first, ".".join(parts))
        elif len(parts) == 1 and parts[0] in self.vocabulary.names:
            if context.is_account_level(tokens, path.first):
                self._add(Target.NAME, region, first, parts)
        elif known and strict:
            if len(parts) == 2:
                self._ask(Doubt.TWO_PARTS, region, first, ".".join(parts))
            elif context.is_alias(tokens, path):
                self._ask(Doubt.ALIAS, region, first, first.raw)

    def _stage_path(self, region: Region, tokens: list[Token], position: int) -> int:
        """`@DB.SCHEMA.STAGE/path`: what follows the slash is a file's path, not a name."""
        position += 1
        if position < len(tokens) and tokens[position].is_name:
            path = context.path_at(tokens, position)
            # `@DB.SCHEMA.%TABLE` is the stage of a table: its last part is not a plain name.
            table_stage = len(path.parts) == 2 and context.is_mark(tokens, path.after, ".")
            if len(path.parts) >= 3 or table_stage:
                if path.parts[0] in self.vocabulary.databases:
                    self._add(Target.DATABASE, region, tokens[position], path.parts)
                elif self.rule.asks_outside:
                    self._ask(Doubt.OUTSIDE, region, tokens[position], ".".join(path.parts))
            position = path.after
        while position < len(tokens) and tokens[position - 1].end == tokens[position].start:
            if tokens[position].raw in (")", "(", ",", ";"):
                break
            position += 1
        return position

    def _literal(
        self, region: Region, tokens: list[Token], position: int, is_argument: bool
    ) -> None:
        token = tokens[position]
        value = literals.quoted(region, token.start, token.end)
        if context.is_code(tokens, position):
            self._code(value, context.language(tokens, position))
            return
        stage = context.stage_of_url(tokens, position)
        if stage is not None:
            if ".".join(stage) in self.vocabulary.stages:
                self._add_span(Target.STAGE_URL, value, 0, len(value.text), stage)
            return
        if context.is_comment(tokens, position):
            return
        if self._path_literal(value, 1 if is_argument else self.rule.shortest_literal):
            return
        if is_argument and (stored := names.parse_path(value.text)):
            if len(stored) == 1 and stored[0] in self.vocabulary.names:
                self._add_span(Target.NAME, value, 0, len(value.text), stored)
        elif (
            context.is_account_level(tokens, position)
            and value.text.upper() in self.vocabulary.names
        ):
            self._add_span(Target.NAME, value, 0, len(value.text), (value.text.upper(),))
        else:
            self._text(value, may_be_sql=self.rule.sql_in_strings)

    def _path_literal(self, value: Region, shortest: int) -> bool:
        """A literal that as a whole is a path, `@stage/path` or `name(argument types)`."""
        text = value.text
        start = 1 if text.startswith("@") else 0
        end = min((at for at in (text.find("/"), text.find("(")) if at >= 0), default=len(text))
        path = names.parse_path(text[start:end])
        if path is None or len(path) < shortest or path[0] not in self.vocabulary.databases:
            return False
        after = text.find('"', start + 1) + 1 if text[start] == '"' else _dot(text, start, end)
        self._add_span(Target.DATABASE, value, start, after, path)
        return True

    def _body(self, region: Region, tokens: list[Token], position: int) -> None:
        if not context.is_comment(tokens, position):
            token = tokens[position]
            inner = region.inner(token.start + 2, token.end - 2)
            self._code(inner, context.language(tokens, position))

    def _code(self, inner: Region, language: str) -> None:
        if language not in context.FOREIGN_LANGUAGES:
            self.sql(inner, strict=True)
            return
        for start, end in foreign.strings(inner.text):
            value = inner.inner(start, end)
            if not self._path_literal(value, self.rule.shortest_literal):
                self._text(value, may_be_sql=True)

    def _text(self, value: Region, *, may_be_sql: bool) -> None:
        """Text in a string: searched when it is SQL, else only asked about."""
        if not any(name in value.text.upper() for name in self.vocabulary.databases):
            return
        search = _Search(self.vocabulary, self.rule)
        try:
            search.sql(value, strict=False)
        except UnreadableSqlError:
            return
        if may_be_sql and foreign.begins_like_sql(value.text):
            self.references += search.references
            self.questions += search.questions
            return
        for reference in search.references:
            if reference.target is Target.DATABASE:
                path = ".".join(reference.path)
                self.questions.append(Question(Doubt.IN_TEXT, reference.line, path))

    def _add(self, target: Target, region: Region, token: Token, path: tuple[str, ...]) -> None:
        self._add_span(
            target, region, token.start, token.end, path, quoted=token.kind is Kind.QUOTED
        )

    def _add_span(
        self,
        target: Target,
        region: Region,
        start: int,
        end: int,
        path: tuple[str, ...],
        quoted: bool = False,
    ) -> None:
        line = region.line + region.text.count("\n", 0, start)
        begin, finish = region.positions[start], region.positions[end]
        quoted = quoted or region.text[start : start + 1] == '"'
        self.references.append(Reference(target, begin, finish, line, path, region, quoted))

    def _ask(self, doubt: Doubt, region: Region, token: Token, text: str) -> None:
        self.questions.append(Question(doubt, region.line + token.line - 1, text))


def _dot(text: str, start: int, end: int) -> int:
    at = text.find(".", start, end)
    return end if at < 0 else at


def paths(found: Found) -> Iterator[tuple[str, ...]]:
    """The paths that name objects: database, schema and name, each once and in order."""
    full = (reference.path for reference in found.references)
    return iter(dict.fromkeys(path[:3] for path in full if len(path) >= 3))
