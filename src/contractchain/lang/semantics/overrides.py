"""The rules of overriding, and what a contract offers to the outside."""

from collections.abc import Sequence

from contractchain.crypto import keccak256
from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.function_types import to_external
from contractchain.lang.semantics.override_graph import (
    Overriding,
    Signature,
    find_nearest_functions,
    find_nearest_modifiers,
    is_private,
    leave_out_decided,
    override_signature,
    own_functions,
)
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.signatures import external_signature
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    EventSymbol,
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


class OverrideChecker:
    """Checks one contract after the other, bases first."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(self, contract: ContractSymbol) -> None:
        """Check what `contract` overrides, and find out what it leaves unimplemented."""
        for function in own_functions(contract):
            self._check_function(contract, function)
        for modifier in contract.modifiers:
            self._check_modifier(contract, modifier)
        self._check_ambiguous(contract)
        self._check_ambiguous_modifiers(contract)
        self._check_kinds(contract)
        contract.unimplemented = tuple(self._find_unimplemented(contract))
        self._collect_interface(contract)

    # functions

    def _overridden(
        self, contract: ContractSymbol, function: FunctionSymbol | VariableSymbol
    ) -> list[FunctionSymbol | VariableSymbol]:
        """Return the nearest functions under this signature on every path to a base."""
        return find_nearest_functions(contract, override_signature(function))

    def _check_function(
        self, contract: ContractSymbol, function: FunctionSymbol | VariableSymbol
    ) -> None:
        bases = self._overridden(contract, function)
        function.overridden = tuple(i for i in bases if isinstance(i, FunctionSymbol))
        node = function.node
        if not bases:
            if node.override is not None:
                self._context.type_error(
                    7792,
                    f"`{function.name or 'this'}` overrides nothing",
                    node.override.span,
                    hint="no base has a function with this name and these parameters",
                )
            return
        for base in bases:
            self._check_pair(function, base)
        self._check_override_list(contract, function, bases)

    def _check_pair(
        self, function: FunctionSymbol | VariableSymbol, base: FunctionSymbol | VariableSymbol
    ) -> None:
        notes = declared_here(base, "the overridden one")
        name = function.name or "this function"
        if isinstance(base, VariableSymbol):
            self._context.type_error(
                1452, f"`{name}` overrides a public state variable", function.span, notes=notes
            )
            return
        assert base.contract is not None
        if not base.is_virtual:
            self._context.type_error(
                4334,
                f"`{name}` overrides a function that is not virtual",
                function.span,
                hint=f"add `virtual` to it in `{base.contract.name}`",
                notes=notes,
            )
        if function.node.override is None and not base.contract.is_interface:
            self._context.type_error(
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
            self._context.type_error(
                9098,
                f"`{name}` is `{function.visibility.value}` but overrides a function that is"
                f" `{base.visibility.value}`",
                function.span,
                notes=notes,
            )
        self._check_mutability(function, base)
        self._check_locations(function, base)
        if not function.is_implemented and base.is_implemented:
            self._context.type_error(
                4593,
                f"`{name}` has no body but overrides a function with one",
                function.span,
                notes=notes,
            )
        is_plain = function.kind is ast.FunctionKind.FUNCTION
        is_other = self._returns(function) != self._returns(base)
        if is_plain and is_other and not _has_unknown(function, base):
            self._context.type_error(
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
            self._context.type_error(
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
                self._context.type_error(
                    code,
                    f"`{function.name}` has other data locations than what it overrides",
                    function.span,
                    notes=declared_here(base, "the overridden one"),
                )

    def _check_variable_pair(self, variable: VariableSymbol, base: FunctionSymbol) -> None:
        notes = declared_here(base, "the overridden one")
        if base.visibility is not ast.Visibility.EXTERNAL:
            self._context.type_error(
                5225,
                "a public state variable can only override an external function",
                variable.span,
                notes=notes,
            )
            return
        getter = variable.getter
        assert getter is not None
        if getter.returns != self._returns(base):
            self._context.type_error(
                4822,
                f"the getter of `{variable.name}` returns other types than what it overrides",
                variable.span,
                notes=notes,
            )
        is_wrong = base.mutability is ast.StateMutability.PAYABLE or (
            base.mutability is ast.StateMutability.PURE and not variable.is_constant
        )
        if is_wrong:
            self._context.type_error(
                6959,
                f"the getter of `{variable.name}` overrides a function that is"
                f" `{base.mutability.value}`",
                variable.span,
                notes=notes,
            )

    def _check_override_list(
        self,
        contract: ContractSymbol,
        function: FunctionSymbol | VariableSymbol | ModifierSymbol,
        bases: Sequence[Symbol],
    ) -> None:
        override = function.node.override
        if override is None:
            return
        wanted = {getattr(base, "contract", None) for base in bases}
        given: list[ContractSymbol] = []
        scope = self._context.contract_scope(contract)
        for path in override.bases:
            found = resolve_path(self._context, path, scope)
            if not found:
                return
            if not isinstance(found[0], ContractSymbol):
                self._context.type_error(9301, f"`{path.text}` is no contract", path.span)
                return
            if found[0] in given:
                self._context.type_error(4520, f"`{path.text}` is listed twice", path.span)
            given.append(found[0])
        if len(wanted) > 1 or given:
            missing = [item.name for item in wanted if item is not None and item not in given]
            surplus = [item.name for item in given if item not in wanted]
            if missing:
                names = ", ".join(sorted(item.name for item in wanted if item is not None))
                self._context.type_error(
                    4327,
                    f"`{function.name}` overrides functions of several bases",
                    override.span,
                    hint=f"write `override({names})`",
                )
            if surplus:
                self._context.type_error(
                    2353,
                    f"`override` lists {', '.join(f'`{item}`' for item in surplus)},"
                    " which has no such function",
                    override.span,
                )

    # modifiers

    def _check_modifier(self, contract: ContractSymbol, modifier: ModifierSymbol) -> None:
        bases: list[ModifierSymbol] = []
        for direct in contract.bases:
            found = next(
                (
                    item
                    for base in direct.linearised
                    for item in base.modifiers
                    if item.name == modifier.name
                ),
                None,
            )
            if found is not None and found not in bases:
                bases.append(found)
        modifier.overridden = tuple(bases)
        if not bases:
            if modifier.node.override is not None:
                self._context.type_error(
                    7792, f"`{modifier.name}` overrides nothing", modifier.node.override.span
                )
            return
        for base in bases:
            notes = declared_here(base, "the overridden one")
            if not base.node.is_virtual:
                self._context.type_error(
                    4334,
                    f"`{modifier.name}` overrides a modifier that is not virtual",
                    modifier.span,
                    notes=notes,
                )
            if modifier.node.override is None:
                self._context.type_error(
                    9456,
                    f"`{modifier.name}` overrides another modifier without saying so",
                    modifier.span,
                    hint="add `override`",
                    notes=notes,
                )
            if modifier.parameter_types != base.parameter_types:
                self._context.type_error(
                    1078,
                    f"`{modifier.name}` has other parameters than what it overrides",
                    modifier.span,
                    notes=notes,
                )
            if modifier.node.body is None and base.node.body is not None:
                self._context.type_error(
                    4593,
                    f"`{modifier.name}` has no body but overrides a modifier with one",
                    modifier.span,
                    notes=notes,
                )
        self._check_override_list(contract, modifier, bases)

    # several bases

    def _check_ambiguous(self, contract: ContractSymbol) -> None:
        """Report what several bases define and the contract does not decide."""
        if len(contract.bases) < 2:
            return
        own = {override_signature(item) for item in own_functions(contract)}
        seen: set[Signature] = set()
        for base in contract.linearised[1:]:
            for item in own_functions(base):
                signature = override_signature(item)
                if signature in own or signature in seen or is_private(item):
                    continue
                seen.add(signature)
                inherited: set[Overriding] = set(find_nearest_functions(contract, signature))
                self._check_decided(contract, inherited, signature[0])

    def _check_decided(self, contract: ContractSymbol, found: set[Overriding], name: str) -> None:
        """Report if `found`, inherited from several bases, leaves open which one is meant."""
        if len(found) < 2:
            return
        direct = leave_out_decided(found)
        if len(direct) < 2:
            return
        names = sorted({item.contract.name for item in direct if item.contract is not None})
        notes = [note for each in direct for note in declared_here(each, "one of them")]
        self._context.type_error(
            6480,
            f"`{contract.name}` must override `{name}`, which several bases define",
            contract.span,
            hint=f"define it with `override({', '.join(names)})`",
            notes=sorted(notes, key=lambda note: note.span),
        )

    def _check_ambiguous_modifiers(self, contract: ContractSymbol) -> None:
        own = {item.name for item in contract.modifiers}
        inherited = {item.name for base in contract.linearised[1:] for item in base.modifiers}
        for name in sorted(inherited - own):
            self._check_decided(contract, set(find_nearest_modifiers(contract, name)), name)

    def _check_kinds(self, contract: ContractSymbol) -> None:
        """Report a name that is a function in one base and something else in another."""
        known: dict[str, Symbol] = {}
        for base in reversed(contract.linearised):
            for name, symbols in base.own.items():
                for symbol in symbols:
                    previous = known.setdefault(name, symbol)
                    if not _can_share(previous, symbol):
                        self._report_clash(previous, symbol)

    def _report_clash(self, previous: Symbol, symbol: Symbol) -> None:
        notes = declared_here(previous, "the first declaration")
        if isinstance(previous, FunctionSymbol) and isinstance(symbol, ModifierSymbol):
            code, message = 5631, f"`{symbol.name}` overrides a function by a modifier"
        elif isinstance(previous, ModifierSymbol) and isinstance(symbol, FunctionSymbol):
            code, message = 1469, f"`{symbol.name}` overrides a modifier by a function"
        else:
            code, message = 9097, f"`{symbol.name}` is declared in a base already"
        if code == 9097:
            self._context.declaration_error(code, message, symbol.span, notes=notes)
        else:
            self._context.type_error(code, message, symbol.span, notes=notes)

    # results

    def _find_unimplemented(self, contract: ContractSymbol) -> list[Symbol]:
        seen: set[Signature] = set()
        modifiers: set[str] = set()
        out: list[Symbol] = []
        for base in contract.linearised:
            for item in own_functions(base):
                signature = override_signature(item)
                if signature in seen:
                    continue
                seen.add(signature)
                if isinstance(item, FunctionSymbol) and not item.is_implemented:
                    out.append(item)
            for modifier in base.modifiers:
                if modifier.name not in modifiers:
                    modifiers.add(modifier.name)
                    if modifier.node.body is None:
                        out.append(modifier)
        missing = [item for item in out if _may_lack_body(item)]
        if contract.is_interface or contract.is_abstract or contract.is_library or not missing:
            return out
        first = missing[0]
        notes = [note for item in missing[:3] for note in declared_here(item, "without a body")]
        self._context.type_error(
            3656,
            f"`{contract.name}` does not implement `{first.name}`"
            + (f" and {len(missing) - 1} more" if len(missing) > 1 else ""),
            contract.span,
            hint="implement it, or make the contract `abstract`",
            notes=notes,
        )
        return out

    def _collect_interface(self, contract: ContractSymbol) -> None:
        seen: dict[Signature, FunctionSymbol | VariableSymbol] = {}
        for base in contract.linearised:
            for item in own_functions(base):
                is_open = isinstance(item, VariableSymbol) or item.is_part_of_interface
                if is_open:
                    seen.setdefault(override_signature(item), item)
        for signature, item in seen.items():
            if UNKNOWN in signature[1] or _has_unknown_member(signature[1]):
                continue
            selector = find_selector(item)
            if selector is None:
                continue
            other = contract.interface.get(selector)
            if other is not None and contract.is_library:
                continue
            if other is not None:
                is_clash = external_signature(other) == external_signature(item)
                self._context.type_error(
                    9914 if is_clash else 1860,
                    f"`{item.name}` and `{other.name}` have the same selector",
                    contract.span,
                    notes=(*declared_here(other), *declared_here(item)),
                )
            contract.interface[selector] = item


def find_selector(item: FunctionSymbol | VariableSymbol) -> bytes | None:
    """Return the selector of a function or getter; `None` when a type of it has no ABI."""
    if isinstance(item, FunctionSymbol):
        types: Sequence[Type] = item.parameter_types
        is_library = item.contract is not None and item.contract.is_library
    else:
        types = item.getter.parameters if item.getter is not None else ()
        is_library = False
    if not is_library and any(type_.abi_type is None for type_ in types):
        return None
    return keccak256(external_signature(item).encode())[:4]


def _may_lack_body(symbol: Symbol) -> bool:
    if isinstance(symbol, FunctionSymbol):
        return symbol.is_virtual
    return isinstance(symbol, ModifierSymbol) and symbol.node.is_virtual


def _has_unknown_member(types: tuple[Type, ...]) -> bool:
    return any(item is UNKNOWN for item in types)


def _has_unknown(*functions: FunctionSymbol) -> bool:
    return any(item.type is UNKNOWN for function in functions for item in function.returns)


def _can_share(first: Symbol, second: Symbol) -> bool:
    if first is second:
        return True
    if isinstance(first, FunctionSymbol):
        is_getter = isinstance(second, VariableSymbol) and second.getter is not None
        return isinstance(second, FunctionSymbol) or is_getter
    if isinstance(first, VariableSymbol) and first.visibility is ast.Visibility.PRIVATE:
        return True
    if isinstance(first, VariableSymbol) and first.getter is not None:
        return isinstance(second, FunctionSymbol)
    return type(first) is type(second) and isinstance(first, (EventSymbol, ModifierSymbol))
