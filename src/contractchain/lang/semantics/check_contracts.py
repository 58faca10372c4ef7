"""Checks contracts as a whole, and drives the checks of what is in them."""

from collections.abc import Iterable

from contractchain.lang import ast
from contractchain.lang.semantics.abi_coder import CoderChecker
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.check_functions import HEADER_WORDS, FunctionChecker
from contractchain.lang.semantics.check_statements import StatementChecker, declare_all
from contractchain.lang.semantics.checking import Frame
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.function_types import to_external
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import (
    BaseArguments,
    ContractSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    ModifierUse,
    UnitScope,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    UNKNOWN,
    MappingType,
)


class ContractChecker:
    """Checks everything that has a body or a value."""

    def __init__(
        self,
        context: Context,
        expressions: ExpressionChecker,
        statements: StatementChecker,
    ) -> None:
        self._context = context
        self._expressions = expressions
        self._statements = statements
        self._functions = FunctionChecker(context)
        self._coder = CoderChecker(context)

    def check_unit(self, unit: UnitScope) -> None:
        """Check the declarations of a file."""
        scope = self._context.file_scope(unit)
        for symbols in unit.names.values():
            self._check_same(item for item in symbols if isinstance(item, FunctionSymbol))
            self._check_same_events([item for item in symbols if isinstance(item, EventSymbol)])
        for part in unit.node.parts:
            symbol = self._context.analysis.symbols.get(part.node_id)
            if isinstance(symbol, VariableSymbol):
                self._check_value(
                    symbol, Frame(unit=unit, contract=None, function=None, scope=scope)
                )
            elif isinstance(symbol, FunctionSymbol):
                self._functions.check_header(symbol)
                self._check_function(symbol, unit)
        for contract in unit.contracts:
            self._check_contract(contract)
        self._coder.check_unit(unit)

    def _check_contract(self, contract: ContractSymbol) -> None:
        unit = contract.unit
        scope = self._context.contract_scope(contract)
        self._functions.check_contract(contract)
        self._check_duplicates(contract)
        for specifier in contract.node.bases:
            if specifier.arguments is not None:
                frame = Frame(unit=unit, contract=contract, function=None, scope=scope)
                self._check_base_arguments(contract, specifier, frame)
        for variable in contract.variables:
            frame = Frame(unit=unit, contract=contract, function=None, scope=scope)
            self._check_variable(variable, contract)
            self._check_value(variable, frame)
        for modifier in contract.modifiers:
            self._check_modifier(modifier, unit)
        for function in self._all_functions(contract):
            self._functions.check_header(function)
            self._check_function(function, unit)

    @staticmethod
    def _all_functions(contract: ContractSymbol) -> list[FunctionSymbol]:
        specials = (contract.constructor, contract.own_receive, contract.own_fallback)
        return [*contract.functions, *(item for item in specials if item is not None)]

    # variables

    def _check_variable(self, variable: VariableSymbol, contract: ContractSymbol) -> None:
        node = variable.node
        if contract.is_interface:
            self._context.type_error(
                8274, "an interface has no variables", node.span, hint="declare a function instead"
            )
        elif contract.is_library and not variable.is_constant:
            self._context.type_error(
                9957, "a library has no state variables", node.span, hint="make it `constant`"
            )
        getter = variable.getter
        if getter is None or UNKNOWN in (*getter.parameters, *getter.returns):
            return
        if not getter.returns:
            self._context.type_error(
                5359,
                f"the getter of `{variable.name}` would return nothing",
                node.span,
                hint="leave out `public` and write a function",
            )
        for type_ in (*getter.parameters, *getter.returns):
            if type_.abi_type is None:
                self._context.type_error(
                    6744,
                    f"a public variable cannot have the type `{variable.type.describe()}`",
                    node.span,
                    hint="leave out `public` and write a function",
                )
                return

    def _check_value(self, variable: VariableSymbol, frame: Frame) -> None:
        node = variable.node
        if variable.is_constant and node.value is None:
            self._context.type_error(
                4266,
                f"the constant `{variable.name}` has no value",
                node.span,
                hint="write `= ...` after its name",
            )
        if node.value is None:
            return
        self._expressions.frame = frame
        target = variable.type
        if isinstance(target, MappingType):
            self._context.type_error(
                6280, "a variable that contains a mapping cannot have an initial value", node.span
            )
            return
        info = self._expressions.check_expecting(
            node.value, target, f"the value of `{variable.name}`"
        )
        if target.contains_mapping and target is not UNKNOWN:
            self._context.type_error(
                6280, "a variable that contains a mapping cannot have an initial value", node.span
            )
        if variable.is_constant and not info.is_pure and info.type is not UNKNOWN:
            self._context.type_error(
                8349,
                f"the value of the constant `{variable.name}` is not known at compile time",
                node.value.span,
                hint="make the variable `immutable`",
            )

    # functions and modifiers

    def _enter(self, symbol: FunctionSymbol | ModifierSymbol, unit: UnitScope) -> Frame:
        contract = symbol.contract
        outer: Scope = (
            self._context.file_scope(unit)
            if contract is None
            else self._context.contract_scope(contract)
        )
        frame = Frame(
            unit=unit,
            contract=contract,
            function=symbol if isinstance(symbol, FunctionSymbol) else None,
            scope=Scope(outer),
            is_modifier=isinstance(symbol, ModifierSymbol),
        )
        self._statements.frame = frame
        self._expressions.frame = frame
        declare_all(self._statements, symbol.parameters)
        return frame

    def _check_function(self, function: FunctionSymbol, unit: UnitScope) -> None:
        frame = self._enter(function, unit)
        declare_all(self._statements, function.returns)
        self._check_invocations(function, frame)
        if function.node.body is not None:
            self._statements.check_body(frame, function.node.body)

    def _check_modifier(self, modifier: ModifierSymbol, unit: UnitScope) -> None:
        frame = self._enter(modifier, unit)
        self._functions.check_modifier(modifier)
        if modifier.node.body is not None:
            self._statements.check_body(frame, modifier.node.body)

    def _check_invocations(self, function: FunctionSymbol, frame: Frame) -> None:
        """Resolve what stands in the header: modifiers, and constructors of bases."""
        uses: list[ModifierUse] = []
        for node in function.node.modifiers:
            found = resolve_path(self._context, node.path, frame.scope, also=HEADER_WORDS)
            if not found:
                for argument in node.arguments or ():
                    self._expressions.check(argument)
                continue
            symbol = found[0]
            match symbol:
                case ModifierSymbol():
                    use = self._check_modifier_use(node, symbol, function, frame)
                    if use is not None:
                        uses.append(use)
                case ContractSymbol():
                    self._check_base_call(node, symbol, function, frame)
                case _:
                    self._context.type_error(
                        4659,
                        f"`{node.path.text}` is neither a modifier nor a base",
                        node.span,
                        notes=declared_here(symbol),
                    )
        function.modifiers = tuple(uses)

    def _check_modifier_use(
        self,
        node: ast.ModifierInvocation,
        modifier: ModifierSymbol,
        function: FunctionSymbol,
        frame: Frame,
    ) -> ModifierUse | None:
        contract = frame.contract
        owner = modifier.contract
        if contract is None or owner is None or not contract.is_derived_from(owner):
            self._context.type_error(
                9428,
                f"`{modifier.name}` is a modifier of another contract",
                node.span,
                notes=declared_here(modifier),
            )
            return None
        if function.node.body is None and function.node.modifiers:
            self._context.syntax_error(
                2668, "a function without a body has no modifiers", node.span
            )
        is_virtual = len(node.path.names) == 1
        if not is_virtual and modifier.node.body is None:
            self._context.type_error(
                1835, f"`{node.path.text}` has no body", node.span, notes=declared_here(modifier)
            )
        self._expressions.check_positional(
            node.arguments or (),
            modifier.parameter_types,
            tuple(item.name for item in modifier.parameters),
            node.span,
            f"the modifier `{modifier.name}`",
            2973,
            4649,
        )
        return ModifierUse(
            node=node,
            modifier=modifier,
            arguments=node.arguments or (),
            is_virtual=is_virtual,
        )

    # constructors of bases

    def _check_base_call(
        self,
        node: ast.ModifierInvocation,
        base: ContractSymbol,
        function: FunctionSymbol,
        frame: Frame,
    ) -> None:
        contract = frame.contract
        is_base = contract is not None and base in contract.linearised[1:]
        if not is_base or function.kind is not ast.FunctionKind.CONSTRUCTOR:
            self._context.type_error(
                4659, f"`{base.name}` is neither a modifier nor a base", node.span
            )
            return
        assert contract is not None
        if node.arguments is None:
            self._context.declaration_error(
                1563,
                f"the constructor of `{base.name}` is called without arguments",
                node.span,
                hint=f"write `{base.name}()`, or leave it out",
            )
            return
        self._check_base_arguments(contract, node, frame, base)

    def _check_base_arguments(
        self,
        contract: ContractSymbol,
        node: ast.ModifierInvocation | ast.InheritanceSpecifier,
        frame: Frame,
        base: ContractSymbol | None = None,
    ) -> None:
        self._expressions.frame = frame
        if base is None:
            found = self._context.analysis.symbols.get(node.path.node_id)
            if not isinstance(found, ContractSymbol) or found not in contract.bases:
                return
            base = found
        arguments = node.arguments or ()
        if base in contract.base_arguments and contract.base_arguments[base].contract is contract:
            self._context.declaration_error(
                3364, f"the constructor of `{base.name}` gets arguments twice", node.span
            )
            return
        parameters = () if base.constructor is None else base.constructor.parameters
        if base.is_interface and arguments:
            parameters = ()
        self._expressions.check_positional(
            arguments,
            tuple(item.type for item in parameters),
            tuple(item.name for item in parameters),
            node.span,
            f"the constructor of `{base.name}`",
            7927,
            9827,
        )
        contract.base_arguments[base] = BaseArguments(
            contract=contract, node=node, arguments=arguments
        )

    def check_missing_arguments(self, contract: ContractSymbol) -> None:
        """Collect what bases give to their bases, and report constructors that get nothing.

        All bases must have been checked, also those in files that are checked later.
        """
        for base in contract.linearised[1:]:
            for target, given in base.base_arguments.items():
                if given.contract is not base:
                    continue
                mine = contract.base_arguments.setdefault(target, given)
                if mine is not given and (given.arguments or mine.arguments):
                    is_own = mine.contract is contract
                    self._context.declaration_error(
                        3364,
                        f"the constructor of `{target.name}` gets arguments twice",
                        mine.node.span if is_own else contract.span,
                    )
        if contract.is_abstract or contract.is_interface:
            return
        for base in contract.linearised[1:]:
            constructor = base.constructor
            if constructor is None or not constructor.parameters:
                continue
            if base not in contract.base_arguments:
                self._context.type_error(
                    3415,
                    f"the constructor of `{base.name}` gets no arguments",
                    contract.span,
                    hint=f"write `{base.name}(...)` after `is` or in the constructor's header,"
                    " or make the contract `abstract`",
                    notes=declared_here(constructor, "its parameters"),
                )

    # duplicates

    def _check_same(self, functions: Iterable[FunctionSymbol]) -> None:
        """Report functions that no call could tell apart."""
        groups: dict[tuple[object, ...], list[FunctionSymbol]] = {}
        for function in functions:
            types = tuple(to_external(item.type) for item in function.parameters)
            groups.setdefault(types, []).append(function)
        for same in groups.values():
            for extra in same[1:]:
                self._context.declaration_error(
                    1686,
                    f"`{extra.name}` is defined twice with the same parameters",
                    extra.span,
                    notes=declared_here(same[0], "the first definition"),
                )

    def _check_duplicates(self, contract: ContractSymbol) -> None:
        for symbols in contract.own.values():
            self._check_same(item for item in symbols if isinstance(item, FunctionSymbol))
        events = [event for base in reversed(contract.linearised) for event in base.events]
        self._check_same_events(events)

    def _check_same_events(self, events: list[EventSymbol]) -> None:
        """Report events that no use could tell apart."""
        seen: dict[tuple[str, tuple[object, ...]], EventSymbol] = {}
        for event in events:
            first = seen.setdefault((event.name, event.parameter_types), event)
            if first is not event:
                self._context.declaration_error(
                    5883,
                    f"the event `{event.name}` is declared twice with the same parameters",
                    event.span,
                    notes=declared_here(first, "the other declaration"),
                )
