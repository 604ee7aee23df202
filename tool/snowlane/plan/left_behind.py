"""Which dependents a change of type leaves behind: columns that no longer fit, code that is not changed with it.

Pure. Rules: `snowlane.sql.type_rules`.
"""

from collections.abc import Collection, Iterator

from snowlane.plan.reshaped import Retyped
from snowlane.sql.lineage import How, Impact, Lineage, Node, downstream
from snowlane.sql.lineage_tables import Tables
from snowlane.sql.type_rules import Verdict, judge_change, parse_type

_FITS = (Verdict.SAME, Verdict.ALTER)


def left_behind(
    changes: Collection[Retyped], lineage: Lineage, tables: Tables, applied: Collection[str]
) -> list[str]:
    """A warning for each; `tables` are those of the end, `applied` the objects that the plan applies."""
    retyped = {(each.table, each.column) for each in changes}
    found: dict[str, None] = {}
    for change in changes:
        impact = downstream(lineage, Node("TABLE", change.table, change.column))
        for line in (*_columns(change, impact, tables, retyped), *_code(change, impact, applied)):
            found[f"{change.name} becomes {change.new}, and {line}"] = None
    return list(found)


def _columns(
    change: Retyped,
    impact: Impact,
    tables: Tables,
    retyped: Collection[tuple[tuple[str, ...], str]],
) -> Iterator[str]:
    """Columns that could hold every old value and cannot hold every new one."""
    for node in impact.nodes:
        table = tables.get(node.path)
        column = table.column(node.column) if table and node.column else None
        if node.kind != "TABLE" or column is None or (node.path, node.column) in retyped:
            continue
        before = judge_change(change.old, column.type).verdict in _FITS
        if before and judge_change(change.new, column.type).verdict not in _FITS:
            yield f"{node.name}, which is made of it, stays {column.type}"


def _code(change: Retyped, impact: Impact, applied: Collection[str]) -> Iterator[str]:
    """Objects that read it themselves and stay as they are, where the type is of another family."""
    old, new = parse_type(change.old), parse_type(change.new)
    if old is None or new is None or old.family == new.family:
        return
    readers: dict[Node, None] = {}
    for edge in impact.edges:
        if edge.source == impact.root and edge.how in (How.READS, How.VALUE):
            readers[edge.through or edge.target] = None
    # Views are applied again by the plan itself; a table that is named here is filled by the code.
    for reader in readers:
        is_code = reader.kind in ("TASK", "PROCEDURE", "FUNCTION", "ALERT", "PIPE")
        if is_code and not any(name.startswith(_identity(reader)) for name in applied):
            yield f"{reader}, which reads it, is not part of this plan"


def _identity(node: Node) -> str:
    return f"{node.kind.lower()} {'.'.join(node.path)}"
