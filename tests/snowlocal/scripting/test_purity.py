"""The package rests on nothing of the account but its error type and its tokenizer."""

from __future__ import annotations

import ast
from pathlib import Path

import snowlocal.scripting

ALLOWED = {"snowlocal.errors", "snowlocal.raw_tokens", "snowlocal.scripting"}
ALLOWED |= {"sqlglot.dialects.snowflake", "sqlglot.errors", "sqlglot.tokenizer_core"}


def test_the_package_imports_nothing_else_of_the_account() -> None:
    (folder,) = snowlocal.scripting.__path__
    imported: set[str] = set()
    for path in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    own = {name for name in imported if name.startswith("snowlocal.scripting.")}
    third_party = {name for name in imported if name.startswith(("snowlocal", "sqlglot"))}
    assert third_party - own <= ALLOWED
    assert not {"duckdb", "fakesnow", "starlette"} & {name.split(".")[0] for name in imported}
