"""Snowflake Scripting: reads blocks and runs them against any session that can execute a statement.

Knows nothing of the account it runs in; from the rest of the package it takes the error type only.
"""

from snowlocal.scripting.embedded import EmbeddedStatement, embedded_statements
from snowlocal.scripting.executor import Answer, Executor, ResultTable, Rows
from snowlocal.scripting.expressions import bind_placeholders
from snowlocal.scripting.interpreter import run_block
from snowlocal.scripting.literals import render
from snowlocal.scripting.parser import parse_block
from snowlocal.scripting.split import is_block, split_statements

__all__ = [
    "Answer",
    "EmbeddedStatement",
    "Executor",
    "ResultTable",
    "Rows",
    "bind_placeholders",
    "embedded_statements",
    "is_block",
    "parse_block",
    "render",
    "run_block",
    "split_statements",
]
