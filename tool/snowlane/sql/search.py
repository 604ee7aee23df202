"""The search for names in one text and in all the texts inside it: bodies, strings, JSON.

Goes from a text to those within it; what a literal, a sentence or a chain of strings is, other
modules say.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from snowlane.sql import concatenation, context, foreign, foreign_literals, literals, names
from snowlane.sql.concatenation import Chain
from snowlane.sql.context import Path
from snowlane.sql.findings import Doubt, Question, Reference, Rule, Target, Vocabulary
from snowlane.sql.foreign import Lexeme
from snowlane.sql.literals import Region
from snowlane.sql.prose import Text, Verdict
from snowlane.sql.scope import Hit, Scope
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, readings, tokenize

SYSTEM_DATABASES = frozenset({"SNOWFLAKE", "SNOWFLAKE_SAMPLE_DATA"})

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*["\[{\]])')
_PLACEHOLDER = re.compile(r"\$\{[\w.]+\}|\{\{\s*[\w.]+\s*\}\}|\{[\w.\[\]!:]*\}|%\(\w+\)s|%s")


def search(text: str, vocabulary: Vocabulary, rule: Rule) -> list[Reference | Question]:
    """Everything that a text holds of a vocabulary, as far as a rule goes.

    Raises UnreadableSqlError when a literal, quoted name or comment of the text has no end.
    """
    return [hit.item for hit in _Search(Scope(text, vocabulary, rule)).everything()]


class _Search:
    """Looks through one text and those inside it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rule = scope.rule
        self.databases = scope.vocabulary.databases

    def everything(self) -> list[Hit]:
        region = literals.whole(self.scope.text)
        if self.rule.is_thorough:
            if not self.scope.names.occur_in(region.text):
                return []
            # Not every text is a statement: SHOW gives JSON, and bare names.
            hits = self._json(region)
            if hits is None:
                hits = self.scope.bare_name(region)
            if hits is not None:
                return hits
        return self._sql(region, tokenize(region.text), strict=True)

    def _sql(self, region: Region, tokens: list[Token], *, strict: bool) -> list[Hit]:
        """Search SQL text; `strict` also asks about aliases and foreign databases."""
        arguments = context.named_arguments(tokens)
        chains = {chain.first: chain for chain in self._chains(tokens)}
        hits: list[Hit] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.mark("@"):
                found, position = self._stage_path(region, tokens, position)
                hits += found
            elif token.is_name and not context.continues_path(tokens, position):
                path = context.path_at(tokens, position)
                hits += self._path(region, tokens, path, strict)
                position = path.after
            else:
                if position in chains:
                    hits += self._chain(region, tokens, chains[position], position in arguments)
                position += 1
        return _without_explained(hits) if self.rule.is_thorough else hits

    def _chains(self, tokens: list[Token]) -> list[Chain]:
        if self.rule.is_thorough:
            return concatenation.of_tokens(tokens)
        literal = (Kind.STRING, Kind.BODY)
        return concatenation.apart([at for at, each in enumerate(tokens) if each.kind in literal])

    def _path(self, region: Region, tokens: list[Token], path: Path, strict: bool) -> list[Hit]:
        if self.rule.is_thorough and not self._may_concern(region, tokens[path.first]):
            return []
        shortest = min(self.rule.shortest, context.shortest_after_keyword(tokens, path.first))
        length = len(path.parts)
        if self.rule.is_thorough:
            shortest = min(shortest, context.shortest_after_bare_keyword(tokens, path.first))
            if _may_be_longer(region, tokens, path):
                length = max(length, shortest)
        if length >= shortest:
            return self._long_path(region, tokens, path, strict)
        first = tokens[path.first]
        where = (path.first, path.after)
        if region.written_within(first.start, first.end) is None:
            is_open = first.end == len(region.text) and region.has_hole(first.end - 1, first.end)
            return self.scope.pieces(region, (first.start, first.end), where) if is_open else []
        if length == 1 and path.parts[0] in self.scope.vocabulary.names:
            if context.is_account_level(tokens, path.first):
                span = (first.start, first.end)
                return [self.scope.reference(Target.NAME, region, span, path.parts, where)]
        elif path.parts[0] in self.databases:
            return self._short_path(region, tokens, path, strict)
        return []

    def _may_concern(self, region: Region, first: Token) -> bool:
        """Whether a path can be of one of the databases; most are not, and need no second look."""
        name = first.name
        if name in self.databases or region.written_within(first.start, first.end) is None:
            return True
        return first.kind is Kind.QUOTED and self.scope.names.differ_in_case(name)

    def _long_path(
        self, region: Region, tokens: list[Token], path: Path, strict: bool
    ) -> list[Hit]:
        """A path whose first part is a database, by its length or by the word before it."""
        first, name = tokens[path.first], path.parts[0]
        span, where = (first.start, first.end), (path.first, path.after)
        if region.written_within(*span) is None:
            return self.scope.pieces(region, span, where)
        if name in self.databases:
            return [self.scope.reference(Target.DATABASE, region, span, path.parts, where)]
        doubt = None
        if self.rule.is_thorough:
            if first.kind is Kind.QUOTED and self.scope.names.differ_in_case(name):
                doubt = Doubt.CASE
        elif strict and name not in SYSTEM_DATABASES:
            doubt = Doubt.OUTSIDE
        written = ".".join(path.parts)
        return [self.scope.question(doubt, region, first.start, written, where)] if doubt else []

    def _short_path(
        self, region: Region, tokens: list[Token], path: Path, strict: bool
    ) -> list[Hit]:
        """A database's name where it names something else, or where more of it may follow."""
        first = tokens[path.first]
        written, doubt = first.raw, None
        if len(path.parts) == 2:
            written = ".".join(path.parts)
            doubt = Doubt.TWO_PARTS if strict or self.rule.is_thorough else None
        elif strict:
            doubt = Doubt.ALIAS if context.is_alias(tokens, path) else None
        elif path.after == len(tokens) and context.may_go_on(tokens, path.first):
            doubt = Doubt.CUT if self.rule.is_thorough else None
        where = (path.first, path.after)
        return [self.scope.question(doubt, region, first.start, written, where)] if doubt else []

    def _stage_path(
        self, region: Region, tokens: list[Token], position: int
    ) -> tuple[list[Hit], int]:
        """`@DB.SCHEMA.STAGE/path`: what follows the slash is a file's path, not a name."""
        hits: list[Hit] = []
        position += 1
        if position < len(tokens) and tokens[position].is_name:
            path = context.path_at(tokens, position)
            # `@DB.SCHEMA.%TABLE` is the stage of a table: its last part is not a plain name.
            table_stage = len(path.parts) == 2 and context.is_mark(tokens, path.after, ".")
            longer = self.rule.is_thorough and _may_be_longer(region, tokens, path)
            if len(path.parts) >= 3 or table_stage or longer:
                hits = self._long_path(region, tokens, path, strict=True)
            position = path.after
        while position < len(tokens) and tokens[position - 1].end == tokens[position].start:
            if tokens[position].raw in (")", "(", ",", ";"):
                break
            position += 1
        return hits, position

    def _chain(
        self, region: Region, tokens: list[Token], chain: Chain, is_argument: bool
    ) -> list[Hit]:
        """Literals that are glued together; most often it is only one."""
        position, last = chain.first, chain.last
        if context.is_comment(tokens, position):
            return []
        value = _glued(region, chain, lambda at: _literal(region, tokens[at]))
        is_body = tokens[position].kind is Kind.BODY
        if context.is_code(tokens, position) or (is_body and not self.rule.is_thorough):
            hits = self._code(value, context.language(tokens, position))
        else:
            hits = self._literal(value, tokens, position, is_argument)
        return [replace(hit, first=position, after=last + 1) for hit in hits]

    def _literal(
        self, value: Region, tokens: list[Token], position: int, is_argument: bool
    ) -> list[Hit]:
        if self.rule.is_thorough and not self.scope.names.occur_in(value.text):
            return []
        stage = context.stage_of_url(tokens, position)
        if stage is not None:
            known = ".".join(stage) in self.scope.vocabulary.stages
            span = (0, len(value.text))
            return [self.scope.reference(Target.STAGE_URL, value, span, stage)] if known else []
        if self.rule.is_thorough:
            value = value.with_holes(_PLACEHOLDER)
            if (hits := self._no_code(value, tokens, position)) is not None:
                return hits
        shortest = 1 if is_argument else self.rule.shortest_literal
        if (hits := self.scope.path_literal(value, shortest)) is not None:
            return hits
        if name := self._account_level(value, tokens, position, is_argument):
            return [self.scope.reference(Target.NAME, value, (0, len(value.text)), (name,))]
        return self._text(value, may_be_sql=self.rule.sql_in_strings)

    def _no_code(self, value: Region, tokens: list[Token], position: int) -> list[Hit] | None:
        """A literal that holds no code, whatever it looks like; None when it may."""
        if context.is_option_of_data(tokens, position):
            return []
        if context.is_value_of_tag(tokens, position) or context.is_key_of_json(tokens, position):
            return self.scope.data(value)
        if context.is_pattern_of_databases(tokens, position) and "%" in value.text:
            matches = self.scope.names.match_pattern(value.text)
            return [self.scope.question(Doubt.PATTERN, value, 0, value.text)] if matches else []
        return None

    def _account_level(
        self, value: Region, tokens: list[Token], position: int, is_argument: bool
    ) -> str | None:
        known = self.scope.vocabulary.names
        if is_argument and (stored := names.parse_path(value.text)):
            return stored[0] if len(stored) == 1 and stored[0] in known else None
        name = value.text.upper()
        return name if name in known and context.is_account_level(tokens, position) else None

    def _code(self, value: Region, language: str) -> list[Hit]:
        """A body, or what EXECUTE IMMEDIATE runs."""
        if language in context.FOREIGN_LANGUAGES:
            return self._foreign(value, language)
        if not self.rule.is_thorough:
            return self._sql(value, tokenize(value.text), strict=True)
        if not self.scope.names.occur_in(value.text):
            return []
        # What is glued together may be cut anywhere; a text of its own cannot.
        is_whole = len(value.parts) == 1
        read = [
            self._sql(value, tokens, strict=True)
            for tokens in readings(value.text, is_whole=is_whole)
        ]
        return _united(read) if read else [self.scope.unreadable(value)]

    def _foreign(self, region: Region, language: str) -> list[Hit]:
        """The strings of a body in another language, and those in the expressions within them."""
        lexemes = foreign.lexemes(region.text, language)
        if self.rule.is_thorough:
            chains = concatenation.of_lexemes(lexemes, language)
        else:
            string = foreign.Kind.STRING
            found = [at for at, each in enumerate(lexemes) if each.kind is string]
            chains = concatenation.apart(found)
        hits: list[Hit] = []
        for chain in chains:
            members = [lexemes[at] for at in chain.members if at is not None]
            if language == "PYTHON" and foreign.is_docstring(lexemes, chain.first):
                continue
            if any(self.scope.names.occur_in(each.text) for each in members):
                hits += self._string(self._string_value(region, lexemes, chain, language))
        for lexeme in lexemes:
            for start, end in lexeme.holes:
                hits += self._foreign(region.inner(start, end), language)
        return hits

    def _string_value(
        self, region: Region, lexemes: list[Lexeme], chain: Chain, language: str
    ) -> Region:
        value = _glued(
            region, chain, lambda at: foreign_literals.value(region, lexemes[at], language)
        )
        return value.with_holes(_PLACEHOLDER) if self.rule.is_thorough else value

    def _string(self, value: Region) -> list[Hit]:
        hits = self.scope.path_literal(value, self.rule.shortest_literal)
        return self._text(value, may_be_sql=True) if hits is None else hits

    def _json(self, region: Region) -> list[Hit] | None:
        """The values of a JSON text, also of one with holes; None when it is none."""
        if not _JSON.match(region.text):
            return None
        hits: list[Hit] = []
        lexemes = foreign.lexemes(region.text, "JAVASCRIPT")
        for lexeme, following in zip(lexemes, [*lexemes[1:], None], strict=False):
            if lexeme.kind is foreign.Kind.STRING:
                value = foreign_literals.value(region, lexeme, "JAVASCRIPT")
                is_key = following is not None and following.text == ":"
                hits += self.scope.data(value) if is_key else self._string(value)
        return hits

    def _text(self, value: Region, *, may_be_sql: bool) -> list[Hit]:
        """Text in a string: searched when it is SQL, else only asked about."""
        if not self.scope.names.occur_in(value.text):
            return []
        if self.rule.is_thorough:
            if (hits := self._json(value)) is not None:
                return hits
            read = [self._judged(value, tokens) for tokens in readings(value.text)]
            return _united(read) if read else [self.scope.unreadable(value)]
        try:
            hits = self._sql(value, tokenize(value.text), strict=False)
        except UnreadableSqlError:
            return []
        if may_be_sql and foreign.begins_like_sql(value.text):
            return hits
        asked = (_doubted(hit) for hit in hits if isinstance(hit.item, Reference))
        return [hit for hit in asked if hit is not None]

    def _judged(self, value: Region, tokens: list[Token]) -> list[Hit]:
        """What stands in a string, by how far the text around it is SQL."""
        hits = self._sql(value, tokens, strict=False)
        text = Text(value, tokens) if hits else None
        judged: list[Hit | None] = []
        for hit in hits:
            verdict = text.verdict(hit.first, hit.after) if text else Verdict.SQL
            if verdict is Verdict.SQL:
                judged.append(hit)
            elif verdict is Verdict.UNSURE:
                judged.append(_doubted(hit))
        return [hit for hit in judged if hit is not None]


def _literal(region: Region, token: Token) -> Region:
    if token.kind is Kind.BODY:
        return literals.dollars(region, token.start, token.end)
    return literals.quoted(region, token.start, token.end)


def _glued(region: Region, chain: Chain, value_at: Callable[[int], Region]) -> Region:
    """The text that the strings of a chain make up, with a hole where something else comes."""
    if chain.members == (chain.first,):
        return value_at(chain.first)
    glue = value_at(chain.glue).text if chain.glue is not None else ""
    first = value_at(chain.first)
    place = first.starts[0] if first.text else 0
    pieces: list[Region] = []
    for number, member in enumerate(chain.members):
        if glue and number:
            pieces.append(literals.fixed(glue, place))
        piece = literals.hole(place, place) if member is None else value_at(member)
        pieces.append(piece)
        place = piece.ends[-1] if piece.text else place
    return literals.joined(pieces)


def _may_be_longer(region: Region, tokens: list[Token], path: Path) -> bool:
    """Whether a path may have more parts than are written: in a hole, or where the text ends."""
    first, last = tokens[path.first], tokens[path.after - 1]
    if region.has_hole(first.end, last.end):
        return True
    at_end = path.after == len(tokens) - 1 and tokens[path.after].mark(".")
    return at_end and region.text[last.end :].strip() == "."


def _united(read: list[list[Hit]]) -> list[Hit]:
    """What was found in any of the ways to read a text; what one is certain of is certain."""
    if len(read) == 1:
        return read[0]
    certain: dict[tuple[int, int], Hit] = {}
    asked: dict[tuple[int, str], Hit] = {}
    for hit in (hit for hits in read for hit in hits):
        if isinstance(hit.item, Reference):
            certain.setdefault((hit.item.start, hit.item.end), hit)
        else:
            asked.setdefault((hit.item.line, hit.item.text), hit)
    for hit in certain.values():
        if isinstance(hit.item, Reference):
            asked.pop((hit.item.line, ".".join(hit.item.path)), None)
    return [*certain.values(), *asked.values()]


def _doubted(hit: Hit) -> Hit | None:
    """A hit in a text that may be prose: of a reference, the question that it is there."""
    item = hit.item
    if isinstance(item, Question):
        return None if item.doubt is Doubt.CUT else hit
    if item.target is not Target.DATABASE:
        return None
    return replace(hit, item=Question(Doubt.IN_TEXT, item.line, ".".join(item.path)))


def _without_explained(hits: list[Hit]) -> list[Hit]:
    """Leave out `x.c` where the text itself calls something `x`."""
    questions = [hit.item for hit in hits if isinstance(hit.item, Question)]
    aliases = {names.fold(each.text) for each in questions if each.doubt is Doubt.ALIAS}
    if not aliases:
        return hits
    return [
        hit
        for hit in hits
        if not (
            isinstance(hit.item, Question)
            and hit.item.doubt is Doubt.TWO_PARTS
            and hit.item.text.split(".")[0] in aliases
        )
    ]
