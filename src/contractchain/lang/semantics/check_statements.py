"""Checks statements, and declares the variables in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contractchain.lang import ast
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_calls import strip
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.check_try import TryChecker
from contractchain.lang.semantics.check_yul import YulChecker
from contractchain.lang.semantics.checking import Frame, conversion_hint
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.resolve_variables import ANY_LOCATION, VariableResolver
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    TupleType,
    Type,
)

_MEMORY = ast.DataLocation.MEMORY
_UNCHECKED_CALLS = (
    Builtin.ADDRESS_CALL,
    Builtin.ADDRESS_DELEGATECALL,
    Builtin.ADDRESS_STATICCALL,
    Builtin.ADDRESS_SEND,
)


class StatementChecker(TryChecker):
    """Checks the bodies of functions and modifiers."""

    def __init__(
        self, context: Context, expressions: ExpressionChecker, variables: VariableResolver
    ) -> None:
        self.context = context
        self.expressions = expressions
        self.variables = variables
        self._yul = YulChecker(context, expressions)
        self.frame: Frame
        self._loops = 0
        self._is_unchecked = False
        self._plain: dict[type[Any], Callable[[Any], None]] = {
            ast.Block: self.check_block,
            ast.PlaceholderStatement: self._check_placeholder,
            ast.IfStatement: self._check_if,
            ast.WhileStatement: self._check_while,
            ast.ForStatement: self._check_for,
            ast.ContinueStatement: self._check_jump,
            ast.BreakStatement: self._check_jump,
            ast.ReturnStatement: self._check_return,
            ast.EmitStatement: self._check_emit,
            ast.RevertStatement: self._check_revert,
            ast.TryStatement: self.check_try,
            ast.VariableDeclarationStatement: self._check_declaration,
            ast.ExpressionStatement: self._check_expression,
            ast.InlineAssembly: self._check_assembly,
        }

    def check_body(self, frame: Frame, block: ast.Block) -> None:
        """Check `block`, the body of a function or modifier whose parameters are in scope."""
        self.frame = frame
        self.expressions.frame = frame
        self._loops = 0
        self._is_unchecked = False
        self.check_block(block)

    def check_statement(self, node: ast.Statement) -> None:
        self._plain[type(node)](node)

    # blocks and control flow

    def check_block(self, node: ast.Block) -> None:
        """Check a block with a scope of its own."""
        outer = self.enter()
        was_unchecked = self._is_unchecked
        if node.is_unchecked:
            if was_unchecked:
                self.context.syntax_error(1941, "`unchecked` is already in force here", node.span)
            self._is_unchecked = True
        for item in node.statements:
            self.check_statement(item)
        self._is_unchecked = was_unchecked
        self.frame.scope = outer

    def _check_placeholder(self, node: ast.PlaceholderStatement) -> None:
        if not self.frame.is_modifier and self.frame.scope.find("_"):
            return
        if not self.frame.is_modifier:
            self.context.declaration_error(7576, "`_;` can only stand in a modifier", node.span)
        elif self._is_unchecked:
            self.context.syntax_error(2573, "`_;` cannot stand in an `unchecked` block", node.span)

    def _check_condition(self, node: ast.Expression) -> None:
        self.expressions.check_expecting(node, BOOL, "the condition")

    def _check_nested(self, node: ast.Statement) -> None:
        outer = self.enter()
        self.check_statement(node)
        self.frame.scope = outer

    def _check_if(self, node: ast.IfStatement) -> None:
        current: ast.Statement | None = node
        while isinstance(current, ast.IfStatement):
            self._check_condition(current.condition)
            self._check_nested(current.if_true)
            current = current.if_false
        if current is not None:
            self._check_nested(current)

    def _check_while(self, node: ast.WhileStatement) -> None:
        self._check_condition(node.condition)
        self._check_loop(node.body)

    def _check_loop(self, body: ast.Statement) -> None:
        self._loops += 1
        self._check_nested(body)
        self._loops -= 1

    def _check_for(self, node: ast.ForStatement) -> None:
        outer = self.enter()
        if node.initial is not None:
            self.check_statement(node.initial)
        if node.condition is not None:
            self._check_condition(node.condition)
        if node.step is not None:
            self.expressions.check(node.step)
        self._check_loop(node.body)
        self.frame.scope = outer

    def _check_jump(self, node: ast.ContinueStatement | ast.BreakStatement) -> None:
        if self._loops == 0:
            is_continue = isinstance(node, ast.ContinueStatement)
            self.context.syntax_error(
                4123 if is_continue else 6102,
                f"`{'continue' if is_continue else 'break'}` can only stand in a loop",
                node.span,
            )

    def _check_return(self, node: ast.ReturnStatement) -> None:
        function = self.frame.function
        if function is not None:
            self.context.analysis.returns[node.node_id] = function
        wanted = () if function is None else tuple(item.type for item in function.returns)
        if node.value is None:
            if wanted and function is not None:
                self.context.type_error(
                    6777,
                    "a value must be returned",
                    node.span,
                    hint=f"`{function.name}` returns ({', '.join(map(str, wanted))})",
                    notes=declared_here(function),
                )
            return
        info = self.expressions.check(node.value)
        if self.frame.is_modifier:
            self.context.type_error(7552, "a modifier returns nothing", node.span)
            return
        if info.type is UNKNOWN:
            return
        given = info.type.components if isinstance(info.type, TupleType) else (info.type,)
        if len(given) != len(wanted):
            name = "the function" if function is None else f"`{function.name}`"
            self.context.type_error(
                5132 if isinstance(info.type, TupleType) else 8863,
                f"{name} returns {_count_values(len(wanted))},"
                f" but {_count_values(len(given))} {'is' if len(given) == 1 else 'are'} given here",
                node.value.span,
                hint="declare them with `returns (...)`" if not wanted else None,
            )
            return
        target: Type = TupleType(wanted) if isinstance(info.type, TupleType) else wanted[0]
        code = 5992 if isinstance(info.type, TupleType) else 6359
        self.expressions.expect(node.value, target, "the returned value", code)

    # events and errors

    def _check_emit(self, node: ast.EmitStatement) -> None:
        self.expressions.allowed_logs.add(node.call.node_id)
        info = self.expressions.check(node.call)
        callee = self.context.analysis.expressions[node.call.callee.node_id].type
        is_event = isinstance(callee, FunctionType) and callee.kind is FunctionTypeKind.EVENT
        if not is_event and callee is not UNKNOWN and info is not None:
            self.context.type_error(9292, "only events can be emitted", node.call.span)

    def _check_revert(self, node: ast.RevertStatement) -> None:
        self.expressions.allowed_logs.add(node.call.node_id)
        self.expressions.check(node.call)
        callee = self.context.analysis.expressions[node.call.callee.node_id].type
        is_error = isinstance(callee, FunctionType) and callee.kind is FunctionTypeKind.ERROR
        if not is_error and callee is not UNKNOWN:
            self.context.type_error(1885, "only errors can stand after `revert`", node.call.span)

    # expressions and declarations

    def _check_expression(self, node: ast.ExpressionStatement) -> None:
        info = self.expressions.check(node.expression)
        expression = strip(node.expression)
        call = info.call
        if call is not None and call.builtin in _UNCHECKED_CALLS and call.type is not None:
            name = call.builtin.value if call.builtin is not None else ""
            self.context.warning(
                9302,
                f"the result of `{name}` is not used",
                node.span,
                hint="check whether the call succeeded",
            )
        if info.is_pure and not isinstance(expression, ast.FunctionCall):
            self.context.warning(6133, "this statement has no effect", node.span)

    def _check_declaration(self, node: ast.VariableDeclarationStatement) -> None:
        value = None if node.value is None else self.expressions.check(node.value).type
        symbols = [
            None if item is None else self._resolve_local(item) for item in node.declarations
        ]
        if node.value is not None and value is not None:
            self._check_initial(node, node.value, value, symbols)
        else:
            for symbol in symbols:
                if symbol is not None and isinstance(symbol.type, MappingType):
                    self.context.type_error(
                        4182,
                        f"the mapping `{symbol.name}` refers to nothing",
                        symbol.node.span,
                        hint="give it a mapping in storage: `= stateVariable`",
                    )
        for symbol in symbols:
            if symbol is not None:
                self.declare(symbol)

    def _resolve_local(self, item: ast.VariableDeclaration) -> VariableSymbol:
        return self.variables.resolve_local(
            item, VariableKind.LOCAL, self.frame.scope, self.frame.contract, ANY_LOCATION
        )

    def _check_initial(
        self,
        node: ast.VariableDeclarationStatement,
        written: ast.Expression,
        value: Type,
        symbols: list[VariableSymbol | None],
    ) -> None:
        if value is UNKNOWN:
            return
        given: tuple[Type | None, ...]
        given = value.components if isinstance(value, TupleType) else (value,)
        if len(given) != len(symbols):
            self.context.type_error(
                7364,
                f"{len(symbols)} variables are declared, and the right side has"
                f" {len(given)} {'value' if len(given) == 1 else 'values'}",
                node.span,
                hint=None
                if len(given) < 2
                else "leave a gap for a value that is not needed: `(a, )`",
            )
            return
        for symbol, source in zip(symbols, given, strict=True):
            if symbol is None or source is None or symbol.type is UNKNOWN:
                continue
            if not is_implicitly_convertible(source, symbol.type):
                text = self.expressions.source_text(written.span)
                self.context.type_error(
                    9574,
                    f"`{symbol.name}` is a `{symbol.type}` but its value is a `{source}`",
                    node.span,
                    hint=conversion_hint(source, symbol.type, text),
                )

    # assembly

    def _check_assembly(self, node: ast.InlineAssembly) -> None:
        self.context.unit_of(node.span).has_assembly = True
        self._yul.check(node, self.frame)


def declare_all(checker: StatementChecker, symbols: tuple[VariableSymbol, ...]) -> None:
    """Put parameters or return values in the innermost scope."""
    for symbol in symbols:
        checker.declare(symbol)


def _count_values(number: int) -> str:
    return {0: "nothing", 1: "one value"}.get(number, f"{number} values")
