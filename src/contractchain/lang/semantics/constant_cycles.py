"""Finds constants whose value needs itself."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import FunctionSymbol, VariableSymbol


def check_constant_cycles(context: Context) -> None:
    """Report every constant that is reached from its own value."""
    analysis = context.analysis
    constants = [
        item
        for item in analysis.variables.values()
        if item.is_constant and item.node.value is not None
    ]
    edges = {item.node.node_id: _used_by(analysis, item.node) for item in constants}
    for constant in constants:
        if _reaches_itself(analysis, constant, edges):
            context.type_error(
                6161, f"the value of the constant `{constant.name}` needs itself", constant.span
            )


def _used_by(analysis: Analysis, root: ast.Node) -> list[VariableSymbol | FunctionSymbol]:
    """Return the constants and functions that the code under `root` uses."""
    out: list[VariableSymbol | FunctionSymbol] = []
    for node in ast.walk(root):
        info = analysis.expressions.get(node.node_id)
        if info is None:
            continue
        symbol = info.declaration
        is_constant = isinstance(symbol, VariableSymbol) and symbol.is_constant
        if is_constant or isinstance(symbol, FunctionSymbol):
            assert isinstance(symbol, (VariableSymbol, FunctionSymbol))
            out.append(symbol)
        if info.operator is not None:
            out.append(info.operator)
    return out


def _reaches_itself(
    analysis: Analysis,
    constant: VariableSymbol,
    edges: dict[int, list[VariableSymbol | FunctionSymbol]],
) -> bool:
    stack: list[VariableSymbol | FunctionSymbol] = [constant]
    seen: set[int] = set()
    while stack:
        node = stack.pop().node
        if node.node_id not in edges:
            edges[node.node_id] = _used_by(analysis, node)
        for other in edges[node.node_id]:
            if other is constant:
                return True
            if other.node.node_id not in seen:
                seen.add(other.node.node_id)
                stack.append(other)
    return False
