"""Object files: identity, header, references, and how a bad one is named."""

import pytest

from snowlane.errors import RefusedError
from snowlane.objects.source import Identity, Phase, read_object
from snowlane.sql.mapping import NameMap

NAMES = NameMap({"RAW": "DEV_RAW", "DW": "DEV_DW"})


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("CREATE OR REPLACE VIEW DW.M.V AS SELECT 1", Identity("VIEW", "DW", "M", "V")),
        ('create or replace secure view dw."m".v as select 1', Identity("VIEW", "DW", "m", "V")),
        (
            "-- why\nCREATE OR REPLACE PROCEDURE DW.F.P(a STRING, b DECIMAL(10,2) DEFAULT 1, c INT) "
            "RETURNS INT AS $$ $$;",
            Identity("PROCEDURE", "DW", "F", "P", "(VARCHAR, NUMBER, NUMBER)"),
        ),
        ("CREATE OR REPLACE FUNCTION DW.F.P() AS '1'", Identity("FUNCTION", "DW", "F", "P", "()")),
        ("CREATE OR REPLACE TASK DW.F.T AS CALL DW.F.P()", Identity("TASK", "DW", "F", "T")),
        ("CREATE OR REPLACE STREAM DW.F.S ON TABLE DW.F.T", Identity("STREAM", "DW", "F", "S")),
        ("CREATE OR REPLACE DYNAMIC TABLE DW.F.D AS SELECT 1", Identity("DYNAMIC TABLE", "DW", "F", "D")),
    ],
)  # fmt: skip
def test_identity_is_kind_name_and_argument_types(text: str, identity: Identity) -> None:
    assert read_object("o.sql", text, NAMES).identity == identity


def test_references_are_the_paths_it_needs_but_not_itself() -> None:
    found = read_object(
        "o.sql",
        "CREATE OR REPLACE TASK DW.F.T WHEN SYSTEM$STREAM_HAS_DATA('RAW.B.S') AS\n"
        "CALL DW.F.P('RAW.B.X') -- DW.F.NOT\n",
        NAMES,
    )
    assert found.references == {("RAW", "B", "S"), ("DW", "F", "P"), ("RAW", "B", "X")}


def test_the_statement_ends_before_its_semicolon_and_the_hash_is_of_the_statement() -> None:
    first = read_object("o.sql", "CREATE OR REPLACE VIEW DW.M.V AS SELECT 1;\n", NAMES)
    second = read_object("p.sql", "CREATE OR REPLACE VIEW DW.M.V AS SELECT 1", NAMES)
    assert first.text == second.text
    assert first.hash == second.hash


def test_the_header_sets_the_phase() -> None:
    text = "CREATE OR REPLACE VIEW DW.M.V AS SELECT 1"
    assert read_object("o.sql", text, NAMES).phase is Phase.AFTER
    assert read_object("o.sql", f"-- snowlane: phase=before\n{text}", NAMES).phase is Phase.BEFORE


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("CREATE VIEW DW.M.V AS SELECT 1", 1, "CREATE OR REPLACE"),
        ("\nCREATE OR REPLACE TABLE DW.M.T (a INT)", 2, "no object of a kind"),
        ("CREATE OR REPLACE VIEW M.V AS SELECT 1", 1, "M.V does not name"),
        ("CREATE OR REPLACE VIEW DEV_DW.M.V AS SELECT 1", 1, "DEV_DW.M.V does not name"),
        (f"CREATE OR REPLACE VIEW DW.M.{'V' * 256} AS SELECT 1", 1, "256 characters"),
        ("CREATE OR REPLACE VIEW DW.M.V AS SELECT 1; SELECT 2", 1, "more or less than one"),
        ("", 1, "more or less than one"),
        ("CREATE OR REPLACE VIEW DW.M.V AS SELECT 'x", 1, "unterminated"),
        ("\n-- snowlane: phase=during\nCREATE OR REPLACE VIEW DW.M.V AS SELECT 1", 2, "no phase"),
        (
            "-- snowlane: fase=before\nCREATE OR REPLACE VIEW DW.M.V AS SELECT 1",
            1,
            "not understood",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(RefusedError) as raised:
        read_object("migrations/objects/o.sql", text, NAMES)
    assert f"migrations/objects/o.sql, line {line}" in raised.value.what
    assert why in raised.value.why
    assert raised.value.next
