"""The single SQL statements of a text: those of a block's body, too, and of the literals it runs.

Cuts by tokens and never judges whether the block is a good one.
Grammar: docs.snowflake.com/en/developer-guide/snowflake-scripting/blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from snowlane.sql import literals
from snowlane.sql.literals import Region
from snowlane.sql.tokens import Kind, Token, UnreadableSqlError, tokenize

_VERBS = (
    *("SELECT", "WITH", "INSERT", "MERGE", "UPDATE", "DELETE", "TRUNCATE", "COPY", "CALL"),
    *("CREATE", "ALTER", "DROP", "UNDROP", "EXECUTE", "GRANT", "REVOKE", "COMMENT", "USE"),
)
# A statement of its own may follow these within one piece between two semicolons.
_LEADING = ("BEGIN", "DECLARE", "THEN", "ELSE", "DO", "LOOP", "REPEAT", "EXCEPTION")
_QUERY_STARTS = ("SELECT", "WITH")


@dataclass(frozen=True)
class Piece:
    """One statement; `line` is where it begins in the outer text.

    `is_query_only` says that it is the query of an expression, such as that of a condition;
    `is_conditional` that it stands in a branch, a loop or a handler of a block, so that it may
    run once, often or never.
    """

    text: str
    line: int
    is_query_only: bool = False
    is_conditional: bool = False


@dataclass(frozen=True)
class Pieces:
    """The statements of a text; `dynamic` has the lines where a statement is made up at run time."""

    pieces: tuple[Piece, ...] = ()
    dynamic: tuple[int, ...] = ()


def statements_in(text: str, line: int = 1) -> Pieces:
    """The statements of a text that begins on `line`: itself, or what its block holds.

    A text that cannot be split into tokens has none.
    """
    collected = _Collected([], [])
    try:
        collected.add(literals.whole(text), line - 1)
    except UnreadableSqlError:
        return Pieces()
    return Pieces(tuple(collected.pieces), tuple(collected.dynamic))


@dataclass
class _Collected:
    pieces: list[Piece]
    dynamic: list[int]
    is_conditional: bool = False

    def add(self, region: Region, offset: int) -> None:
        tokens = tokenize(region.text)
        if not tokens:
            return
        if tokens[0].word("BEGIN", "DECLARE") and _begins_block(tokens):
            outer, opened = self.is_conditional, _Opened([])
            for piece in _between_semicolons(tokens):
                self.is_conditional = opened.after(piece) or outer
                self._piece(region, piece, offset)
            self.is_conditional = outer
        else:
            last = len(tokens)
            while last and tokens[last - 1].mark(";"):
                last -= 1
            self._statement(region, tokens[:last], offset)

    def _piece(self, region: Region, tokens: list[Token], offset: int) -> None:
        """One piece of a block: words of control flow, then perhaps a statement."""
        while tokens and tokens[0].word(*_LEADING):
            tokens = tokens[1:]
        if tokens and tokens[0].word("IF", "ELSEIF", "WHEN", "WHILE", "FOR", "CASE"):
            split = _after_control(tokens)
            self._queries(region, tokens[:split], offset)
            self._piece(region, tokens[split:], offset)
        elif tokens and tokens[0].word(*_VERBS):
            self._statement(region, tokens, offset)
        else:
            self._queries(region, tokens, offset)

    def _statement(self, region: Region, tokens: list[Token], offset: int) -> None:
        if not tokens:
            return
        if tokens[0].word("EXECUTE") and len(tokens) > 2 and tokens[1].word("IMMEDIATE"):
            self._immediate(region, tokens, offset)
            return
        text = region.text[tokens[0].start : tokens[-1].end]
        line = region.line - 1 + tokens[0].line + offset
        self.pieces.append(Piece(text, line, is_conditional=self.is_conditional))

    def _immediate(self, region: Region, tokens: list[Token], offset: int) -> None:
        """EXECUTE IMMEDIATE of a literal is the literal's SQL; of anything else it is dynamic."""
        run = tokens[2]
        alone = len(tokens) == 3 or tokens[3].word("USING")
        if run.kind is Kind.BODY:
            self.add(region.inner(run.start + 2, run.end - 2), offset)
        elif run.kind is Kind.STRING and alone:
            self.add(literals.quoted(region, run.start, run.end), offset)
        else:
            self.dynamic.append(region.line - 1 + run.line + offset)

    def _queries(self, region: Region, tokens: list[Token], offset: int) -> None:
        """The parenthesised queries of an expression, and the one after CURSOR FOR."""
        position = 0
        while position < len(tokens):
            first = position + 1
            opens = tokens[position].mark("(") or tokens[position].word("FOR")
            if opens and first < len(tokens) and tokens[first].word(*_QUERY_STARTS):
                after = _end_of_level(tokens, first)
                text = region.text[tokens[first].start : tokens[after - 1].end]
                line = region.line - 1 + tokens[first].line + offset
                self.pieces.append(Piece(text, line, is_query_only=True))
                position = after
            position += 1


@dataclass
class _Opened:
    """The blocks, branches, loops and handlers that are open between two pieces of a block."""

    words: list[str]

    def after(self, piece: list[Token]) -> bool:
        """Go on by one piece; whether the statement at its end is conditional."""
        while piece:
            first, after = piece[0], 1
            if first.word("IF", "CASE", "FOR", "WHILE", "LOOP", "REPEAT", "EXCEPTION"):
                self.words.append(first.raw.upper())
            elif first.word("BEGIN") and _begins_block(piece):
                self.words.append("BEGIN")
            elif first.word("END", "UNTIL"):
                self._close()
                break
            elif not first.word("ELSEIF", "WHEN", *_LEADING):
                break
            if first.word("IF", "ELSEIF", "CASE", "WHEN", "FOR", "WHILE"):
                after = _after_control(piece)
            piece = piece[after:]
        return any(word != "BEGIN" for word in self.words)

    def _close(self) -> None:
        if self.words and self.words[-1] == "EXCEPTION":
            # A handler ends with the block it belongs to.
            self.words.pop()
        if self.words:
            self.words.pop()


def _begins_block(tokens: list[Token]) -> bool:
    """`BEGIN` alone, `BEGIN TRANSACTION` and `BEGIN WORK` start a transaction and no block."""
    return len(tokens) > 1 and not tokens[1].word("TRANSACTION", "WORK", "NAME")


def _between_semicolons(tokens: list[Token]) -> Iterator[list[Token]]:
    start = 0
    for position, token in enumerate(tokens):
        if token.mark(";"):
            yield tokens[start:position]
            start = position + 1
    yield tokens[start:]


def _after_control(tokens: list[Token]) -> int:
    """Where the statement behind `IF (…) THEN`, `WHEN … THEN` or `FOR … DO` begins."""
    depth = 0
    for position, token in enumerate(tokens):
        depth += token.mark("(") - token.mark(")")
        if depth == 0 and token.word("THEN", "DO", "LOOP"):
            return position + 1
    return len(tokens)


def _end_of_level(tokens: list[Token], first: int) -> int:
    depth = 0
    for position in range(first, len(tokens)):
        depth += tokens[position].mark("(") - tokens[position].mark(")")
        if depth < 0:
            return position
    return len(tokens)
