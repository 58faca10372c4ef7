"""Checks inline assembly: names, numbers of values, and what it may use of Solidity."""

from __future__ import annotations

from contractchain.lang import ast
from contractchain.lang.ast import yul
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.semantics.annotations import YulReference, YulReferenceKind
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.checking import Frame
from contractchain.lang.semantics.context import Context, suggest
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
)
from contractchain.lang.semantics.yul_builtins import YUL_BUILTINS, YulBuiltin
from contractchain.lang.semantics.yul_scopes import YulScope
from contractchain.lang.source import Span

_SUFFIXES = {
    "slot": YulReferenceKind.SLOT,
    "offset": YulReferenceKind.OFFSET,
    "length": YulReferenceKind.LENGTH,
    "address": YulReferenceKind.ADDRESS,
    "selector": YulReferenceKind.SELECTOR,
}


class YulChecker:
    """Checks one block of assembly at a time."""

    def __init__(self, context: Context, expressions: ExpressionChecker) -> None:
        self._context = context
        self._expressions = expressions
        self._frame: Frame
        self._scope: YulScope
        self._loops = 0

    def check(self, node: ast.InlineAssembly, frame: Frame) -> None:
        """Check the assembly `node`."""
        self._frame = frame
        self._scope = YulScope(None)
        self._loops = 0
        for flag in node.flags:
            if flag != "memory-safe":
                self._context.warning(4430, f"unknown assembly flag `{flag}`", node.span)
        if node.flags.count("memory-safe") > 1:
            self._context.syntax_error(7026, "an assembly flag is given twice", node.span)
        self._check_block(node.body, YulScope(None))

    def _error(self, code: int, message: str, span: Span, hint: str | None = None) -> None:
        self._context.declaration_error(code, message, span, hint=hint)

    def _type_error(self, code: int, message: str, span: Span, hint: str | None = None) -> None:
        self._context.type_error(code, message, span, hint=hint)

    # statements

    def _check_block(self, node: yul.YulBlock, scope: YulScope) -> None:
        outer, self._scope = getattr(self, "_scope", None), scope
        for item in node.statements:
            if isinstance(item, yul.YulFunctionDefinition):
                self._declare(item.name, item.span)
                scope.functions[item.name] = (len(item.parameters), len(item.returns))
        for item in node.statements:
            self._check_statement(item)
        if outer is not None:
            self._scope = outer

    def _inner(self, node: yul.YulBlock) -> None:
        self._check_block(node, YulScope(self._scope))

    def _declare(self, name: str, span: Span, *, is_let: bool = False) -> None:
        if "." in name:
            self._error(3927, "a name of assembly cannot contain a dot", span)
        elif name in YUL_BUILTINS:
            self._context.report(
                DiagnosticKind.PARSER_ERROR,
                5568,
                f"`{name}` is an instruction and cannot be declared",
                span,
            )
        elif name in ("this", "super", "_"):
            self._error(4113, f"`{name}` cannot be a name of assembly", span)
        elif self._scope.has(name):
            self._error(1052, f"`{name}` is declared already", span)
        elif is_let:
            found = self._frame.scope.find(name)
            if found and not self._is_language(name):
                self._error(3859, f"`{name}` is declared outside the assembly already", span)

    def _is_language(self, name: str) -> bool:
        scope = self._frame.scope
        while scope.parent is not None:
            if scope.own(name):
                return False
            scope = scope.parent
        return True

    def _check_statement(self, node: yul.YulStatement) -> None:
        match node:
            case yul.YulBlock():
                self._inner(node)
            case yul.YulVariableDeclaration():
                if node.value is not None:
                    self._expect(node.value, len(node.variables))
                for item in node.variables:
                    self._declare(item.name, item.span, is_let=True)
                    self._scope.variables.add(item.name)
            case yul.YulAssignment():
                self._expect(node.value, len(node.targets))
                seen: set[str] = set()
                for item in node.targets:
                    if item.name in seen:
                        self._error(9005, f"`{item.name}` is assigned twice", item.span)
                    seen.add(item.name)
                    self._check_name(item, is_written=True)
            case yul.YulExpressionStatement():
                self._expect(node.expression, 0)
            case yul.YulIf():
                self._expect(node.condition, 1)
                self._inner(node.body)
            case yul.YulSwitch():
                self._check_switch(node)
            case yul.YulFor():
                self._check_for(node)
            case yul.YulFunctionDefinition():
                self._check_function(node)
            case yul.YulBreak() | yul.YulContinue():
                if not self._loops:
                    self._context.report(
                        DiagnosticKind.SYNTAX_ERROR,
                        2592,
                        "this can only stand in a loop",
                        node.span,
                    )
            case yul.YulLeave():
                if not self._scope.is_in_function:
                    self._context.report(
                        DiagnosticKind.SYNTAX_ERROR,
                        8149,
                        "`leave` can only stand in a function of assembly",
                        node.span,
                    )

    def _check_switch(self, node: yul.YulSwitch) -> None:
        self._expect(node.value, 1)
        seen: set[int] = set()
        for case in node.cases:
            self._check_literal(case.literal)
            if case.literal.value in seen:
                self._error(6792, "this case is there already", case.span)
            seen.add(case.literal.value)
            self._inner(case.body)
        if node.default is not None:
            self._inner(node.default)

    def _check_for(self, node: yul.YulFor) -> None:
        outer = self._scope
        self._scope = YulScope(outer)
        loops, self._loops = self._loops, 0
        for item in node.initial.statements:
            if isinstance(item, yul.YulFunctionDefinition):
                self._context.syntax_error(
                    3441, "no function can be defined in the head of a loop", item.span
                )
                continue
            self._check_statement(item)
        self._expect(node.condition, 1)
        self._inner(node.step)
        self._loops = loops + 1
        self._inner(node.body)
        self._loops = loops
        self._scope = outer

    def _check_function(self, node: yul.YulFunctionDefinition) -> None:
        outer, loops = self._scope, self._loops
        self._loops = 0
        inside = YulScope(outer, is_function=True)
        self._scope = inside
        for item in (*node.parameters, *node.returns):
            self._declare(item.name, item.span)
            inside.variables.add(item.name)
        self._check_block(node.body, YulScope(inside))
        self._scope, self._loops = outer, loops

    # expressions

    def _expect(self, node: yul.YulExpression, values: int) -> None:
        """Check `node` and that it has as many values as are needed."""
        got = self._check_expression(node)
        if got is None or got == values:
            return
        if values == 0:
            self._type_error(
                3083,
                f"this has {got} values that nothing takes",
                node.span,
                "`pop(...)` drops a value",
            )
        else:
            self._type_error(
                3812 if values != 1 else 3950,
                f"{values} {'value is' if values == 1 else 'values are'} needed,"
                f" and this has {got}",
                node.span,
            )

    def _check_expression(self, node: yul.YulExpression) -> int | None:
        """Return the number of values of `node`; `None` after a fault."""
        match node:
            case yul.YulLiteral():
                self._check_literal(node)
                return 1
            case yul.YulIdentifier():
                self._check_name(node, is_written=False)
                return 1
            case yul.YulCall():
                return self._check_call(node)
        return None

    def _check_literal(self, node: yul.YulLiteral) -> None:
        if node.kind is yul.YulLiteralKind.STRING and len(node.text) > 32:
            self._type_error(3069, "a string of assembly has at most 32 bytes", node.span)

    def _check_call(self, node: yul.YulCall) -> int | None:
        name = node.name.name
        builtin = YUL_BUILTINS.get(name)
        if builtin is not None:
            return self._check_instruction(node, builtin)
        found = self._scope.find_function(name)
        if found is None:
            for argument in node.arguments:
                self._check_expression(argument)
            if self._scope.find_variable(name):
                self._error(4202, f"`{name}` is a variable and cannot be called", node.name.span)
            elif self._frame.scope.find(name):
                self._error(
                    4619,
                    f"`{name}` cannot be called from assembly",
                    node.name.span,
                    "functions of Solidity are not visible in assembly",
                )
            else:
                self._error(
                    4619,
                    f"there is no function or instruction `{name}`",
                    node.name.span,
                    suggest(name, self._callable_names()),
                )
            return None
        wanted, returned = found
        self._check_arguments(node, wanted)
        return returned

    def _callable_names(self) -> list[str]:
        names = list(YUL_BUILTINS)
        scope: YulScope | None = self._scope
        while scope is not None:
            names += scope.functions
            scope = scope.parent
        return names

    def _check_instruction(self, node: yul.YulCall, builtin: YulBuiltin) -> int | None:
        if builtin.takes_name:
            self._type_error(
                9114, f"`{node.name.name}` cannot be used in inline assembly", node.span
            )
            return None
        self._check_arguments(node, builtin.arguments)
        return builtin.returns

    def _check_arguments(self, node: yul.YulCall, wanted: int) -> None:
        if len(node.arguments) != wanted:
            self._type_error(
                7000,
                f"`{node.name.name}` takes {wanted} arguments but gets {len(node.arguments)}",
                node.span,
            )
        for argument in node.arguments:
            self._expect(argument, 1)

    # names

    def _check_name(self, node: yul.YulIdentifier, *, is_written: bool) -> None:
        name = node.name
        if self._scope.find_variable(name):
            return
        if self._scope.find_function(name) is not None:
            self._error(6041, f"`{name}` is a function", node.span)
            return
        if name in YUL_BUILTINS:
            self._context.report(
                DiagnosticKind.PARSER_ERROR,
                7104,
                f"`{name}` is an instruction and must be called",
                node.span,
            )
            return
        base, _, suffix = name.rpartition(".")
        if not base or suffix not in _SUFFIXES:
            base, suffix = name, ""
        found = self._frame.scope.find(base)
        if not found:
            self._error(
                8198,
                f"`{name}` is not declared",
                node.span,
                suggest(name, (*self._scope.variables, *self._frame.scope.all_names())),
            )
            return
        symbol = found[0]
        if not isinstance(symbol, VariableSymbol):
            self._type_error(
                2025, f"`{name}` cannot be used in assembly: only variables can", node.span
            )
            return
        if self._scope.is_in_function and symbol.kind not in (
            VariableKind.STATE,
            VariableKind.FILE_CONSTANT,
        ):
            self._error(
                6578,
                "a function of assembly cannot use local variables of Solidity",
                node.span,
                "pass the value as an argument",
            )
            return
        kind = self._reference_kind(node, symbol, suffix, is_written=is_written)
        if kind is not None:
            reference = YulReference(kind=kind, variable=symbol)
            self._context.analysis.yul_references[node.node_id] = reference

    def _reference_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        type_ = symbol.type
        is_state = symbol.kind in (VariableKind.STATE, VariableKind.FILE_CONSTANT)
        if symbol.is_immutable:
            self._type_error(3773, "assembly cannot use immutable variables", node.span)
            return None
        if is_state and symbol.is_constant:
            return self._constant_kind(node, symbol, suffix, is_written=is_written)
        if is_state or type_.location is ast.DataLocation.STORAGE:
            return self._storage_kind(node, symbol, suffix, is_written=is_written)
        if isinstance(type_, (ArrayType, ByteSequenceType, ArraySliceType)) and (
            type_.location is ast.DataLocation.CALLDATA
        ):
            is_dynamic = not isinstance(type_, ArrayType) or type_.length is None
            if is_dynamic:
                if suffix not in ("offset", "length"):
                    self._type_error(
                        1397,
                        f"`{symbol.name}` is two values",
                        node.span,
                        f"use `{symbol.name}.offset` and `{symbol.name}.length`",
                    )
                    return None
                return _SUFFIXES[suffix]
        if isinstance(type_, FunctionType) and type_.kind is FunctionTypeKind.EXTERNAL:
            if suffix not in ("selector", "address"):
                self._type_error(
                    9272 if suffix else 9857,
                    f"`{symbol.name}` is two values",
                    node.span,
                    f"use `{symbol.name}.selector` and `{symbol.name}.address`",
                )
                return None
            return _SUFFIXES[suffix]
        if suffix:
            self._type_error(3622, f"`{symbol.name}` has no `.{suffix}` in assembly", node.span)
            return None
        return YulReferenceKind.LOCAL

    def _constant_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        if suffix:
            self._type_error(6617, f"a constant has no `.{suffix}`", node.span)
            return None
        if is_written:
            self._type_error(6252, f"`{symbol.name}` is constant", node.span)
            return None
        value = symbol.node.value
        if value is not None and not self._is_direct(value, symbol):
            self._type_error(
                7615,
                "assembly can only use constants whose value is a literal",
                node.span,
            )
            return None
        return YulReferenceKind.CONSTANT

    def _is_direct(self, value: ast.Expression, symbol: VariableSymbol, depth: int = 0) -> bool:
        """Return whether the value of a constant is a literal, or another such constant."""
        scope = self._context.scope_of(symbol)
        if isinstance(value, ast.Literal):
            return True
        if isinstance(value, ast.Identifier) and depth < 32:
            found = scope.find(value.name)
            other = found[0] if found else None
            if isinstance(other, VariableSymbol) and other.is_constant and other.node.value:
                return self._is_direct(other.node.value, other, depth + 1)
            return False
        return self._expressions.type_resolver.constants.evaluate(value, scope) is not None

    def _storage_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        is_state = symbol.kind is VariableKind.STATE
        is_pointer = symbol.type.is_reference or isinstance(symbol.type, MappingType)
        if suffix not in ("slot", "offset"):
            if suffix:
                self._type_error(4656, f"a variable in storage has no `.{suffix}`", node.span)
            elif is_state:
                self._context.declaration_error(
                    1408,
                    f"the state variable `{symbol.name}` is not a value of assembly",
                    node.span,
                    hint=f"use `{symbol.name}.slot` with `sload` and `sstore`",
                )
            else:
                self._type_error(
                    9068,
                    f"`{symbol.name}` is in storage",
                    node.span,
                    f"use `{symbol.name}.slot`",
                )
            return None
        if is_written and is_state:
            self._type_error(4713, "the place of a state variable cannot be changed", node.span)
            return None
        if is_written and (suffix != "slot" or not is_pointer):
            self._type_error(9739, f"only `{symbol.name}.slot` can be assigned", node.span)
            return None
        return _SUFFIXES[suffix]
