"""The database names that a search looks for, and what may become one of them when code runs.

Compares names and pieces of names; where they stand in a text is not its business.
"""

import re
from collections.abc import Collection, Iterable

_LIKE = re.compile(r"\\(.)|(%)|(_)|(.)", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class KnownNames:
    """Questions to a set of stored database names."""

    def __init__(self, databases: Collection[str]) -> None:
        self.databases = frozenset(databases)
        self._folded = {name.upper() for name in self.databases}
        self._words = {name: _words(name) for name in self._folded}
        self._signs = frozenset(word for words in self._words.values() for word in words)

    def occur_in(self, text: str) -> bool:
        """Whether a text may name a database, or a part of one; quick, and never wrong by no."""
        upper = text.upper()
        if any(sign in upper for sign in self._signs):
            return True
        # A name can hide behind escapes, and one without letters has no signs.
        return not all(self._words.values()) or "\\X" in upper or "\\U" in upper

    def stand_in(self, text: str) -> bool:
        """Whether a whole name occurs in a text, be it as a part of another."""
        upper = text.upper()
        return any(name in upper for name in self._folded)

    def stands_alone_in(self, text: str) -> int | None:
        """Where a whole name begins that is no part of a longer one; None when there is none."""
        upper = text.upper()
        for name in self._folded if len(upper) == len(text) else ():
            if match := re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", upper):
                return match.start()
        return None

    def differ_in_case(self, name: str) -> bool:
        """Whether a name is one of the databases but for the case of its letters."""
        return name not in self.databases and name.upper() in self._folded

    def may_become(self, pieces: Iterable[str | None]) -> bool:
        """Whether text with gaps (None) may be a database's name, or hold one as it is.

        What is written must be whole words of the name: `PROD_` of `PROD_RAW`, and not `P`.
        """
        fragments = list(pieces)
        written = [fragment.strip('"').upper() for fragment in fragments if fragment]
        if any(fragment in self._folded for fragment in written):
            return True
        if not any(_words(fragment) for fragment in written):
            return False
        if None not in fragments:
            return "".join(written) in self._folded
        pattern = re.compile(
            "".join(
                ".*" if each is None else re.escape(each.strip('"').upper()) for each in fragments
            ),
            re.DOTALL,
        )
        return any(
            pattern.fullmatch(name) and all(_has_words(words, each) for each in written)
            for name, words in self._words.items()
        )

    def begin_or_end_with(self, text: str) -> bool:
        """Whether a text is the beginning or end of a name, cut where two of its words meet."""
        upper = text.upper()
        if not _words(upper) or upper in self._folded:
            return False
        return any(
            (name.startswith(upper) and _BETWEEN_WORDS.fullmatch(upper[-1]))
            or (name.endswith(upper) and _BETWEEN_WORDS.fullmatch(upper[0]))
            for name in self._folded
        )

    def match_pattern(self, pattern: str) -> bool:
        """Whether the pattern of a LIKE matches a database and says at least a word of its name."""
        upper = pattern.upper()
        if not any(sign in upper for sign in self._signs):
            return False
        expression = re.compile(_LIKE.sub(_expression, upper), re.DOTALL)
        return any(expression.fullmatch(name) for name in self._folded)


def _expression(match: re.Match[str]) -> str:
    if match[2] or match[3]:
        return ".*" if match[2] else "."
    return re.escape(match[1] or match[4])


def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in _BETWEEN_WORDS.split(name) if word)


def _has_words(words: tuple[str, ...], fragment: str) -> bool:
    """Whether a fragment is made of whole words of a name, or says nothing."""
    if len(words) == 1:
        return not _words(fragment) or len(fragment) >= 4
    return all(word in words for word in _words(fragment))
