"""Checks the headers of functions, and which functions a kind of contract may have."""

from difflib import get_close_matches

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    ModifierSymbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArrayType,
    BytesType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    StructType,
    Type,
)

_EXTERNAL, _PUBLIC = ast.Visibility.EXTERNAL, ast.Visibility.PUBLIC
_PAYABLE = ast.StateMutability.PAYABLE
_VISIBILITIES = ("public", "external", "internal", "private")
HEADER_WORDS = (*_VISIBILITIES, "view", "pure", "payable", "virtual", "override", "returns")
"""What may stand in the header of a function, for suggestions."""


class FunctionChecker:
    """Rules about headers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # contracts

    def check_contract(self, contract: ContractSymbol) -> None:
        """Check what `contract`, as the kind of contract it is, may have."""
        if contract.is_interface and contract.is_abstract:
            self._context.type_error(
                9348, "an interface is always abstract", contract.span, hint="leave out `abstract`"
            )
        if contract.is_library:
            if contract.is_abstract:
                self._context.type_error(9571, "a library cannot be abstract", contract.span)
            for special in (contract.own_receive, contract.own_fallback, contract.constructor):
                if special is not None:
                    code = {"receive": 4549, "fallback": 5982}.get(special.kind.value, 7634)
                    self._context.type_error(
                        code, f"a library has no {special.kind.value}", special.span
                    )
        if contract.is_interface and contract.constructor is not None:
            self._context.type_error(
                6482, "an interface has no constructor", contract.constructor.span
            )
        if contract.is_interface:
            for modifier in contract.modifiers:
                self._context.type_error(6408, "an interface has no modifiers", modifier.span)
        for function in contract.functions:
            if function.name == contract.name:
                self._context.syntax_error(
                    5796,
                    "a function cannot have the name of its contract",
                    function.span,
                    hint="write `constructor(...) { ... }` for the constructor",
                )
        if (
            contract.own_fallback is not None
            and contract.own_fallback.mutability is _PAYABLE
            and contract.receive is None
            and contract.interface
        ):
            self._context.warning(
                3628,
                f"`{contract.name}` has a payable `fallback` but no `receive` function",
                contract.span,
                hint="add `receive() external payable {}`",
            )

    # functions

    def check_header(self, function: FunctionSymbol) -> None:
        """Check the header of `function`."""
        match function.kind:
            case ast.FunctionKind.CONSTRUCTOR:
                self._check_constructor(function)
            case ast.FunctionKind.RECEIVE:
                self._check_receive(function)
            case ast.FunctionKind.FALLBACK:
                self._check_fallback(function)
            case _ if function.contract is None:
                self._check_free(function)
            case _:
                self._check_plain(function, function.contract)
        if function.visibility in (_EXTERNAL, _PUBLIC) and function.contract is not None:
            self._check_types(function, function.contract)

    def _check_free(self, function: FunctionSymbol) -> None:
        node = function.node
        if node.visibility is not None:
            self._context.syntax_error(4126, "a free function has no visibility", function.span)
        if node.body is None:
            self._context.type_error(4668, "a free function needs a body", function.span)
        if node.mutability is _PAYABLE:
            self._context.type_error(9559, "a free function cannot be payable", function.span)
        if node.is_virtual:
            self._context.syntax_error(4493, "a free function cannot be virtual", function.span)
        if node.override is not None:
            self._context.syntax_error(1750, "a free function overrides nothing", function.span)
        if node.modifiers:
            self._context.syntax_error(5811, "a free function has no modifiers", function.span)

    def _check_plain(self, function: FunctionSymbol, contract: ContractSymbol) -> None:
        node = function.node
        name = f"`{function.name}`"
        words = [item.path.text for item in node.modifiers]
        is_misspelt = any(get_close_matches(word, _VISIBILITIES, cutoff=0.7) for word in words)
        if node.visibility is None and not is_misspelt:
            kind = "external" if contract.is_interface else "public"
            self._context.syntax_error(
                4937,
                f"the visibility of {name} is missing",
                function.span,
                hint=f"add `{kind}`, or `internal` if only the contract itself calls it",
            )
        is_closed = function.visibility in (ast.Visibility.INTERNAL, ast.Visibility.PRIVATE)
        if node.mutability is _PAYABLE:
            if contract.is_library:
                self._context.type_error(
                    7708, "a function of a library cannot be payable", function.span
                )
            elif is_closed:
                self._context.type_error(
                    5587,
                    f"{name} is `{function.visibility.value}` and cannot be payable",
                    function.span,
                )
        if contract.is_interface:
            if node.body is not None:
                self._context.type_error(
                    4726, "a function in an interface has no body", function.span
                )
            if node.visibility not in (_EXTERNAL, None):
                self._context.type_error(
                    1560, "a function in an interface is external", function.span
                )
            if node.is_virtual:
                self._context.warning(
                    5815, "a function in an interface is always virtual", function.span
                )
        elif node.body is None:
            self._check_bodiless(function, contract)
        if node.is_virtual and contract.is_library:
            self._context.type_error(
                7801, "a function of a library cannot be virtual", function.span
            )
        if node.is_virtual and function.visibility is ast.Visibility.PRIVATE:
            self._context.type_error(
                3942, f"{name} is private, so it cannot be virtual", function.span
            )
        for item in node.modifiers:
            if contract.is_interface:
                self._context.syntax_error(
                    5842, "a function in an interface has no modifiers", item.span
                )

    def _check_bodiless(self, function: FunctionSymbol, contract: ContractSymbol) -> None:
        if contract.is_library:
            self._context.type_error(9231, "a function of a library needs a body", function.span)
        elif not function.node.is_virtual:
            self._context.type_error(
                5424,
                f"`{function.name}` has no body",
                function.span,
                hint="add one, or add `virtual` and make the contract `abstract`",
            )

    def _check_constructor(self, function: FunctionSymbol) -> None:
        node, span = function.node, function.span
        contract = function.contract
        if node.returns is not None:
            self._context.type_error(9712, "a constructor returns nothing", node.returns.span)
        if node.mutability in (ast.StateMutability.VIEW, ast.StateMutability.PURE):
            self._context.type_error(
                1558, f"a constructor cannot be `{node.mutability.value}`", span
            )
        if node.is_virtual:
            self._context.type_error(7001, "a constructor cannot be virtual", span)
        if node.override is not None:
            self._context.type_error(1209, "a constructor overrides nothing", span)
        match node.visibility:
            case None:
                pass
            case ast.Visibility.PUBLIC if contract is not None and contract.is_abstract:
                self._context.declaration_error(
                    8295,
                    "the constructor of an abstract contract is not public",
                    span,
                    hint="leave out `public`",
                )
            case ast.Visibility.PUBLIC:
                self._context.warning(
                    2462,
                    "the visibility of a constructor is ignored",
                    span,
                    hint="leave out `public`",
                )
            case ast.Visibility.INTERNAL:
                if contract is not None and contract.is_abstract:
                    self._context.warning(
                        2462,
                        "the visibility of a constructor is ignored",
                        span,
                        hint="leave out `internal`",
                    )
                else:
                    self._context.type_error(
                        1845,
                        "a constructor cannot be internal",
                        span,
                        hint="make the contract `abstract` instead",
                    )
            case _:
                self._context.type_error(9239, "a constructor has no visibility", span)

    def _check_receive(self, function: FunctionSymbol) -> None:
        span = function.span
        self._check_special_visibility(function, 4095)
        if function.mutability is not _PAYABLE:
            self._context.type_error(7793, "`receive` must be payable", span)
        if function.parameters:
            self._context.type_error(6857, "`receive` takes no parameters", span)
        if function.returns:
            self._context.type_error(6899, "`receive` returns nothing", span)

    def _check_fallback(self, function: FunctionSymbol) -> None:
        span = function.span
        self._check_special_visibility(function, 1159)
        if function.mutability in (ast.StateMutability.VIEW, ast.StateMutability.PURE):
            self._context.type_error(
                4575, f"`fallback` cannot be `{function.mutability.value}`", span
            )
        parameters = tuple(item.type for item in function.parameters)
        returns = tuple(item.type for item in function.returns)
        data = (BytesType(ast.DataLocation.CALLDATA),)
        answer = (BytesType(ast.DataLocation.MEMORY),)
        is_plain = not parameters and not returns
        if not is_plain and (parameters != data or returns != answer):
            self._context.type_error(
                5570,
                "`fallback` has the wrong parameters",
                span,
                hint="write `fallback()` or `fallback(bytes calldata) returns (bytes memory)`",
            )

    def _check_special_visibility(self, function: FunctionSymbol, code: int) -> None:
        name = function.kind.value
        if function.node.visibility is not _EXTERNAL:
            self._context.type_error(
                code, f"`{name}` must be external", function.span, hint="add `external`"
            )
        contract = function.contract
        if contract is not None and function.node.body is None:
            if contract.is_interface:
                return
            if not function.node.is_virtual:
                self._context.type_error(
                    5424, f"`{name}` has no body", function.span, hint="add one"
                )
        elif contract is not None and contract.is_interface:
            self._context.type_error(4726, "a function in an interface has no body", function.span)

    def _check_types(self, function: FunctionSymbol, contract: ContractSymbol) -> None:
        """Report types that cannot cross the border of a contract."""
        is_constructor = function.kind is ast.FunctionKind.CONSTRUCTOR
        if is_constructor and contract.is_abstract:
            return
        for item in (*function.parameters, *function.returns):
            type_ = item.type
            if type_ is UNKNOWN:
                continue
            in_storage = contract.is_library and type_.location is ast.DataLocation.STORAGE
            if in_storage and _contains_internal(type_, set()):
                self._report_type(item, is_constructor=False)
            if not in_storage and (type_.abi_type is None or type_.contains_mapping):
                self._report_type(item, is_constructor=is_constructor)

    def _report_type(self, item: VariableSymbol, *, is_constructor: bool) -> None:
        self._context.type_error(
            3644 if is_constructor else 4103,
            f"`{item.type.describe()}` cannot be passed to or from other contracts",
            item.node.span,
            hint=(
                "make the contract `abstract`"
                if is_constructor
                else "make the function `internal`, or use another type"
            ),
        )

    # modifiers

    def check_modifier(self, modifier: ModifierSymbol) -> None:
        """Check the header of `modifier`, and that its body has a place for the function."""
        node = modifier.node
        contract = modifier.contract
        if node.is_virtual and contract is not None and contract.is_library:
            self._context.type_error(
                3275, "a modifier in a library cannot be virtual", modifier.span
            )
        if node.body is None:
            if not node.is_virtual:
                self._context.type_error(
                    8063,
                    f"`{modifier.name}` has no body",
                    modifier.span,
                    hint="add one, or add `virtual` and make the contract `abstract`",
                )
            return
        if not any(isinstance(item, ast.PlaceholderStatement) for item in ast.walk(node.body)):
            self._context.syntax_error(
                2883,
                f"the body of the modifier `{modifier.name}` has no `_;`",
                modifier.span,
                hint="write `_;` where the function goes",
            )


def _contains_internal(type_: Type, seen: set[int]) -> bool:
    """Return whether an internal function is somewhere in a value of `type_`."""
    match type_:
        case FunctionType():
            return type_.kind is FunctionTypeKind.INTERNAL
        case ArrayType():
            return _contains_internal(type_.element, seen)
        case MappingType():
            return _contains_internal(type_.value, seen)
        case StructType(symbol=symbol):
            if symbol.node.node_id in seen:
                return False
            seen.add(symbol.node.node_id)
            return any(_contains_internal(item.type, seen) for item in symbol.members)
    return False
