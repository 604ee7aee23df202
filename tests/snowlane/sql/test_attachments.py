"""Policies and tags of a table, read from what GET_DDL tells of it."""

import pytest

from snowlane.sql.attachments import Attachment, attachments_of, policies_of

COLUMNS = """(
    A VARCHAR(5) WITH MASKING POLICY D.S.M WITH TAG (D.S.T='x'),
    B NUMBER(38,0)
) WITH ROW ACCESS POLICY #UNKNOWN_POLICY ON (B);"""
MASK = Attachment("MASKING POLICY", ("D", "S", "M"), "A")
ROWS = Attachment("ROW ACCESS POLICY", (), None, ("B",))


@pytest.mark.parametrize(
    "key", ["", "cluster by (B)", "cluster by LINEAR(TO_DATE(A), B)"], ids=["no", "plain", "linear"]
)
def test_a_clustering_key_stands_before_the_columns(key: str) -> None:
    text = f"create or replace TABLE D.S.CLUSTERED {key}{COLUMNS}"
    assert set(attachments_of(text)) >= {MASK, Attachment("TAG", ("D", "S", "T"), "A", value="x")}
    assert {each.kind for each in policies_of(text)} == {MASK.kind, ROWS.kind}
