"""An impact for readers: a tree as text, a Mermaid flowchart, Markdown and plain data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from snowlane.sql.lineage import Edge, How, Impact, Node

_WORDS = {
    How.READS: "read by",
    How.WRITES: "written by",
    How.CALLS: "called by",
    How.NAMES: "named by",
}


@dataclass(frozen=True)
class _Branch:
    """All edges between two nodes as one: in which ways, and through which objects."""

    target: Node
    how: How
    through: tuple[Node, ...]
    columns: tuple[str, ...]


def as_data(impact: Impact) -> dict[str, Any]:
    """Everything of the impact as JSON takes it."""
    return {
        "root": _node_data(impact.root),
        "objects": [{"kind": node.kind.lower(), "name": node.name} for node in impact.objects],
        "columns": [_node_data(node) for node in impact.nodes if node.column],
        "edges": [
            {
                "from": edge.source.name,
                "to": edge.target.name,
                "how": edge.how.value,
                "through": None if edge.through is None else _node_data(edge.through),
            }
            for edge in impact.edges
        ],
        "notes": [{"object": str(note.node), "note": note.text} for note in impact.notes],
    }


def _node_data(node: Node) -> dict[str, Any]:
    return {"kind": node.kind.lower(), "name": node.name, "column": node.column or None}


def as_text(impact: Impact) -> str:
    """The impact as a tree; what was shown above is not unfolded again."""
    lines = [str(impact.root)]
    lines += _tree(_branches(impact), _collapsed(impact.root, impact), "", {impact.root})
    lines += ["", summary(impact)]
    lines += [f"Note: {note.node}: {note.text}" for note in impact.notes]
    return "\n".join(lines)


def summary(impact: Impact) -> str:
    """How much there is, as one sentence."""
    columns = sum(bool(node.column) for node in impact.nodes)
    objects = len(impact.objects)
    if not objects:
        return "Nothing is downstream of it."
    return (
        f"{objects} object{'' if objects == 1 else 's'} and "
        f"{columns} column{'' if columns == 1 else 's'} are downstream of it."
    )


def _collapsed(node: Node, impact: Impact) -> Node:
    """A column as its relation when the impact is that of a whole relation."""
    return node if impact.root.column else Node(node.kind, node.path)


def _branches(impact: Impact) -> dict[Node, list[_Branch]]:
    grouped: dict[Node, dict[tuple[Node, How], list[Edge]]] = {}
    for edge in impact.edges:
        source, target = _collapsed(edge.source, impact), _collapsed(edge.target, impact)
        if source != target:
            grouped.setdefault(source, {}).setdefault((target, edge.how), []).append(edge)
    return {
        source: [
            _Branch(target, how, _throughs(edges, target), _columns(edges, target))
            for (target, how), edges in targets.items()
        ]
        for source, targets in grouped.items()
    }


def _throughs(edges: Iterable[Edge], target: Node) -> tuple[Node, ...]:
    found = (edge.through for edge in edges)
    return tuple(dict.fromkeys(node for node in found if node is not None and node != target))


def _columns(edges: Iterable[Edge], target: Node) -> tuple[str, ...]:
    if target.column:
        return ()
    return tuple(dict.fromkeys(edge.target.column for edge in edges if edge.target.column))


def _tree(
    branches: dict[Node, list[_Branch]], node: Node, indent: str, shown: set[Node]
) -> Iterator[str]:
    children = branches.get(node, [])
    for position, branch in enumerate(children, start=1):
        is_last = position == len(children)
        repeated = branch.target in shown and bool(branches.get(branch.target))
        shown.add(branch.target)
        line = f"{indent}{'└─ ' if is_last else '├─ '}{_line(branch, branches)}"
        yield f"{line} (see above)" if repeated else line
        if not repeated:
            yield from _tree(branches, branch.target, indent + ("   " if is_last else "│  "), shown)


def _line(branch: _Branch, branches: dict[Node, list[_Branch]]) -> str:
    if branch.how is not How.VALUE:
        return f"{_WORDS[branch.how]} {branch.target}"
    text = str(branch.target)
    if branch.columns:
        text += f" ({', '.join(branch.columns)})"
    if branch.through:
        text += f", by {', '.join(_with_callers(node, branches) for node in branch.through)}"
    return text


def _with_callers(node: Node, branches: dict[Node, list[_Branch]]) -> str:
    callers = [each.target for each in branches.get(node, []) if each.how is How.CALLS]
    return f"{node} (called by {', '.join(map(str, callers))})" if callers else str(node)


def as_mermaid(impact: Impact) -> str:
    """The impact as a Mermaid flowchart, left to right."""
    branches = _branches(impact)
    root = _collapsed(impact.root, impact)
    numbers: dict[Node, str] = {root: "n0"}
    arrows = []
    for source, targets in branches.items():
        for branch in targets:
            label = ", ".join(map(str, branch.through)) or (
                "" if branch.how is How.VALUE else branch.how.value
            )
            for node in (source, branch.target):
                numbers.setdefault(node, f"n{len(numbers)}")
            middle = f'-- "{_escaped(label)}" -->' if label else "-->"
            arrows.append(f"    {numbers[source]} {middle} {numbers[branch.target]}")
    lines = ["flowchart LR"]
    lines += [f'    {number}["{_escaped(str(node))}"]' for node, number in numbers.items()]
    return "\n".join([*lines, *arrows])


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;")


def as_markdown(impact: Impact) -> str:
    """The impact for a pull request: the chart, then the objects and what was not followed."""
    lines = [f"### Downstream of {impact.root}", "", summary(impact)]
    if impact.edges:
        lines += ["", "```mermaid", as_mermaid(impact), "```", ""]
        lines += [f"- {node.kind.lower()} `{node.name}`" for node in impact.objects]
    lines += [f"- **Note**: {note.node}: {note.text}" for note in impact.notes]
    return "\n".join(lines)
