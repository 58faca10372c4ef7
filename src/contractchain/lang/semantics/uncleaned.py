"""Which local variables may hold bits outside of their types, because inline assembly wrote them.

Solidity cleans a value where it is used, not where it is passed on. So what assembly leaves in a
variable travels through assignments, arguments, return values, bitwise and boolean operators of the
same type, until something else computes with it. This finds, for a file and what it imports, all
variables that such a value may reach; too many do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import Analysis, CallInfo, CallKind, Lookup
from contractchain.lang.semantics.symbols import (
    Flow,
    FunctionSymbol,
    UnitScope,
    VariableKind,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    Type,
    UserDefinedValueType,
)

_STEPS = (ast.UnaryOperator.INCREMENT, ast.UnaryOperator.DECREMENT)


def note_flows(analysis: Analysis) -> None:
    """Note in each file where values go, if inline assembly makes that matter anywhere."""
    units = analysis.units.values()
    if any(has_spare_bits(item.type) for unit in units for item in unit.written_in_assembly):
        for unit in units:
            unit.flow = _Collector(analysis, unit).flow


def find_uncleaned(analysis: Analysis, units: Sequence[UnitScope]) -> set[VariableSymbol]:
    """Return the variables in some files whose values have to be cleaned where they are used."""
    found = {v for unit in units for v in unit.written_in_assembly if has_spare_bits(v.type)}
    if found:
        _spread(analysis, [unit.flow for unit in units if unit.flow is not None], found)
    return found


def _spread(analysis: Analysis, flows: Sequence[Flow], found: set[VariableSymbol]) -> None:
    """Add to `found` what its members reach, until nothing more is reached."""
    linked = [pair for flow in flows for pair in flow.linked]
    for target in {target for flow in flows for target in flow.supers}:
        for flow in flows:  # any function of that name may be the next in line
            linked += [
                (_variables_of(target), _variables_of(other))
                for other in flow.functions
                if _is_like(target, other)
            ]
    before = -1
    while len(found) != before:
        before = len(found)
        for one, other in linked:
            for left, right in zip(one, other, strict=False):
                if left in found or right in found:
                    found |= {left, right}
        for flow in flows:
            for targets, value in flow.passed:
                if not found.issuperset(targets) and is_uncleaned(analysis, found, value):
                    found.update(targets)


def _variables_of(function: FunctionSymbol) -> tuple[VariableSymbol, ...]:
    return (*function.parameters, *function.returns)


def _is_like(one: FunctionSymbol, other: FunctionSymbol) -> bool:
    return one.name == other.name and one.parameter_types == other.parameter_types


def has_spare_bits(item: Type) -> bool:
    """Return whether a word of a value type has bits that do not belong to the value."""
    while isinstance(item, UserDefinedValueType):
        item = item.underlying
    match item:
        case IntegerType():
            return item.bits < 256
        case FixedBytesType():
            return item.size < 32
        case FunctionType():
            return item.kind is FunctionTypeKind.EXTERNAL
    return item.is_value


def is_uncleaned(
    analysis: Analysis, found: set[VariableSymbol], expression: ast.Expression
) -> bool:
    """Return whether a value may have bits outside of its type before it is cleaned.

    Args:
        analysis: What is known about the sources.
        found: Variables that may have such bits.
        expression: Where the value comes from.
    """
    info = analysis.expressions.get(expression.node_id)
    match expression:
        case ast.Identifier():
            return info is not None and info.declaration in found
        case ast.TupleExpression(is_inline_array=False):
            parts = expression.components
            return any(part is not None and is_uncleaned(analysis, found, part) for part in parts)
        case ast.Conditional():
            branches = (expression.if_true, expression.if_false)
            return any(is_uncleaned(analysis, found, part) for part in branches)
        case ast.Assignment(operator=None):
            return is_uncleaned(analysis, found, expression.value)
        case ast.Assignment() if expression.operator is not None and expression.operator.is_bitwise:
            parts = (expression.target, expression.value)
            return any(part is not None and is_uncleaned(analysis, found, part) for part in parts)
        case ast.UnaryOperation() | ast.BinaryOperation() if info is not None and info.operator:
            return not found.isdisjoint(info.operator.returns)
        case ast.UnaryOperation(operator=operator, is_prefix=False) if operator in _STEPS:
            return is_uncleaned(analysis, found, expression.operand)
        case ast.BinaryOperation(operator=operator) if operator.is_bitwise or operator.is_boolean:
            parts = (expression.left, expression.right)
            return any(part is not None and is_uncleaned(analysis, found, part) for part in parts)
        case ast.FunctionCall():
            call = None if info is None else info.call
            return call is not None and _returns_uncleaned(found, call)
    return False


def _returns_uncleaned(found: set[VariableSymbol], call: CallInfo) -> bool:
    if call.kind is not CallKind.FUNCTION or call.type is None:
        return False
    if call.type.kind is not FunctionTypeKind.INTERNAL:
        return False
    if not isinstance(call.target, FunctionSymbol):  # whatever the variable stands for
        return any(item.kind is VariableKind.RETURN for item in found)
    return not found.isdisjoint(call.target.returns)


class _Collector:
    """Collects where the values of one file go."""

    def __init__(self, analysis: Analysis, unit: UnitScope) -> None:
        self.analysis = analysis
        self.flow = Flow(functions=list(_functions_of(unit)))
        for function in self.flow.functions:
            variables = _variables_of(function)
            self.flow.linked += [(variables, _variables_of(o)) for o in function.overridden]
            for use in function.modifiers:
                self._pass_each(use.modifier.parameters, use.arguments)
            self._collect_all(function.node.body)
        for contract in unit.contracts:
            for modifier in contract.modifiers:
                parameters = modifier.parameters
                self.flow.linked += [(parameters, o.parameters) for o in modifier.overridden]
                self._collect_all(modifier.node.body)
            for base, given in contract.base_arguments.items():
                if base.constructor is not None:
                    self._pass_each(base.constructor.parameters, given.arguments)

    def _collect_all(self, body: ast.Block | None) -> None:
        for node in _walk(body):
            self._collect(node)

    def _pass(self, targets: Iterable[VariableSymbol], value: ast.Expression) -> None:
        kept = tuple(item for item in targets if has_spare_bits(item.type))
        if kept:
            self.flow.passed.append((kept, value))

    def _pass_each(
        self, parameters: Iterable[VariableSymbol], arguments: Iterable[ast.Expression]
    ) -> None:
        for parameter, argument in zip(parameters, arguments, strict=False):
            self._pass((parameter,), argument)

    def _collect(self, node: ast.Node) -> None:
        analysis = self.analysis
        match node:
            case ast.VariableDeclarationStatement():
                if node.value is not None:
                    names = [item for item in node.declarations if item is not None]
                    self._pass((analysis.variables[item.node_id] for item in names), node.value)
            case ast.Assignment(operator=operator) if operator is None or operator.is_bitwise:
                self._pass(self._targets(node.target), node.value)
            case ast.ReturnStatement():
                function = analysis.returns.get(node.node_id)
                if function is not None and node.value is not None:
                    self._pass(function.returns, node.value)
            case ast.UnaryOperation():
                self._collect_operator(node, (node.operand,))
            case ast.BinaryOperation():
                self._collect_operator(node, (node.left, node.right))
            case ast.FunctionCall():
                info = analysis.expressions.get(node.node_id)
                if info is not None and info.call is not None:
                    self._collect_call(info.call)

    def _targets(self, target: ast.Expression) -> Iterator[VariableSymbol]:
        if isinstance(target, ast.TupleExpression):
            for part in target.components:
                if part is not None:
                    yield from self._targets(part)
        elif isinstance(target, ast.Identifier):
            symbol = self.analysis.expressions[target.node_id].declaration
            if isinstance(symbol, VariableSymbol) and symbol.kind is not VariableKind.STATE:
                yield symbol

    def _collect_operator(self, node: ast.Expression, operands: tuple[ast.Expression, ...]) -> None:
        info = self.analysis.expressions.get(node.node_id)
        if info is not None and info.operator is not None:
            self._pass_each(info.operator.parameters, operands)

    def _collect_call(self, call: CallInfo) -> None:
        target = call.target
        if call.kind is not CallKind.FUNCTION or not isinstance(target, FunctionSymbol):
            return
        arguments = call.arguments if call.receiver is None else (call.receiver, *call.arguments)
        self._pass_each(target.parameters, arguments)
        if call.lookup is Lookup.SUPER:
            self.flow.supers.append(target)


def _functions_of(unit: UnitScope) -> Iterator[FunctionSymbol]:
    yield from unit.functions
    for contract in unit.contracts:
        yield from contract.functions
        special = (contract.constructor, contract.own_receive, contract.own_fallback)
        yield from (item for item in special if item is not None)


def _walk(root: ast.Node | None) -> Iterator[ast.Node]:
    """Yield the nodes under `root`, without types and inline assembly."""
    stack = [] if root is None else [root]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.InlineAssembly, ast.TypeName)):
            continue
        yield node
        stack.extend(ast.list_children(node))
