"""Finds storage and calldata pointers that may be used before they point anywhere.

The state at a point is the set of variables that no path to it may have left unassigned; `None`
stands for a point that cannot be reached. Values other than pointers start as zero and are not
looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from contractchain.lang import ast
from contractchain.lang.ast import yul
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.symbols import ContractSymbol, FunctionSymbol, VariableSymbol
from contractchain.lang.semantics.types import FunctionTypeKind


class Use(NamedTuple):
    """A place that may read a variable before it is assigned."""

    variable: VariableSymbol
    node: ast.Node


State = frozenset[VariableSymbol | Use] | None
"""Variables that may be unassigned, and uses of such; `None` where control never comes.

A use is reported only where it can reach the end of the function: one before a certain revert does
no harm.
"""

_POINTERS = (ast.DataLocation.STORAGE, ast.DataLocation.CALLDATA)
_ENDING_INSTRUCTIONS = frozenset({"revert", "return", "stop", "invalid", "selfdestruct"})


def merge(*states: State) -> State:
    """Return the state where several paths meet."""
    out: set[VariableSymbol | Use] = set()
    reached = [state for state in states if state is not None]
    for state in reached:
        out |= state
    return frozenset(out) if reached else None


class AssignmentChecker:
    """Checks one function after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._analysis: Analysis = context.analysis
        self._returns: list[State] = []
        self._breaks: list[State] = []
        self._continues: list[State] = []
        self._inner: Callable[[State], State] | None = None
        self._never_return: dict[int, bool] = {}
        self._contract: ContractSymbol | None = None

    def check_all(self) -> None:
        """Check every function with a body."""
        for unit in self._analysis.units.values():
            for function in unit.functions:
                self._check(function)
            for contract in unit.contracts:
                specials = (contract.constructor, contract.own_receive, contract.own_fallback)
                for function in (*contract.functions, *(i for i in specials if i is not None)):
                    self._check(function)
                self._check_inherited(contract)

    def _check_inherited(self, contract: ContractSymbol) -> None:
        """Check inherited functions whose modifiers `contract` or a base of it overrides."""
        for base in contract.linearised[1:]:
            for function in base.functions:
                if not any(_is_pointer(item) for item in function.returns):
                    continue
                uses = [item for item in function.modifiers if item.is_virtual]
                if any(contract.resolve_modifier(i.modifier) is not i.modifier for i in uses):
                    self._check(function, contract)

    def _check(self, function: FunctionSymbol, contract: ContractSymbol | None = None) -> None:
        if function.node.body is None:
            return
        results = frozenset(item for item in function.returns if _is_pointer(item))
        self._inner = None
        self._contract = contract
        end = self._run(function, 0, results)
        for item in end or ():
            if isinstance(item, Use):
                self._report(item.variable, item.node)
            elif item in results:
                self._report(item, item.node)

    def _run(self, function: FunctionSymbol, position: int, state: State) -> State:
        """Follow the function from its modifier number `position` on."""
        outer = (self._returns, self._breaks, self._continues, self._inner)
        self._returns, self._breaks, self._continues = [], [], []
        if position < len(function.modifiers):
            use = function.modifiers[position]
            for argument in use.arguments:
                state = self._expression(argument, state)
            modifier = use.modifier
            if self._contract is not None and use.is_virtual:
                modifier = self._contract.resolve_modifier(modifier)
            body = modifier.node.body
            self._inner = lambda entry: self._run(function, position + 1, entry)
        else:
            body = function.node.body
            self._inner = None
        if body is not None:
            state = self._statement(body, state)
        end = merge(state, *self._returns)
        self._returns, self._breaks, self._continues, self._inner = outer
        return end

    def _report(self, variable: VariableSymbol, node: ast.Node) -> None:
        location = variable.type.location
        kind = location.value if location is not None else "storage"
        name = f"`{variable.name}`" if variable.name else "this return value"
        is_use = node is not variable.node
        self._context.type_error(
            3464,
            f"the {kind} pointer {name} may be used before it is assigned"
            if is_use
            else f"the {kind} pointer {name} may be returned without being assigned",
            node.span,
            hint="assign it on every path",
            notes=declared_here(variable) if is_use else (),
        )

    # statements

    def _statement(self, node: ast.Statement, state: State) -> State:
        if state is None:
            return None
        match node:
            case ast.Block():
                for item in node.statements:
                    state = self._statement(item, state)
                return state
            case ast.PlaceholderStatement():
                return state if self._inner is None else self._inner(state)
            case ast.IfStatement():
                return self._if(node, state)
            case ast.WhileStatement():
                return self._while(node, state)
            case ast.ForStatement():
                return self._for(node, state)
            case ast.BreakStatement():
                self._breaks.append(state)
                return None
            case ast.ContinueStatement():
                self._continues.append(state)
                return None
            case ast.ReturnStatement():
                return self._return(node, state)
            case ast.RevertStatement():
                for argument in node.call.arguments:
                    state = self._expression(argument, state)
                return None
            case ast.EmitStatement():
                return self._expression(node.call, state)
            case ast.ExpressionStatement():
                return self._expression(node.expression, state)
            case ast.VariableDeclarationStatement():
                return self._declaration(node, state)
            case ast.TryStatement():
                state = self._expression(node.call, state)
                clauses = [self._statement(item.block, state) for item in node.clauses]
                return merge(self._statement(node.block, state), *clauses)
            case ast.InlineAssembly():
                return self._yul_block(node.body, state)
        return state

    def _if(self, node: ast.IfStatement, state: State) -> State:
        ends: list[State] = []
        current: ast.Statement | None = node
        while isinstance(current, ast.IfStatement):
            state = self._expression(current.condition, state)
            ends.append(self._statement(current.if_true, state))
            current = current.if_false
        ends.append(state if current is None else self._statement(current, state))
        return merge(*ends)

    def _while(self, node: ast.WhileStatement, state: State) -> State:
        outer = (self._breaks, self._continues)
        self._breaks, self._continues = [], []
        if node.is_do_while:
            state = self._statement(node.body, state)
            state = self._expression(node.condition, merge(state, *self._continues))
        else:
            state = self._expression(node.condition, state)
            state = merge(state, self._statement(node.body, state), *self._continues)
        end = merge(state, *self._breaks)
        self._breaks, self._continues = outer
        return end

    def _for(self, node: ast.ForStatement, state: State) -> State:
        outer = (self._breaks, self._continues)
        self._breaks, self._continues = [], []
        if node.initial is not None:
            state = self._statement(node.initial, state)
        if node.condition is not None:
            state = self._expression(node.condition, state)
        body = merge(self._statement(node.body, state), *self._continues)
        if node.step is not None:
            body = self._expression(node.step, body)
        end = merge(state, body, *self._breaks)
        self._breaks, self._continues = outer
        return end

    def _return(self, node: ast.ReturnStatement, state: State) -> State:
        if node.value is not None:
            state = self._expression(node.value, state)
            function = self._analysis.returns.get(node.node_id)
            if function is not None and state is not None:
                state = state - set(function.returns)
        self._returns.append(state)
        return None

    def _declaration(self, node: ast.VariableDeclarationStatement, state: State) -> State:
        if node.value is not None:
            return self._expression(node.value, state)
        symbols = [
            self._analysis.variables[item.node_id] for item in node.declarations if item is not None
        ]
        if state is None:
            return None
        return state | {item for item in symbols if _is_pointer(item)}

    # expressions

    def _expression(self, node: ast.Expression | None, state: State) -> State:
        if state is None or node is None:
            return state
        match node:
            case ast.Identifier():
                return self._use(node, state)
            case ast.Assignment(operator=None):
                return self._expression(node.value, self._assign(node.target, state))
            case ast.BinaryOperation():
                return self._binary(node, state)
            case ast.Conditional():
                state = self._expression(node.condition, state)
                return merge(
                    self._expression(node.if_true, state), self._expression(node.if_false, state)
                )
            case ast.FunctionCall():
                return self._call(node, state)
        for child in ast.list_children(node):
            if isinstance(child, ast.Expression):
                state = self._expression(child, state)
        return state

    def _use(self, node: ast.Identifier, state: frozenset[VariableSymbol | Use]) -> State:
        info = self._analysis.expressions.get(node.node_id) if state else None
        variable = None if info is None else info.declaration
        if isinstance(variable, VariableSymbol) and variable in state:
            return state | {Use(variable, node)}
        return state

    def _assign(self, target: ast.Expression, state: State) -> State:
        if state is None:
            return None
        if isinstance(target, ast.TupleExpression) and not target.is_inline_array:
            for item in target.components:
                if item is not None:
                    state = self._assign(item, state)
            return state
        if isinstance(target, ast.Identifier):
            info = self._analysis.expressions.get(target.node_id)
            if info is None or not isinstance(info.declaration, VariableSymbol):
                return state
            return state - {info.declaration}
        return self._expression(target, state)

    def _binary(self, node: ast.BinaryOperation, state: State) -> State:
        chain: list[ast.BinaryOperation] = []
        current: ast.Expression = node
        while isinstance(current, ast.BinaryOperation):
            chain.append(current)
            current = current.left
        state = self._expression(current, state)
        for item in reversed(chain):
            right = self._expression(item.right, state)
            state = merge(state, right) if item.operator.is_boolean else right
        return state

    def _call(self, node: ast.FunctionCall, state: State) -> State:
        state = self._expression(node.callee, state)
        for argument in node.arguments:
            state = self._expression(argument, state)
        info = self._analysis.expressions.get(node.node_id)
        call = None if info is None else info.call
        if call is None:
            return state
        if call.builtin in (Builtin.REVERT, Builtin.SELFDESTRUCT):
            return None
        target = call.target
        is_jump = call.type is not None and call.type.kind is FunctionTypeKind.INTERNAL
        if is_jump and isinstance(target, FunctionSymbol) and self._never_returns(target):
            return None
        return state

    def _never_returns(self, function: FunctionSymbol) -> bool:
        """Return whether every path through `function` reverts."""
        key = function.node.node_id
        if function.node.body is None or function.is_virtual:
            return False
        if key not in self._never_return:
            self._never_return[key] = False
            self._never_return[key] = self._run(function, 0, frozenset()) is None
        return self._never_return[key]

    # assembly

    def _yul_block(self, node: yul.YulBlock, state: State) -> State:
        for item in node.statements:
            state = self._yul_statement(item, state)
        return state

    def _yul_statement(self, node: yul.YulStatement, state: State) -> State:
        if state is None:
            return None
        match node:
            case yul.YulBlock():
                return self._yul_block(node, state)
            case yul.YulVariableDeclaration():
                return self._yul_expression(node.value, state)
            case yul.YulAssignment():
                state = self._yul_expression(node.value, state)
                for target in node.targets:
                    reference = self._analysis.yul_references.get(target.node_id)
                    if reference is not None and state is not None:
                        state = state - {reference.variable}
                return state
            case yul.YulExpressionStatement():
                return self._yul_expression(node.expression, state)
            case yul.YulIf():
                state = self._yul_expression(node.condition, state)
                return merge(state, self._yul_block(node.body, state))
            case yul.YulSwitch():
                state = self._yul_expression(node.value, state)
                ends = [self._yul_block(case.body, state) for case in node.cases]
                if node.default is not None:
                    return merge(*ends, self._yul_block(node.default, state))
                return merge(state, *ends)
            case yul.YulFor():
                return self._yul_for(node, state)
            case yul.YulBreak():
                self._breaks.append(state)
                return None
            case yul.YulContinue():
                self._continues.append(state)
                return None
        return state

    def _yul_for(self, node: yul.YulFor, state: State) -> State:
        outer = (self._breaks, self._continues)
        self._breaks, self._continues = [], []
        state = self._yul_block(node.initial, state)
        state = self._yul_expression(node.condition, state)
        body = self._yul_block(node.body, state)
        body = self._yul_block(node.step, merge(body, *self._continues))
        end = merge(state, body, *self._breaks)
        self._breaks, self._continues = outer
        return end

    def _yul_expression(self, node: yul.YulExpression | None, state: State) -> State:
        if state is None or node is None:
            return state
        match node:
            case yul.YulIdentifier():
                reference = self._analysis.yul_references.get(node.node_id)
                if reference is not None and reference.variable in state:
                    return state | {Use(reference.variable, node)}
            case yul.YulCall():
                for argument in reversed(node.arguments):
                    state = self._yul_expression(argument, state)
                if node.name.name in _ENDING_INSTRUCTIONS:
                    return None
        return state


def _is_pointer(variable: VariableSymbol) -> bool:
    return variable.type.location in _POINTERS
