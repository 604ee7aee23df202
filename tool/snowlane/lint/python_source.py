"""A revision's Python source: which calls it makes, on which line. Nothing of it is run."""

import ast
from collections.abc import Iterator


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name, `op.create_index`; none when the source does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (called := dotted(node.func)):
            yield called, node


def dotted(node: ast.expr) -> str:
    """`op.get_bind` of a name or attribute, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    if isinstance(node, ast.Call):
        before = dotted(node.func)
        return f"{before}()" if before else ""
    return ""


def constant(node: ast.expr | None) -> str | None:
    """The text of a string constant, also inside `sa.text(…)`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Call) and dotted(node.func).endswith("text") and node.args:
        return constant(node.args[0])
    return None


def argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    """An argument by position or by keyword."""
    for each in call.keywords:
        if each.arg == keyword:
            return each.value
    return call.args[position] if position < len(call.args) else None
