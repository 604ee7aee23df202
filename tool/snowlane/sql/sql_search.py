"""The search for names among the tokens of one SQL text.

Finds dotted paths, stages and literals, and says which paths name a database; what the literals
hold is for the one who builds on it.
"""

from abc import ABC, abstractmethod

from snowlane.sql import concatenation, context, names
from snowlane.sql.concatenation import Chain
from snowlane.sql.context import Path
from snowlane.sql.findings import Doubt, Question, Target
from snowlane.sql.literals import Region
from snowlane.sql.scope import Hit, Scope
from snowlane.sql.tokens import Kind, Token

SYSTEM_DATABASES = frozenset({"SNOWFLAKE", "SNOWFLAKE_SAMPLE_DATA"})


class SqlSearch(ABC):
    """Looks through the tokens of SQL texts."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rule = scope.rule
        self.databases = scope.vocabulary.databases

    @abstractmethod
    def chain(
        self, region: Region, tokens: list[Token], chain: Chain, is_argument: bool
    ) -> list[Hit]:
        """What literals hold that are glued together; most often it is only one.

        `is_argument` says that it is, as a whole, an argument of a call that takes names.
        """

    def sql(self, region: Region, tokens: list[Token], *, strict: bool) -> list[Hit]:
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
                    hits += self.chain(region, tokens, chains[position], position in arguments)
                position += 1
        return _without_explained(hits, tokens) if self.rule.is_thorough else hits

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
            is_schema = self.rule.is_thorough and context.may_go_on(tokens, path.first)
            doubt = Doubt.TWO_PARTS if (strict or self.rule.is_thorough) and not is_schema else None
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


def _may_be_longer(region: Region, tokens: list[Token], path: Path) -> bool:
    """Whether a path may have more parts than are written: in a hole, or where the text ends."""
    first, last = tokens[path.first], tokens[path.after - 1]
    if region.has_hole(first.end, last.end):
        return True
    at_end = path.after == len(tokens) - 1 and tokens[path.after].mark(".")
    return at_end and region.text[last.end :].strip() == "."


def _without_explained(hits: list[Hit], tokens: list[Token]) -> list[Hit]:
    """Leave out `x.c` where the text itself calls a table `x`: as an alias, or by its name."""
    asked = [hit for hit in hits if _doubt(hit) is Doubt.TWO_PARTS]
    if not asked:
        return hits
    beside = (hit.item.text for hit in hits if isinstance(hit.item, Question))
    explained = {names.fold(text) for text in beside if "." not in text}
    for at, token in enumerate(tokens):
        ends = token.is_name and not context.is_mark(tokens, at + 1, ".")
        if ends and (context.is_mark(tokens, at - 1, ".") or context.may_go_on(tokens, at)):
            explained.add(token.name)
    unexplained = [hit for hit in asked if tokens[hit.first].name not in explained]
    return [hit for hit in hits if hit not in asked or hit in unexplained]


def _doubt(hit: Hit) -> Doubt | None:
    return hit.item.doubt if isinstance(hit.item, Question) else None
