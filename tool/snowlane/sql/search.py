"""The search for names in one text and in all the texts inside it: bodies, strings, JSON.

Goes from a text to those within it; what a literal, a sentence or a chain of strings is, other
modules say.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from snowlane.sql import concatenation, context, foreign, foreign_literals, literals, names
from snowlane.sql.concatenation import Chain
from snowlane.sql.findings import Doubt, Question, Reference, Rule, Target, Vocabulary
from snowlane.sql.foreign import Lexeme
from snowlane.sql.literals import Region
from snowlane.sql.prose import Text, Verdict
from snowlane.sql.scope import Hit, Scope
from snowlane.sql.sql_search import SqlSearch
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, readings, tokenize

_JSON = re.compile(r'\s*(?:[\[{]\s*)+(?:"(?:[^"\\]|\\.)*"\s*[:,\]]|[\]}])')
_WILD = re.compile(r"[%\\]")
_PLACEHOLDER = re.compile(r"\$\{[\w.]+\}|\{\{\s*[\w.]+\s*\}\}|\{[\w.\[\]!:]*\}|%\(\w+\)s|%s")


def search(text: str, vocabulary: Vocabulary, rule: Rule) -> list[Reference | Question]:
    """Everything that a text holds of a vocabulary, as far as a rule goes.

    Raises UnreadableSqlError when a literal, quoted name or comment of the text has no end.
    """
    return [hit.item for hit in _Search(Scope(text, vocabulary, rule)).everything()]


class _Search(SqlSearch):
    """Looks through one text and those inside it."""

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
        return self.sql(region, tokenize(region.text), strict=True)

    def chain(
        self, region: Region, tokens: list[Token], chain: Chain, is_argument: bool
    ) -> list[Hit]:
        """Literals that are glued together; most often it is only one."""
        position, last = chain.first, chain.last
        if context.is_comment(tokens, position):
            return []
        value = _glued(region, chain, lambda at: _literal(region, tokens[at]))
        is_code = context.is_code(tokens, position)
        if not is_code and tokens[position].kind is Kind.BODY and not self.rule.is_thorough:
            is_code = _reads_as_sql(value.text)
        if is_code:
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
        shortest = 1 if is_argument else self.rule.shortest_literal
        if self.rule.is_thorough:
            value = value.with_holes(_PLACEHOLDER)
            if context.is_pattern_of_databases(tokens, position) and _WILD.search(value.text):
                return self._pattern(value)
            hits = self._string(value, shortest, may_be_sql=True)
            if hits or self.scope.data(value):
                return self._where_code_is(hits, value, tokens, position)
            return []
        if name := self._account_level(value, tokens, position, is_argument):
            return [self.scope.reference(Target.NAME, value, (0, len(value.text)), (name,))]
        return self._string(value, shortest, may_be_sql=self.rule.sql_in_strings)

    def _pattern(self, value: Region) -> list[Hit]:
        matches = self.scope.names.match_pattern(value.text)
        return [self.scope.question(Doubt.PATTERN, value, 0, value.text)] if matches else []

    def _where_code_is(
        self, hits: list[Hit], value: Region, tokens: list[Token], position: int
    ) -> list[Hit]:
        """The hits in a literal, unless it stands where literals are no code and name other things."""
        if context.is_option_of_data(tokens, position):
            return []
        if context.is_account_level(tokens, position):
            return []
        if self.rule.literals_are_data and not context.is_name_of_format(tokens, position):
            names = self.scope.data(value) or any(isinstance(hit.item, Reference) for hit in hits)
            return [self.scope.question(Doubt.DATA, value, 0, value.text)] if names else []
        names_others = (
            context.is_name_of_role(tokens, position)
            or context.is_value_of_tag(tokens, position)
            or context.is_key_of_json(tokens, position)
        )
        return self.scope.data(value) if names_others else hits

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
            return self.sql(value, tokenize(value.text), strict=True)
        if not self.scope.names.occur_in(value.text):
            return []
        # What is glued together may be cut anywhere; a text of its own cannot.
        if len(value.parts) > 1:
            read = [self.sql(value, each, strict=True) for each in readings(value.text)]
            return _united(read) if read else [self.scope.unreadable(value, 1)]
        try:
            return self.sql(value, tokenize(value.text), strict=True)
        except UnreadableSqlError as error:
            return [self.scope.unreadable(value, error.line)]

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
                value = self._string_value(region, lexemes, chain, language)
                hits += self._string(value, self.rule.shortest_literal, may_be_sql=True)
        for lexeme in lexemes:
            for start, end in lexeme.holes:
                hits += self._foreign(region.inner(start, end), language)
        return hits + self._misread(region, lexemes) if self.rule.is_thorough else hits

    def _misread(self, region: Region, lexemes: list[Lexeme]) -> list[Hit]:
        """Doubts about names outside of strings, where a quote was left over.

        A quote in a regular expression, say, turns strings inside out: what looks like a variable
        may be what a string holds.
        """
        if not any(each.kind is foreign.Kind.MARK and each.text in "\"'`" for each in lexemes):
            return []
        return [
            self.scope.question(Doubt.UNREADABLE, region, each.start, each.text)
            for each in lexemes
            if each.kind is foreign.Kind.WORD and each.text.upper() in self.databases
        ]

    def _string_value(
        self, region: Region, lexemes: list[Lexeme], chain: Chain, language: str
    ) -> Region:
        value = _glued(
            region, chain, lambda at: foreign_literals.value(region, lexemes[at], language)
        )
        return value.with_holes(_PLACEHOLDER) if self.rule.is_thorough else value

    def _string(self, value: Region, shortest: int, *, may_be_sql: bool) -> list[Hit]:
        """A string: a path as a whole, in one of the literals that make it up, or some text."""
        hits = self.scope.path_literal(value, shortest)
        if hits is not None:
            return hits
        if not self.rule.is_thorough:
            return self._text(value, may_be_sql=may_be_sql)
        hits = self.scope.glued_paths(value, shortest)
        found = {hit.item.start for hit in hits}
        hits += [
            hit for hit in self._text(value, may_be_sql=may_be_sql) if hit.item.start not in found
        ]
        return hits or self.scope.code_without_blanks(value, shortest)

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
                if is_key:
                    hits += self.scope.data(value)
                else:
                    hits += self._string(value, self.rule.shortest_literal, may_be_sql=True)
        return hits

    def _text(self, value: Region, *, may_be_sql: bool) -> list[Hit]:
        """Text in a string: searched when it is SQL, else only asked about."""
        if not self.scope.names.occur_in(value.text):
            return []
        if self.rule.is_thorough:
            if (hits := self._json(value)) is not None:
                return hits
            read = [self._judged(value, tokens) for tokens in readings(value.text)]
            found = _united(read) if read else []
            return found if found or len(read) == 1 else self._unread(value)
        try:
            hits = self.sql(value, tokenize(value.text), strict=False)
        except UnreadableSqlError:
            return []
        if may_be_sql and foreign.begins_like_sql(value.text):
            return hits
        asked = (_doubted(hit) for hit in hits if isinstance(hit.item, Reference))
        return [hit for hit in asked if hit is not None]

    def _unread(self, value: Region) -> list[Hit]:
        """A doubt about a statement that no quote or end of a comment makes readable."""
        named = self.scope.names.stands_alone_in(value.text) is not None
        is_sql = foreign.begins_like_sql(value.text)
        return [self.scope.unreadable(value, 1)] if named and is_sql else []

    def _judged(self, value: Region, tokens: list[Token]) -> list[Hit]:
        """What stands in a string, by how far the text around it is SQL."""
        hits = self.sql(value, tokens, strict=False)
        text = Text(value, tokens) if hits else None
        judged: list[Hit | None] = []
        for hit in hits:
            verdict = text.verdict(hit.first, hit.after) if text else Verdict.SQL
            if verdict is Verdict.SQL:
                judged.append(hit)
            elif verdict is Verdict.UNSURE:
                judged.append(_doubted(hit))
        return [hit for hit in judged if hit is not None]


def _reads_as_sql(text: str) -> bool:
    """Whether a text between dollar signs, which may be a comment or a value, is SQL to be run."""
    if not foreign.begins_like_sql(text):
        return False
    try:
        tokenize(text)
    except UnreadableSqlError:
        return False
    return True


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


def _united(read: list[list[Hit]]) -> list[Hit]:
    """What was found in any of the ways to read a text; what one is certain of is certain."""
    if len(read) == 1:
        return read[0]
    found: dict[int, Hit] = {}
    for hit in (hit for hits in read for hit in hits):
        if isinstance(hit.item, Reference) or hit.item.start not in found:
            found[hit.item.start] = hit
    return list(found.values())


def _doubted(hit: Hit) -> Hit | None:
    """A hit in a text that may be prose: of a reference, the question that it is there."""
    item = hit.item
    if isinstance(item, Question):
        return None if item.doubt is Doubt.CUT else hit
    if item.target is not Target.DATABASE:
        return None
    return replace(hit, item=Question(Doubt.IN_TEXT, item.line, ".".join(item.path), item.start))
