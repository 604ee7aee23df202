"""What readers must know of a plan beside its statements: lints, data, what is downstream. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from snowlane.lint.facts import Direction, Facts
from snowlane.lint.finding import Finding
from snowlane.objects.source import Identity
from snowlane.plan.due import NEW
from snowlane.plan.effects import effects_of
from snowlane.plan.left_behind import left_behind
from snowlane.plan.model import Plan, Stage, StageKind
from snowlane.plan.reshaped import Reshaped, retyped_by
from snowlane.plan.stranded import stranded
from snowlane.sql.lineage import Lineage, Node, downstream, impact_of
from snowlane.sql.lineage_catalog import Catalog
from snowlane.sql.lineage_changes import Path
from snowlane.sql.lineage_tables import Table

_CONTENT = (StageKind.UPGRADE, StageKind.DOWNGRADE, StageKind.OBJECT, StageKind.DROP)


def assessed(
    plan: Plan,
    facts: Facts,
    found: Iterable[Finding],
    reshaped: Reshaped,
    applied: Collection[Identity],
) -> Plan:
    """The plan with what is to be known of each stage, and a warning for each dependent left behind.

    `facts` report the plan's revisions, `found` are the lints of its files, `applied` the objects
    that the environment has.
    """
    found = tuple(found)
    lineage = Lineage(Catalog(_ever_there(facts), facts.definitions), as_needed=True)
    identities = {
        str(each.defined.identity): (each.defined.identity.kind, each.defined.identity.path)
        for each in facts.objects
        if each.defined
    }
    identities |= {
        str(each.drops): (each.drops.kind, each.drops.path) for each in facts.objects if each.drops
    }
    stages = tuple(
        replace(
            stage,
            findings=tuple(each for each in found if each.file == stage.file),
            effects=_effects(stage, facts),
            downstream=_downstream(stage, facts, lineage, identities),
        )
        for stage in plan.stages
    )
    names = [stage.name for stage in stages if stage.kind is StageKind.OBJECT]
    warnings = left_behind(reshaped.retyped, lineage, facts.tables, names)
    goes_down = any(stage.kind is StageKind.DOWNGRADE for stage in stages)
    return replace(
        plan,
        stages=stages,
        warnings=(*plan.warnings, *warnings),
        stranded=stranded(facts, applied) if goes_down else (),
    )


def _effects(stage: Stage, facts: Facts) -> tuple[str, ...]:
    if stage.kind not in _CONTENT:
        return ()
    return effects_of(
        (each.text for each in stage.pending),
        is_new=stage.kind is StageKind.OBJECT and stage.title == NEW,
        retyped=retyped_by(facts, stage.file, _direction(stage)),
    )


def _direction(stage: Stage) -> Direction:
    return "downgrade" if stage.kind is StageKind.DOWNGRADE else "upgrade"


def _downstream(
    stage: Stage,
    facts: Facts,
    lineage: Lineage,
    identities: Mapping[str, tuple[str, Path]],
) -> tuple[str, ...]:
    """The relations and objects that depend on what a stage changes or drops, by logical names."""
    if stage.kind in (StageKind.OBJECT, StageKind.DROP):
        if stage.title == NEW or stage.name not in identities:
            return ()
        impacts = [downstream(lineage, Node(*identities[stage.name]))]
    else:
        impacts = [
            impact
            for statement in facts.statements
            if statement.file == stage.file and statement.direction == _direction(stage)
            for impact in impact_of(statement.text, lineage)
        ]
    nodes = {
        Node(node.kind, node.path): None
        for impact in impacts
        for node in impact.nodes
        if node.path != impact.root.path
    }
    return tuple(str(node) for node in nodes)


def _ever_there(facts: Facts) -> dict[Path, Table]:
    """The tables of the end, with the tables and columns that the reported revisions take away."""
    tables = dict(facts.tables)
    for statement in facts.statements:
        for path in {change.table for change in statement.changes}:
            before, known = statement.before.get(path), tables.get(path)
            if before is None:
                continue
            if known is None:
                tables[path] = before
                continue
            names = {column.name for column in known.columns}
            gone = tuple(column for column in before.columns if column.name not in names)
            if gone:
                tables[path] = replace(known, columns=(*known.columns, *gone))
    return tables
