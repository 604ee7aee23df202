"""Whether a text in a string is SQL, prose, or neither for certain: by its tokens.

Judges the text as it surrounds one place in it. A wrong yes changes a message, a wrong no leaves
code behind, so what is in doubt is neither.
"""

from enum import Enum

from snowlane.sql.literals import Region
from snowlane.sql.tokens import Kind, Token
from snowlane.sql.words import BEFORE_NAMES, BEFORE_OBJECTS, CLAUSES, ENGLISH, KEYWORDS, STATEMENTS


class Verdict(Enum):
    """What a text is, around one place."""

    SQL = "SQL"
    UNSURE = "unsure"
    PROSE = "prose"


# What must come next where the word alone is English, too.
_NEXT = {
    "INSERT": ("INTO", "OVERWRITE", "ALL", "FIRST"),
    "DELETE": ("FROM",),
    "MERGE": ("INTO",),
    "COPY": ("INTO", "FILES"),
    "COMMENT": ("ON", "IF"),
}
# What may follow the object of these, where English goes on with any word.
_AFTER_OBJECT = {
    "USE": (),
    "CALL": (),
    "UPDATE": ("SET", "AS"),
    "TRUNCATE": (),
    "DROP": ("CASCADE", "RESTRICT"),
    "UNDROP": (),
}
_NO_ALIAS_AT_END = STATEMENTS - {"SELECT", "WITH", "MERGE", "CREATE", "BEGIN", "DECLARE", "LET"}
_NOT_IN_SENTENCES = ("(", "=", "*", "<", ">", "||", "::")
_AFTER_IS = ("NOT", "NULL", "TRUE", "FALSE", "DISTINCT")
_WITH_ALIAS = ("FROM", "JOIN", "UPDATE", "INTO", "USING", "LATERAL")
_SPEAKS_OF_OBJECTS = ("GRANT", "REVOKE", "ALTER", "COMMENT", "CREATE", "SHOW", "CALL")


class Text:
    """A text in a string as tokens, ready to be judged around any of them."""

    def __init__(self, region: Region, tokens: list[Token]) -> None:
        self.region = region
        self.tokens = tokens
        self.verb = self._verb()
        self.is_sentence = self._is_sentence()
        self.is_plain = not any(token.raw in _NOT_IN_SENTENCES for token in tokens)

    def verdict(self, first: int, after: int) -> Verdict:
        """What the text is around `tokens[first:after]`."""
        follows_keyword = self._word(first - 1) in BEFORE_OBJECTS or self._is_stage(first)
        is_sql = self.verb != "" or follows_keyword or self._stands_like_a_name(first)
        if not (self.is_sentence or self._reads_on(first, after) or self._is_led_by_words(first)):
            return Verdict.SQL if is_sql else Verdict.UNSURE
        follows_hole = first > 0 and self._is_hole(first - 1)
        is_speech = self.is_sentence and self.is_plain
        if self.verb or follows_hole or (follows_keyword and not is_speech):
            return Verdict.UNSURE
        return Verdict.PROSE

    def _verb(self) -> str:
        """The statement or clause that the text begins with, or nothing."""
        tokens = self.tokens
        at = 0
        while at < len(tokens) and tokens[at].mark("("):
            at += 1
        if at >= len(tokens):
            return ""
        token = tokens[at]
        if token.kind is Kind.MARK:
            return token.raw if token.raw in (",", ")", "=", ";", "||", "*") else ""
        word = self._word(at)
        if word in STATEMENTS:
            return word if self._word(at + 1) in _NEXT.get(word, (self._word(at + 1),)) else ""
        return word if word in CLAUSES else ""

    def _is_sentence(self) -> bool:
        """Three plain words in a row, a full stop, a word that only sentences have."""
        run = 0
        longest = 4 if self.verb else 3
        for at, token in enumerate(self.tokens):
            word = self._word(at)
            if word in ENGLISH:
                return True
            is_plain = word != "" and word not in KEYWORDS and not self._in_path(at)
            run = run + 1 if is_plain and not self._is_hole(at) else 0
            if run >= longest:
                return True
            if token.kind is Kind.MARK and at and self._ends_phrase(at):
                return True
        return False

    def _ends_phrase(self, at: int) -> bool:
        """`Done. Next …`, `Error: …`, `Really?` and `Stop!`, as SQL does not write them."""
        token, before = self.tokens[at], self.tokens[at - 1]
        if before.end != token.start or not before.is_name:
            return False
        after = self.region.text[token.end : token.end + 1]
        if token.raw == ".":
            following = self.region.text[token.end :].lstrip()[:1]
            if after and not (after.isspace() and (not following or following.isupper())):
                return False
            return not self._in_path(at - 2) and self._word(at - 2) not in BEFORE_OBJECTS
        if token.raw == ":":
            return after.isspace() or not after
        return token.raw in "!?" and (after.isspace() or not after)

    def _is_stage(self, first: int) -> bool:
        """`@a.b.c`, and not the second half of an address."""
        if not first or not self.tokens[first - 1].mark("@"):
            return False
        return first < 2 or self.tokens[first - 2].end < self.tokens[first - 1].start

    def _stands_like_a_name(self, first: int) -> bool:
        if not first:
            return False
        before = self.tokens[first - 1]
        if before.kind is Kind.MARK:
            return before.raw == "=>"
        return self._word(first - 1) in BEFORE_NAMES

    def _reads_on(self, first: int, after: int) -> bool:
        """Whether the words beside a name are those of a sentence."""
        if first and self.tokens[first].is_name:
            before = self._word(first - 1)
            if before and before not in KEYWORDS and not self._is_hole(first - 1):
                return True
        word = self._word(after)
        if word and not self._is_hole(after) and self._is_object_of_verb(first):
            expected = _AFTER_OBJECT[self.verb]
            return word not in expected and self._word(after + 1) not in expected
        if word == "IS":
            return self._word(after + 1) not in _AFTER_IS and self.verb != "COMMENT"
        if word == "TO":
            return self.verb not in _SPEAKS_OF_OBJECTS
        if not word or word in KEYWORDS or self._is_hole(after):
            return False
        before = self.tokens[first - 1].raw.upper() if first else ""
        has_alias = before in _WITH_ALIAS or (before == "," and self.verb != "")
        following = self._word(after + 1)
        is_last = after + 1 >= len(self.tokens)
        if is_last:
            return not has_alias or self.verb in _NO_ALIAS_AT_END
        return bool(following) and following not in KEYWORDS

    def _is_object_of_verb(self, first: int) -> bool:
        """Whether nothing but keywords stands between the text's verb and a name."""
        if self.verb not in _AFTER_OBJECT:
            return False
        return all(self._word(at) in KEYWORDS for at in range(first))

    def _is_led_by_words(self, first: int) -> bool:
        """`Copied from` and `Rows loaded into`: nothing but words, and no statement."""
        if self.verb or first < 2 or self._is_hole(0):
            return False
        return all(self._word(at) and not self._in_path(at) for at in range(first))

    def _word(self, at: int) -> str:
        if not 0 <= at < len(self.tokens) or self.tokens[at].kind is not Kind.WORD:
            return ""
        return self.tokens[at].raw.upper()

    def _in_path(self, at: int) -> bool:
        tokens = self.tokens
        return (at > 0 and tokens[at - 1].mark(".")) or (
            at + 1 < len(tokens) and tokens[at + 1].mark(".")
        )

    def _is_hole(self, at: int) -> bool:
        token = self.tokens[at]
        return self.region.has_hole(token.start, token.end)
