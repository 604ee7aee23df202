"""Facts that no test tries: the report names them, so that nobody takes them for tried."""

from __future__ import annotations

import pytest

from conformance.facts import Fact

_UNTRIED = {
    (
        "3",
        "DDL on the source while a clone runs can fail it (002002, 000707)",
        "mem",
    ): "it takes a race",
    ("3", "AT (STATEMENT => …) takes ids of the last 14 days", "mem"): "it takes two weeks",
    (
        "4",
        "More than 20 statements that wait for a table's lock: 000625",
        "mem",
    ): "it takes 21 sessions",
    (
        "6",
        "A running task graph finishes on the version it began with",
        "D: user-guide/tasks-graphs",
    ): "it takes minutes",
    ("3", "External tables are not cloned", "D: user-guide/object-clone"): "it takes a bucket",
    (
        "3",
        "Hybrid tables are cloned with their database only",
        "D: user-guide/object-clone",
    ): "they cost",
    (
        "5",
        "OBJECT_DEPENDENCIES lags up to three hours",
        "D: sql-reference/account-usage/object_dependencies",
    ): "it takes hours",
    (
        "5",
        "SHOW without LIMIT errors above 10,000 rows",
        "D: sql-reference/sql/show",
    ): "it takes 10,001 tables",
    (
        "8",
        "Without ABORT_DETACHED_QUERY a killed client's query runs on",
        "D: sql-reference/parameters",
    ): "it takes minutes of a warehouse",
    (
        "8",
        "Key pair, OAuth and workload identity sign in",
        "D: developer-guide/python-connector/python-connector-connect",
    ): "the named connection decides how to sign in",
}


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(reason, marks=pytest.mark.fact(Fact(*one)), id=one[1])
        for one, reason in _UNTRIED.items()
    ],
)
def test_untried(reason: str) -> None:
    """Listed in the report as not tried."""
    pytest.skip(reason)
