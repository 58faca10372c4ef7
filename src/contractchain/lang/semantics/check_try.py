"""Checks `try` and its clauses."""

from __future__ import annotations

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import CallKind
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_bodies import BodyChecker
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    BytesType,
    FunctionTypeKind,
    IntegerType,
    StringType,
    Type,
)

_MEMORY = ast.DataLocation.MEMORY
_UNCHECKED_CALLS = (
    Builtin.ADDRESS_CALL,
    Builtin.ADDRESS_DELEGATECALL,
    Builtin.ADDRESS_STATICCALL,
    Builtin.ADDRESS_SEND,
)


class TryChecker(BodyChecker):
    """Checks what is called, what it returns, and what is caught."""

    def check_try(self, node: ast.TryStatement) -> None:
        """Check a `try` statement."""
        info = self.expressions.check(node.call)
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
                self.context.type_error(
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
        outer = self.enter()
        symbols = self._clause_variables(node.returns, VariableKind.RETURN)
        if node.returns is not None and returned is not None:
            if len(symbols) != len(returned):
                self.context.type_error(
                    2800,
                    f"the call returns {len(returned)} values but `returns` has {len(symbols)}",
                    node.returns.span,
                )
            else:
                for symbol, type_ in zip(symbols, returned, strict=True):
                    if symbol.type not in (type_, UNKNOWN):
                        self.context.type_error(
                            6509,
                            f"the call returns a `{type_}` here, not a `{symbol.type}`",
                            symbol.node.span,
                        )
        self.check_statement(node.block)
        self.frame.scope = outer

    def _clause_variables(
        self, nodes: ast.ParameterList | None, kind: VariableKind
    ) -> tuple[VariableSymbol, ...]:
        symbols = self.variables.resolve_parameters(
            nodes, kind, self.frame.scope, self.frame.contract, (_MEMORY,)
        )
        for symbol in symbols:
            self.declare(symbol)
        return symbols

    def _check_clauses(self, node: ast.TryStatement) -> None:
        seen: set[str] = set()
        for clause in node.clauses:
            outer = self.enter()
            symbols = self._clause_variables(clause.parameters, VariableKind.PARAMETER)
            types = tuple(item.type for item in symbols)
            self._check_clause(clause, types)
            if clause.error_name in seen:
                self.context.type_error(
                    {"": 5320, "Error": 1036}.get(clause.error_name, 6732),
                    "there is a clause like this already",
                    clause.span,
                )
            seen.add(clause.error_name)
            self.check_statement(clause.block)
            self.frame.scope = outer

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
                self.context.type_error(
                    3542,
                    f"there is no clause `catch {clause.error_name}`",
                    clause.span,
                    hint="there are `catch Error(string memory x)`, `catch Panic(uint256 x)`"
                    " and `catch (bytes memory x)`",
                )
                return
        if not fits and UNKNOWN not in types:
            self.context.type_error(code, f"this clause must be `catch {shape}`", clause.span)
