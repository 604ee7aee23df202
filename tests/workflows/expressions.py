"""What `${{ … }}` of a workflow comes to, for the part of the language that the project's own workflows use.

docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w-]*)|(?P<number>\d+)|(?P<mark>&&|\|\||==|!=|[!().,*]))"
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda where, what: _contains(where, what),
    "fromJSON": json.loads,
    "format": lambda text, *values: text.format(*values),
}

Contexts = Mapping[str, Any]


def filled(text: Any, contexts: Contexts) -> str:
    """A value of a workflow as text, its expressions evaluated."""
    return _EXPRESSION.sub(lambda found: shown(evaluate(found[1], contexts)), shown(text))


def evaluate(text: str, contexts: Contexts) -> Any:
    """The value of one expression; with or without its `${{ }}`, as `if:` allows."""
    inner = _EXPRESSION.fullmatch(text.strip())
    parser = _Parser(inner[1] if inner else text, contexts)
    value = parser.either()
    assert not parser.tokens, f"not read to its end: {text}"
    return value


def shown(value: Any) -> str:
    """A value as it is put into text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Parser:
    def __init__(self, text: str, contexts: Contexts) -> None:
        self.contexts = contexts
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            assert found, f"cannot read {text[at:]!r}"
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            at = found.end()

    def take(self, *marks: str) -> str:
        if self.tokens and self.tokens[0][0] == "mark" and self.tokens[0][1] in marks:
            return self.tokens.pop(0)[1]
        return ""

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.take("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.negated()
        while mark := self.take("==", "!="):
            value = (_folded(value) == _folded(self.negated())) is (mark == "==")
        return value

    def negated(self) -> Any:
        return not self.negated() if self.take("!") else self.one()

    def one(self) -> Any:
        if self.take("("):
            value = self.either()
            assert self.take(")")
            return value
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        if self.take("("):
            return self.called(text)
        return _CONSTANTS[text] if text in _CONSTANTS else self.walked(text)

    def called(self, name: str) -> Any:
        values = []
        while not self.take(")"):
            values.append(self.either())
            self.take(",")
        functions = {**_FUNCTIONS, **self.contexts.get("functions", {})}
        return functions[name](*values)

    def walked(self, name: str) -> Any:
        assert name in self.contexts, f"no context {name}"
        value = self.contexts[name]
        while self.take("."):
            if self.take("*"):
                value = _Every(value or [])
                continue
            _, key = self.tokens.pop(0)
            every = isinstance(value, _Every)
            value = _Every(each.get(key) for each in value) if every else (value or {}).get(key)
        return value


class _Every(list[Any]):
    """The elements that `.*` names."""


def _contains(where: Any, what: Any) -> bool:
    if isinstance(where, list):
        return any(_folded(each) == _folded(what) for each in where)
    return str(_folded(what)) in str(_folded(where))


def _folded(value: Any) -> Any:
    """Text compares without regard to case, and a missing value as empty text."""
    return str(value or "").lower() if value is None or isinstance(value, str) else value
