"""What the checkers of statements share: scopes, and the declaration of variables."""

from __future__ import annotations

from contractchain.lang import ast
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.checking import Frame
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.declare import check_name
from contractchain.lang.semantics.resolve_variables import VariableResolver
from contractchain.lang.semantics.scopes import ContractScope, FileScope, Scope
from contractchain.lang.semantics.symbols import VariableSymbol

_MEMORY = ast.DataLocation.MEMORY
_UNCHECKED_CALLS = (
    Builtin.ADDRESS_CALL,
    Builtin.ADDRESS_DELEGATECALL,
    Builtin.ADDRESS_STATICCALL,
    Builtin.ADDRESS_SEND,
)


class BodyChecker:
    """State of the check of one body, and its scopes."""

    def __init__(
        self, context: Context, expressions: ExpressionChecker, variables: VariableResolver
    ) -> None:
        self.context = context
        self.expressions = expressions
        self.variables = variables
        self.frame: Frame

    def check_statement(self, node: ast.Statement) -> None:
        """Check `node` and everything in it."""
        raise NotImplementedError

    def declare(self, symbol: VariableSymbol) -> None:
        """Put a variable in the innermost scope."""
        if not symbol.name:
            return
        check_name(self.context, symbol)
        scope = self.frame.scope
        previous = scope.declare(symbol)
        if previous is not None:
            self.context.declaration_error(
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
                self.context.warning(
                    2319 if builtin else 2519,
                    f"`{symbol.name}` hides "
                    + ("a name of the language" if builtin else "another declaration"),
                    symbol.span,
                    hint=None if is_outer else "rename one of them",
                )
                return
            scope = scope.parent

    def enter(self) -> Scope:
        """Open a scope and return the one around it."""
        outer = self.frame.scope
        self.frame.scope = Scope(outer)
        return outer
