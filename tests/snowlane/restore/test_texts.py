"""Definitions made ready: COPY GRANTS in its place, grants given back, dependents last."""

import pytest

from snowlane.restore.point import Grant, KeptObject
from snowlane.restore.texts import in_order, ready, regrants


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "VIEW",
            "create or replace view D.S.V(\n\tX,\n\tY\n) as select 1, 2;",
            "create or replace view D.S.V(\n\tX,\n\tY\n) COPY GRANTS as select 1, 2",
        ),
        (
            "VIEW",
            "create or replace secure view D.S.VIEW as select 1",
            "create or replace secure view D.S.VIEW COPY GRANTS as select 1",
        ),
        (
            "PROCEDURE",
            "CREATE OR REPLACE PROCEDURE D.S.P(A NUMBER(10,2))\nRETURNS INT AS $$BEGIN; END$$;",
            "CREATE OR REPLACE PROCEDURE D.S.P(A NUMBER(10,2)) COPY GRANTS\nRETURNS INT AS $$BEGIN; END$$",
        ),
        (
            "STREAM",
            "create or replace stream D.S.ST on table D.S.T;",
            "create or replace stream D.S.ST COPY GRANTS on table D.S.T",
        ),
        (
            "STREAM",
            "create or replace stream D.S.ST copy grants on table D.S.T",
            "create or replace stream D.S.ST copy grants on table D.S.T",
        ),
        (
            "TASK",
            "create or replace task D.S.K\n\tas begin select 1; select 2; end;",
            "create or replace task D.S.K\n\tas begin select 1; select 2; end",
        ),
    ],
)
def test_ready(kind, text, expected) -> None:
    assert ready(text, kind) == expected


def test_grants_and_a_former_owner_are_given_back() -> None:
    grants = (Grant("MONITOR", "ROLE", "odd role"), Grant("OPERATE", "DATABASE ROLE", "D.R", True))
    assert regrants("TASK", "D.S.K", grants, "BOSS", "DEPLOY") == [
        'GRANT MONITOR ON TASK D.S.K TO ROLE "odd role"',
        "GRANT OPERATE ON TASK D.S.K TO DATABASE ROLE D.R WITH GRANT OPTION",
        "GRANT OWNERSHIP ON TASK D.S.K TO ROLE BOSS COPY CURRENT GRANTS",
    ]
    assert regrants("TASK", "D.S.K", (), "DEPLOY", "DEPLOY") == []


def view(name: str, reads: str) -> tuple[KeptObject, str]:
    text = f"create or replace view D.S.{name} as select * from D.S.{reads}"
    return KeptObject("VIEW", ("D", "S", name)), text


def test_dependents_come_after_what_they_read() -> None:
    texts = dict([view("A", "B"), view("B", "C"), view("C", "T")])
    assert [each.path[2] for each in in_order(texts, lambda each: ())] == ["C", "B", "A"]


def test_a_circle_is_no_endless_way() -> None:
    texts = dict([view("A", "B"), view("B", "A")])
    assert {each.path[2] for each in in_order(texts, lambda each: ())} == {"A", "B"}
