"""A MERGE whose matches are only deleted: Snowflake lets several source rows meet one target row then, DuckDB does not.

Rule: docs.snowflake.com/en/sql-reference/sql/merge, "Deterministic results for UPDATE and DELETE".
"""

from __future__ import annotations

from sqlglot import exp

_ROW = "_target_row"


def let_deletes_meet(merge: exp.Merge) -> None:
    """Make a resolved MERGE that deletes whatever it does with matches meet each target row at most once, by one of
    the source rows that its conditions ask for. Every other MERGE stays as it is."""
    matched = [when for when in merge.args["whens"].expressions if when.args.get("matched")]
    deletes = all(isinstance(when.args["then"], exp.Var) for when in matched)
    target, source = merge.this, merge.args["using"]
    if not matched or not deletes or not target.alias or not source.alias:
        return
    row = _column("rowid", target.alias)
    wanted = exp.or_(*(when.args.get("condition") or exp.true() for when in matched))
    first = exp.Window(
        this=exp.RowNumber(),
        partition_by=[row.copy()],
        order=exp.Order(expressions=[exp.Ordered(this=exp.Not(this=_true(wanted)))]),
    )
    star = exp.Column(this=exp.Star(), table=exp.to_identifier(source.alias, quoted=True))
    once = exp.or_(
        exp.Is(this=row.copy(), expression=exp.Null()),
        exp.EQ(this=first, expression=exp.Literal.number(1)),
    )
    met = (
        exp.select(star, exp.alias_(row.copy(), _ROW, quoted=True))
        .from_(source.copy())
        .join(target.copy(), on=merge.args["on"].copy(), join_type="left")
    )
    met.set("qualify", exp.Qualify(this=once))
    alias = exp.TableAlias(this=exp.to_identifier(source.alias, quoted=True))
    merge.set("using", exp.Subquery(this=met, alias=alias))
    merge.set("on", exp.EQ(this=_column(_ROW, source.alias), expression=row))


def _true(condition: exp.Expr) -> exp.Expr:
    """A condition that is false where `condition` is NULL."""
    return exp.Coalesce(this=exp.Paren(this=condition.copy()), expressions=[exp.false()])


def _column(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), exp.to_identifier(table, quoted=True))
