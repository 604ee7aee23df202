"""What touches a table through views, streams, procedures and names that are not written whole."""

import pytest

from snowlane.pipeline.touching import References

T, U = ("D", "S", "T"), ("D", "S", "U")
TEXTS = {
    "V": "create view D.S.V as select a from T",
    "W": "create view D.S.W as select a from D.S.V",
    "ST": "create stream D.S.ST on table D.S.T",
    "P": "create procedure D.S.P() returns int language sql as $$ begin insert into S.U select a from ST; end $$",
    "J": "create procedure D.S.J() returns int language javascript as $$ x.execute({sqlText: `delete from D.S.T`}) $$",
    "K": "create task D.S.K when SYSTEM$STREAM_HAS_DATA('D.S.ST') as select 1",
    "C": "create task D.S.C as call P()",
    "L": "create pipe D.S.L as copy into U from @D.S.STAGE",
    "N": "create alert D.S.N if (exists (select 1 from U)) then call other.x.y('T is late')",
    "R": "create view D.S.R as select v.t from D.S.U v",
    "BAD": "create task D.S.BAD as select 'no end",
    "PY": 'create procedure D.S.PY() returns int language python as $$ \'it\'s\' + s.sql(f"""from {D.S.T}""") $$',
}
REFERENCES = References({("D", "S", name): text for name, text in TEXTS.items()}, (T, U))


@pytest.mark.parametrize(
    ("changed", "touching"),
    [
        # R only has a column of the name, and BAD cannot be read: both count.
        (T, {"V", "W", "ST", "P", "J", "K", "C", "R", "PY", "BAD"}),
        (U, {"P", "C", "L", "N", "R", "BAD"}),
        (("D", "S", "NONE"), {"BAD"}),
    ],
)
def test_touching(changed: tuple[str, ...], touching: set[str]) -> None:
    among = [("D", "S", name) for name in TEXTS]
    assert {path[-1] for path in REFERENCES.touching({changed}, among)} == touching


def test_nothing_changed_touches_nothing() -> None:
    assert REFERENCES.touching((), [("D", "S", "BAD")]) == set()
