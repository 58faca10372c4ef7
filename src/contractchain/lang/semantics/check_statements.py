"""Checks statements, and declares the variables in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import CallKind
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_calls import strip
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.check_yul import YulChecker
from contractchain.lang.semantics.checking import Frame, conversion_hint
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.declare import check_name
from contractchain.lang.semantics.resolve_variables import ANY_LOCATION, VariableResolver
from contractchain.lang.semantics.scopes import ContractScope, FileScope, Scope
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    BytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    MappingType,
    StringType,
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


class StatementChecker:
    """Checks the bodies of functions and modifiers."""

    def __init__(
        self, context: Context, expressions: ExpressionChecker, variables: VariableResolver
    ) -> None:
        self._context = context
        self._expressions = expressions
        self._variables = variables
        self._yul = YulChecker(context, expressions)
        self._frame: Frame
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
            ast.TryStatement: self._check_try,
            ast.VariableDeclarationStatement: self._check_declaration,
            ast.ExpressionStatement: self._check_expression,
            ast.InlineAssembly: self._check_assembly,
        }

    def check_body(self, frame: Frame, block: ast.Block) -> None:
        """Check `block`, the body of a function or modifier whose parameters are in scope."""
        self._frame = frame
        self._expressions.frame = frame
        self._loops = 0
        self._is_unchecked = False
        self.check_block(block)

    def _check(self, node: ast.Statement) -> None:
        self._plain[type(node)](node)

    # scopes

    def declare(self, symbol: VariableSymbol) -> None:
        """Put a variable in the innermost scope."""
        if not symbol.name:
            return
        check_name(self._context, symbol)
        scope = self._frame.scope
        previous = scope.declare(symbol)
        if previous is not None:
            self._context.declaration_error(
                2333,
                f"`{symbol.name}` is declared already",
                symbol.span,
                notes=declared_here(previous, "the first declaration"),
            )
            return
        self._warn_if_shadowing(symbol, scope.parent)

    def _warn_if_shadowing(self, symbol: VariableSymbol, scope: Scope | None) -> None:
        while scope is not None:
            found = scope.own(symbol.name)
            if found:
                builtin = scope.parent is None
                is_outer = isinstance(scope, (ContractScope, FileScope))
                self._context.warning(
                    2319 if builtin else 2519,
                    f"`{symbol.name}` hides "
                    + ("a name of the language" if builtin else "another declaration"),
                    symbol.span,
                    hint=None if is_outer else "rename one of them",
                )
                return
            scope = scope.parent

    def _enter(self) -> Scope:
        outer = self._frame.scope
        self._frame.scope = Scope(outer)
        return outer

    # blocks and control flow

    def check_block(self, node: ast.Block) -> None:
        """Check a block with a scope of its own."""
        outer = self._enter()
        was_unchecked = self._is_unchecked
        if node.is_unchecked:
            if was_unchecked:
                self._context.syntax_error(1941, "`unchecked` is already in force here", node.span)
            self._is_unchecked = True
        for item in node.statements:
            self._check(item)
        self._is_unchecked = was_unchecked
        self._frame.scope = outer

    def _check_placeholder(self, node: ast.PlaceholderStatement) -> None:
        if not self._frame.is_modifier and self._frame.scope.find("_"):
            return
        if not self._frame.is_modifier:
            self._context.declaration_error(7576, "`_;` can only stand in a modifier", node.span)
        elif self._is_unchecked:
            self._context.syntax_error(2573, "`_;` cannot stand in an `unchecked` block", node.span)

    def _check_condition(self, node: ast.Expression) -> None:
        self._expressions.check_expecting(node, BOOL, "the condition")

    def _check_nested(self, node: ast.Statement) -> None:
        outer = self._enter()
        self._check(node)
        self._frame.scope = outer

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
        outer = self._enter()
        if node.initial is not None:
            self._check(node.initial)
        if node.condition is not None:
            self._check_condition(node.condition)
        if node.step is not None:
            self._expressions.check(node.step)
        self._check_loop(node.body)
        self._frame.scope = outer

    def _check_jump(self, node: ast.ContinueStatement | ast.BreakStatement) -> None:
        if self._loops == 0:
            is_continue = isinstance(node, ast.ContinueStatement)
            self._context.syntax_error(
                4123 if is_continue else 6102,
                f"`{'continue' if is_continue else 'break'}` can only stand in a loop",
                node.span,
            )

    def _check_return(self, node: ast.ReturnStatement) -> None:
        function = self._frame.function
        if function is not None:
            self._context.analysis.returns[node.node_id] = function
        wanted = () if function is None else tuple(item.type for item in function.returns)
        if node.value is None:
            if wanted and function is not None:
                self._context.type_error(
                    6777,
                    "a value must be returned",
                    node.span,
                    hint=f"`{function.name}` returns ({', '.join(map(str, wanted))})",
                    notes=declared_here(function),
                )
            return
        info = self._expressions.check(node.value)
        if self._frame.is_modifier:
            self._context.type_error(7552, "a modifier returns nothing", node.span)
            return
        if info.type is UNKNOWN:
            return
        given = info.type.components if isinstance(info.type, TupleType) else (info.type,)
        if len(given) != len(wanted):
            name = "the function" if function is None else f"`{function.name}`"
            self._context.type_error(
                5132 if isinstance(info.type, TupleType) else 8863,
                f"{name} returns {len(wanted)} values but {len(given)} are given here",
                node.value.span,
                hint="declare them with `returns (...)`" if not wanted else None,
            )
            return
        target: Type = TupleType(wanted) if isinstance(info.type, TupleType) else wanted[0]
        code = 5992 if isinstance(info.type, TupleType) else 6359
        self._expressions.expect(node.value, target, "the returned value", code)

    # events and errors

    def _check_emit(self, node: ast.EmitStatement) -> None:
        self._expressions.allowed_logs.add(node.call.node_id)
        info = self._expressions.check(node.call)
        callee = self._context.analysis.expressions[node.call.callee.node_id].type
        is_event = isinstance(callee, FunctionType) and callee.kind is FunctionTypeKind.EVENT
        if not is_event and callee is not UNKNOWN and info is not None:
            self._context.type_error(9292, "only events can be emitted", node.call.span)

    def _check_revert(self, node: ast.RevertStatement) -> None:
        self._expressions.allowed_logs.add(node.call.node_id)
        self._expressions.check(node.call)
        callee = self._context.analysis.expressions[node.call.callee.node_id].type
        is_error = isinstance(callee, FunctionType) and callee.kind is FunctionTypeKind.ERROR
        if not is_error and callee is not UNKNOWN:
            self._context.type_error(1885, "only errors can stand after `revert`", node.call.span)

    # expressions and declarations

    def _check_expression(self, node: ast.ExpressionStatement) -> None:
        info = self._expressions.check(node.expression)
        expression = strip(node.expression)
        call = info.call
        if call is not None and call.builtin in _UNCHECKED_CALLS and call.type is not None:
            name = call.builtin.value if call.builtin is not None else ""
            self._context.warning(
                9302,
                f"the result of `{name}` is not used",
                node.span,
                hint="check whether the call succeeded",
            )
        if info.is_pure and not isinstance(expression, ast.FunctionCall):
            self._context.warning(6133, "this statement has no effect", node.span)

    def _check_declaration(self, node: ast.VariableDeclarationStatement) -> None:
        value = None if node.value is None else self._expressions.check(node.value).type
        symbols = [
            None if item is None else self._resolve_local(item) for item in node.declarations
        ]
        if node.value is not None and value is not None:
            self._check_initial(node, node.value, value, symbols)
        else:
            for symbol in symbols:
                if symbol is not None and isinstance(symbol.type, MappingType):
                    self._context.type_error(
                        4182,
                        f"the mapping `{symbol.name}` refers to nothing",
                        symbol.node.span,
                        hint="give it a mapping in storage: `= stateVariable`",
                    )
        for symbol in symbols:
            if symbol is not None:
                self.declare(symbol)

    def _resolve_local(self, item: ast.VariableDeclaration) -> VariableSymbol:
        return self._variables.resolve_local(
            item, VariableKind.LOCAL, self._frame.scope, self._frame.contract, ANY_LOCATION
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
            self._context.type_error(
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
                text = self._expressions.source_text(written.span)
                self._context.type_error(
                    9574,
                    f"`{symbol.name}` is a `{symbol.type}` but its value is a `{source}`",
                    node.span,
                    hint=conversion_hint(source, symbol.type, text),
                )

    # try

    def _check_try(self, node: ast.TryStatement) -> None:
        info = self._expressions.check(node.call)
        call = info.call
        kinds = (FunctionTypeKind.EXTERNAL, FunctionTypeKind.CREATION, FunctionTypeKind.DELEGATE)
        is_call = (
            call is not None
            and call.kind in (CallKind.FUNCTION, CallKind.CREATION)
            and call.type is not None
            and call.type.kind in kinds
        )
        if not is_call:
            if info.type is not UNKNOWN:
                self._context.type_error(
                    5347 if call is None else 2536,
                    "`try` works on external calls and on `new` only",
                    node.call.span,
                )
            returned: tuple[Type, ...] | None = None
        else:
            assert call is not None
            assert call.type is not None
            returned = call.type.returns
        self._check_success(node, returned)
        self._check_clauses(node)

    def _check_success(self, node: ast.TryStatement, returned: tuple[Type, ...] | None) -> None:
        outer = self._enter()
        symbols = self._clause_variables(node.returns, VariableKind.RETURN)
        if node.returns is not None and returned is not None:
            if len(symbols) != len(returned):
                self._context.type_error(
                    2800,
                    f"the call returns {len(returned)} values but `returns` has {len(symbols)}",
                    node.returns.span,
                )
            else:
                for symbol, type_ in zip(symbols, returned, strict=True):
                    if symbol.type not in (type_, UNKNOWN):
                        self._context.type_error(
                            6509,
                            f"the call returns a `{type_}` here, not a `{symbol.type}`",
                            symbol.node.span,
                        )
        self._check(node.block)
        self._frame.scope = outer

    def _clause_variables(
        self, nodes: ast.ParameterList | None, kind: VariableKind
    ) -> tuple[VariableSymbol, ...]:
        symbols = self._variables.resolve_parameters(
            nodes, kind, self._frame.scope, self._frame.contract, (_MEMORY,)
        )
        for symbol in symbols:
            self.declare(symbol)
        return symbols

    def _check_clauses(self, node: ast.TryStatement) -> None:
        seen: set[str] = set()
        for clause in node.clauses:
            outer = self._enter()
            symbols = self._clause_variables(clause.parameters, VariableKind.PARAMETER)
            types = tuple(item.type for item in symbols)
            self._check_clause(clause, types)
            if clause.error_name in seen:
                self._context.type_error(
                    {"": 5320, "Error": 1036}.get(clause.error_name, 6732),
                    "there is a clause like this already",
                    clause.span,
                )
            seen.add(clause.error_name)
            self._check(clause.block)
            self._frame.scope = outer

    def _check_clause(self, clause: ast.TryCatchClause, types: tuple[Type, ...]) -> None:
        uint256 = IntegerType(256, False)
        match clause.error_name:
            case "Error":
                fits, shape, code = types == (StringType(_MEMORY),), "Error(string memory x)", 2943
            case "Panic":
                fits, shape, code = types == (uint256,), "Panic(uint256 x)", 1271
            case "":
                fits = clause.parameters is None or types == (BytesType(_MEMORY),)
                shape, code = "(bytes memory x)", 6231
            case _:
                self._context.type_error(
                    3542,
                    f"there is no clause `catch {clause.error_name}`",
                    clause.span,
                    hint="there are `catch Error(string memory x)`, `catch Panic(uint256 x)`"
                    " and `catch (bytes memory x)`",
                )
                return
        if not fits and UNKNOWN not in types:
            self._context.type_error(code, f"this clause must be `catch {shape}`", clause.span)

    # assembly

    def _check_assembly(self, node: ast.InlineAssembly) -> None:
        self._yul.check(node, self._frame)


def declare_all(checker: StatementChecker, symbols: tuple[VariableSymbol, ...]) -> None:
    """Put parameters or return values in the innermost scope."""
    for symbol in symbols:
        checker.declare(symbol)
