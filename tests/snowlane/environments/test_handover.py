"""Who gets what of a copy: the owner, the roles that stand for the source's, and what stays where it was."""

from snowlane.drift.inventory import Key
from snowlane.environments.contents import Contents, Item
from snowlane.environments.databases import account_names
from snowlane.environments.handover import hand_over
from snowlane.environments.mending.model import Copy
from snowlane.environments.role_grants import mapped_grants


def contents(*items):
    keys = [Key(tuple(path.split(".")), kind) for kind, path, _ in items]
    return Contents({key: Item(key, owner) for key, (_, _, owner) in zip(keys, items, strict=True)})


def test_kinds_go_as_a_whole_pipes_one_by_one_and_the_database_last():
    found = contents(
        ("SCHEMA", "Q.S", "PROD"),
        ("TABLE", "Q.S.T", "PROD"),
        ("TABLE", "Q.S.MINE", "QA"),
        ("MASKING POLICY", "Q.S.M", "PROD"),
        ("PIPE", "Q.S.P", "PROD"),
        ("PIPE", "Q.S.o", "PROD"),
        ("VIEW", "OTHER.S.V", "PROD"),
        ("EXTERNAL TABLE", "Q.S.X", "PROD"),
    )
    to = "TO ROLE QA REVOKE CURRENT GRANTS"
    assert hand_over(found, ["Q"], "QA", lambda item: True) == [
        f"GRANT OWNERSHIP ON ALL MASKING POLICIES IN DATABASE Q {to}",
        f"GRANT OWNERSHIP ON ALL TABLES IN DATABASE Q {to}",
        f"GRANT OWNERSHIP ON PIPE Q.S.P {to}",
        f'GRANT OWNERSHIP ON PIPE Q.S."o" {to}',
        f"GRANT OWNERSHIP ON ALL SCHEMAS IN DATABASE Q {to}",
        f"GRANT OWNERSHIP ON DATABASE Q {to}",
    ]


def test_what_cannot_be_given_stays_and_the_others_go_one_by_one():
    found = contents(("TABLE", "Q.S.T", "PROD"), ("TABLE", "Q.S.U", "ANALYST"))
    statements = hand_over(found, ["Q"], "QA", lambda item: item.owner == "PROD")
    assert statements == [
        "GRANT OWNERSHIP ON TABLE Q.S.T TO ROLE QA REVOKE CURRENT GRANTS",
        "GRANT OWNERSHIP ON DATABASE Q TO ROLE QA REVOKE CURRENT GRANTS",
    ]


def test_grants_on_the_source_become_grants_on_the_copy():
    rows = [
        ("SELECT", "TABLE", 'PROD."o d".T'),
        ("USAGE", "PROCEDURE", 'PROD.S."P(A NUMBER, B TIMESTAMP_NTZ(9)):VARCHAR(16777216)"'),
        ("USAGE", "FUNCTION", "PROD.S.F():NUMBER(38,0)"),
        ("USAGE", "SCHEMA", "PROD.S"),
        ("USAGE", "DATABASE", "PROD"),
        ("OWNERSHIP", "TABLE", "PROD.S.T"),
        ("SELECT", "TABLE", "PROD_OLD.S.T"),
        ("USAGE", "WAREHOUSE", "WH"),
        ("REFRESH", "DYNAMIC_TABLE", "PROD.S.D"),
    ]
    given = [
        {"privilege": privilege, "granted_on": kind, "name": name, "grant_option": "false"}
        for privilege, kind, name in rows
    ]
    assert mapped_grants(given, "READER_QA", Copy({"PROD": "QA"})) == [
        "GRANT USAGE ON DATABASE QA TO ROLE READER_QA",
        "GRANT USAGE ON SCHEMA QA.S TO ROLE READER_QA",
        "GRANT REFRESH ON DYNAMIC TABLE QA.S.D TO ROLE READER_QA",
        'GRANT SELECT ON TABLE QA."o d".T TO ROLE READER_QA',
        "GRANT USAGE ON FUNCTION QA.S.F() TO ROLE READER_QA",
        "GRANT USAGE ON PROCEDURE QA.S.P(NUMBER, TIMESTAMP_NTZ) TO ROLE READER_QA",
    ]


def test_names_of_the_source_become_those_of_the_copy():
    source = {"WH": "WH_PROD", "READER": "READER_PROD", "BOTH": "SAME"}
    target = {"WH": "WH_QA", "ONLY": "ONLY_QA", "BOTH": "SAME"}
    assert account_names(source, target) == {
        "WH_PROD": "WH_QA",
        "READER_PROD": "READER",
        "ONLY": "ONLY_QA",
    }
    # One name for two: which is meant cannot be told.
    assert account_names({"A": "X", "B": "X"}, {"A": "X1", "B": "X2"}) == {}
