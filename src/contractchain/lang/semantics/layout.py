"""Where state variables are in storage.

Spec:
    Solidity documentation, "Layout of State Variables in Storage".
"""

from contractchain.lang import ast
from contractchain.lang.semantics.constants import ConstantEvaluator
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import ContractSymbol, VariableSymbol
from contractchain.lang.semantics.types import (
    Place,
    RationalType,
    pack,
)

_SLOTS = 1 << 256


def lay_out(context: Context, contract: ContractSymbol, constants: ConstantEvaluator) -> None:
    """Give every state variable of `contract` its place."""
    contract.storage_base = _storage_base(context, contract, constants)
    variables = [
        item
        for base in reversed(contract.linearised)
        for item in base.variables
        if item.mutability is ast.VariableMutability.MUTABLE
    ]
    permanent = [item for item in variables if not item.is_transient]
    transient = [item for item in variables if item.is_transient]
    contract.storage = _place(permanent, contract.storage_base)
    contract.transient_storage = _place(transient, 0)
    _, end = pack((item.type for item in permanent), contract.storage_base)
    if end >= _SLOTS:
        context.type_error(7676, f"`{contract.name}` needs too much storage", contract.span)


def _place(variables: list[VariableSymbol], start: int) -> tuple[tuple[VariableSymbol, Place], ...]:
    places, _ = pack((item.type for item in variables), start)
    return tuple(zip(variables, places, strict=True))


def _storage_base(context: Context, contract: ContractSymbol, constants: ConstantEvaluator) -> int:
    node = contract.node.storage_base
    if node is None:
        for base in contract.linearised[1:]:
            if base.node.storage_base is not None:
                context.type_error(
                    8894,
                    f"`{base.name}` chooses its storage layout and cannot be a base",
                    contract.span,
                )
        return 0
    if contract.is_library or contract.is_interface or contract.is_abstract:
        context.type_error(7587, "only a contract can choose its storage layout", node.span)
    value = constants.evaluate(node, context.contract_scope(contract))
    if not isinstance(value, RationalType) or value.value.denominator != 1:
        context.type_error(
            1763, "the base of the storage layout must be a whole number known now", node.span
        )
        return 0
    slot = value.value.numerator
    if not 0 <= slot < _SLOTS:
        context.type_error(6753, "the base of the storage layout is out of range", node.span)
        return 0
    return slot
