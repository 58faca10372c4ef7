"""The rules that a declaration and what it overrides must follow, pair by pair."""

from collections.abc import Sequence

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.function_types import to_external
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    ModifierSymbol,
    Symbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import UNKNOWN, Type

_ORDER = {
    ast.StateMutability.PURE: 0,
    ast.StateMutability.VIEW: 1,
    ast.StateMutability.NONPAYABLE: 2,
}


class OverrideRules:
    """Checks a function, getter or modifier against each one that it overrides."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def check_pair(
        self, function: FunctionSymbol | VariableSymbol, base: FunctionSymbol | VariableSymbol
    ) -> None:
        """Check `function`, which overrides `base`."""
        notes = declared_here(base, "the overridden one")
        name = function.name or "this function"
        if isinstance(base, VariableSymbol):
            self.context.type_error(
                1452, f"`{name}` overrides a public state variable", function.span, notes=notes
            )
            return
        assert base.contract is not None
        if not base.is_virtual:
            self.context.type_error(
                4334,
                f"`{name}` overrides a function that is not virtual",
                function.span,
                hint=(
                    "rename one of them: a private function cannot be overridden"
                    if base.visibility is ast.Visibility.PRIVATE
                    else f"add `virtual` to it in `{base.contract.name}`"
                ),
                notes=notes,
            )
        if function.node.override is None and not base.contract.is_interface:
            self.context.type_error(
                9456,
                f"`{name}` overrides another function without saying so",
                function.span,
                hint="add `override`",
                notes=notes,
            )
        if isinstance(function, VariableSymbol):
            self._check_variable_pair(function, base)
            return
        both = (function.visibility, base.visibility)
        widened = (ast.Visibility.PUBLIC, ast.Visibility.EXTERNAL)
        if function.visibility is not base.visibility and both != widened:
            self.context.type_error(
                9098,
                f"`{name}` is `{function.visibility.value}` but overrides a function that is"
                f" `{base.visibility.value}`",
                function.span,
                notes=notes,
            )
        self._check_mutability(function, base)
        self._check_locations(function, base)
        if not function.is_implemented and base.is_implemented:
            self.context.type_error(
                4593,
                f"`{name}` has no body but overrides a function with one",
                function.span,
                notes=notes,
            )
        is_plain = function.kind is ast.FunctionKind.FUNCTION
        is_other = self._returns(function) != self._returns(base)
        if is_plain and is_other and not _has_unknown(function, base):
            self.context.type_error(
                4822,
                f"`{name}` returns other types than what it overrides",
                function.span,
                notes=notes,
            )

    @staticmethod
    def _returns(function: FunctionSymbol) -> tuple[Type, ...]:
        return tuple(to_external(item.type) for item in function.returns)

    def _check_mutability(self, function: FunctionSymbol, base: FunctionSymbol) -> None:
        mine, theirs = function.mutability, base.mutability
        payable = ast.StateMutability.PAYABLE
        fits = mine is theirs if payable in (mine, theirs) else _ORDER[mine] <= _ORDER[theirs]
        if not fits:
            self.context.type_error(
                6959,
                f"`{function.name}` is `{mine.value}` but overrides a function that is"
                f" `{theirs.value}`",
                function.span,
                notes=declared_here(base, "the overridden one"),
            )

    def _check_locations(self, function: FunctionSymbol, base: FunctionSymbol) -> None:
        """Report other data locations; only external functions may differ."""
        if base.visibility is ast.Visibility.EXTERNAL:
            return
        pairs = (
            (function.parameters, base.parameters, 7723),
            (function.returns, base.returns, 1443),
        )
        for mine, theirs, code in pairs:
            locations = [[i.type.location for i in items] for items in (mine, theirs)]
            if len(mine) == len(theirs) and locations[0] != locations[1]:
                self.context.type_error(
                    code,
                    f"`{function.name}` has other data locations than what it overrides",
                    function.span,
                    notes=declared_here(base, "the overridden one"),
                )

    def _check_variable_pair(self, variable: VariableSymbol, base: FunctionSymbol) -> None:
        notes = declared_here(base, "the overridden one")
        if base.visibility is not ast.Visibility.EXTERNAL:
            self.context.type_error(
                5225,
                "a public state variable can only override an external function",
                variable.span,
                notes=notes,
            )
            return
        getter = variable.getter
        assert getter is not None
        if getter.returns != self._returns(base):
            self.context.type_error(
                4822,
                f"the getter of `{variable.name}` returns other types than what it overrides",
                variable.span,
                notes=notes,
            )
        is_wrong = base.mutability is ast.StateMutability.PAYABLE or (
            base.mutability is ast.StateMutability.PURE and not variable.is_constant
        )
        if is_wrong:
            self.context.type_error(
                6959,
                f"the getter of `{variable.name}` overrides a function that is"
                f" `{base.mutability.value}`",
                variable.span,
                notes=notes,
            )

    def check_override_list(
        self,
        contract: ContractSymbol,
        function: FunctionSymbol | VariableSymbol | ModifierSymbol,
        bases: Sequence[Symbol],
    ) -> None:
        """Check the bases that `override(...)` names."""
        override = function.node.override
        if override is None:
            return
        wanted = {getattr(base, "contract", None) for base in bases}
        given: list[ContractSymbol] = []
        scope = self.context.contract_scope(contract)
        for path in override.bases:
            found = resolve_path(self.context, path, scope)
            if not found:
                return
            if not isinstance(found[0], ContractSymbol):
                self.context.type_error(9301, f"`{path.text}` is no contract", path.span)
                return
            if found[0] in given:
                self.context.type_error(4520, f"`{path.text}` is listed twice", path.span)
            given.append(found[0])
        if len(wanted) > 1 or given:
            missing = [item.name for item in wanted if item is not None and item not in given]
            surplus = [item.name for item in given if item not in wanted]
            if missing:
                names = ", ".join(sorted(item.name for item in wanted if item is not None))
                self.context.type_error(
                    4327,
                    f"`{function.name}` overrides functions of several bases",
                    override.span,
                    hint=f"write `override({names})`",
                )
            if surplus:
                self.context.type_error(
                    2353,
                    f"`override` lists {', '.join(f'`{item}`' for item in surplus)},"
                    " which has no such function",
                    override.span,
                )

    def check_modifier_pair(self, modifier: ModifierSymbol, base: ModifierSymbol) -> None:
        """Check `modifier`, which overrides `base`."""
        notes = declared_here(base, "the overridden one")
        if not base.node.is_virtual:
            self.context.type_error(
                4334,
                f"`{modifier.name}` overrides a modifier that is not virtual",
                modifier.span,
                notes=notes,
            )
        if modifier.node.override is None:
            self.context.type_error(
                9456,
                f"`{modifier.name}` overrides another modifier without saying so",
                modifier.span,
                hint="add `override`",
                notes=notes,
            )
        if modifier.parameter_types != base.parameter_types:
            self.context.type_error(
                1078,
                f"`{modifier.name}` has other parameters than what it overrides",
                modifier.span,
                notes=notes,
            )
        if modifier.node.body is None and base.node.body is not None:
            self.context.type_error(
                4593,
                f"`{modifier.name}` has no body but overrides a modifier with one",
                modifier.span,
                notes=notes,
            )


def _has_unknown(*functions: FunctionSymbol) -> bool:
    return any(item.type is UNKNOWN for function in functions for item in function.returns)
