"""Which values become values of another type, by themselves or when asked to.

Spec:
    Solidity documentation, "Conversions between Elementary Types" and "Data location and
    assignment behavior".
"""

from contractchain.lang.ast import DataLocation, StateMutability
from contractchain.lang.semantics.types import (
    UNKNOWN,
    AddressType,
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    BytesType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    RationalType,
    StringLiteralType,
    StringType,
    StructType,
    TupleType,
    Type,
    TypeType,
)

_ADDRESS_BITS = 160

_WEAKER: dict[StateMutability, frozenset[StateMutability]] = {
    StateMutability.PURE: frozenset({StateMutability.VIEW, StateMutability.NONPAYABLE}),
    StateMutability.VIEW: frozenset({StateMutability.NONPAYABLE}),
    StateMutability.NONPAYABLE: frozenset(),
    StateMutability.PAYABLE: frozenset({StateMutability.NONPAYABLE}),
}
"""Mutabilities that a function with the given one may pass for."""


def is_implicitly_convertible(source: Type, target: Type) -> bool:
    """Return whether a `source` may stand where a `target` is needed."""
    if source is UNKNOWN or target is UNKNOWN or source == target:
        return True
    match source:
        case RationalType():
            return _is_rational_convertible(source, target)
        case IntegerType():
            return isinstance(target, IntegerType) and _is_wider(source, target)
        case FixedBytesType():
            return isinstance(target, FixedBytesType) and target.size >= source.size
        case AddressType():
            return isinstance(target, AddressType) and not target.is_payable
        case ContractType():
            return (
                isinstance(target, ContractType)
                and not source.is_super
                and source.symbol.is_derived_from(target.symbol)
            )
        case StringLiteralType():
            return _is_literal_convertible(source, target)
        case ArraySliceType():
            return is_implicitly_convertible(source.array, target)
        case ArrayType():
            return isinstance(target, ArrayType) and _is_array_convertible(source, target)
        case BytesType() | StringType():
            return type(source) is type(target) and _is_location_convertible(source, target)
        case StructType():
            return (
                isinstance(target, StructType)
                and source.symbol is target.symbol
                and _is_location_convertible(source, target)
            )
        case FunctionType():
            return isinstance(target, FunctionType) and _is_function_convertible(source, target)
        case TupleType():
            return isinstance(target, TupleType) and _is_tuple_convertible(source, target)
    return False


def _is_rational_convertible(source: RationalType, target: Type) -> bool:
    if isinstance(target, IntegerType):
        value = source.value
        return value.denominator == 1 and target.minimum <= value.numerator <= target.maximum
    if isinstance(target, FixedBytesType):
        return source.value == 0 or source.hex_digits == 2 * target.size
    return False


def _is_wider(source: IntegerType, target: IntegerType) -> bool:
    return source.is_signed == target.is_signed and target.bits >= source.bits


def _is_literal_convertible(source: StringLiteralType, target: Type) -> bool:
    if isinstance(target, FixedBytesType):
        return len(source.value) <= target.size
    if not isinstance(target, ByteSequenceType):
        return False
    if isinstance(target, StringType) and not source.is_utf8:
        return False
    if target.location is DataLocation.CALLDATA:
        return False
    return not (target.location is DataLocation.STORAGE and target.is_pointer)


def _is_location_convertible(source: Type, target: Type) -> bool:
    """Return whether the data location allows to bind or copy `source` to `target`."""
    if target.location is DataLocation.STORAGE and target.is_pointer:
        return source.location is DataLocation.STORAGE
    if target.location is DataLocation.CALLDATA:
        return source.location is DataLocation.CALLDATA
    return True


def _is_array_convertible(source: ArrayType, target: ArrayType) -> bool:
    if not _is_location_convertible(source, target):
        return False
    if target.location is DataLocation.STORAGE and not target.is_pointer:
        if not is_implicitly_convertible(source.element, target.element):
            return False
        if target.length is None:
            return True
        return source.length is not None and target.length >= source.length
    memory = DataLocation.MEMORY
    return source.length == target.length and source.at(memory) == target.at(memory)


def _is_function_convertible(source: FunctionType, target: FunctionType) -> bool:
    if source.is_bound or source.has_gas or source.has_value or source.has_salt:
        return False
    kind = source.kind
    if kind is not target.kind or kind not in (
        FunctionTypeKind.INTERNAL,
        FunctionTypeKind.EXTERNAL,
    ):
        return False
    if source.parameters != target.parameters or source.returns != target.returns:
        return False
    mutability = source.mutability
    return mutability is target.mutability or target.mutability in _WEAKER[mutability]


def _is_tuple_convertible(source: TupleType, target: TupleType) -> bool:
    if len(source.components) != len(target.components):
        return False
    for mine, theirs in zip(source.components, target.components, strict=True):
        if theirs is not None and (mine is None or not is_implicitly_convertible(mine, theirs)):
            return False
    return True


def is_explicitly_convertible(source: Type, target: Type) -> bool:
    """Return whether `target(source)` is allowed."""
    if is_implicitly_convertible(source, target):
        return True
    match source:
        case RationalType():
            return _is_rational_castable(source, target)
        case IntegerType():
            return _is_integer_castable(source, target)
        case FixedBytesType():
            if isinstance(target, IntegerType):
                return not target.is_signed and target.bits == source.size * 8
            if isinstance(target, AddressType):
                return not target.is_payable and source.size * 8 == _ADDRESS_BITS
            return isinstance(target, FixedBytesType)
        case AddressType():
            return _is_address_castable(source, target)
        case EnumType():
            return isinstance(target, IntegerType)
        case ContractType():
            if source.is_super or not isinstance(target, AddressType):
                return False
            return source.is_payable or not target.is_payable
        case BytesType() | StringType():
            if isinstance(target, FixedBytesType):
                return isinstance(source, BytesType)
            return isinstance(target, ByteSequenceType) and target.location is source.location
        case ArraySliceType():
            return is_explicitly_convertible(source.array, target)
        case TypeType(actual=ContractType(symbol=symbol)):
            return symbol.is_library and target == AddressType()
    return False


def _is_rational_castable(source: RationalType, target: Type) -> bool:
    value = source.value
    if isinstance(target, AddressType):
        if value == 0:
            return True
        integer = source.integer_type
        return (
            not target.is_payable
            and value > 0
            and integer is not None
            and integer.bits <= _ADDRESS_BITS
        )
    if isinstance(target, EnumType):
        return value.denominator == 1 and 0 <= value < target.member_count
    return False


def _is_integer_castable(source: IntegerType, target: Type) -> bool:
    match target:
        case IntegerType():
            return source.is_signed == target.is_signed or source.bits == target.bits
        case AddressType():
            return not target.is_payable and not source.is_signed and source.bits == _ADDRESS_BITS
        case FixedBytesType():
            return not source.is_signed and source.bits == target.size * 8
        case EnumType():
            return True
    return False


def _is_address_castable(source: AddressType, target: Type) -> bool:
    match target:
        case AddressType():
            return True
        case ContractType():
            return source.is_payable or not target.is_payable
        case IntegerType():
            return not source.is_payable and not target.is_signed and target.bits == _ADDRESS_BITS
        case FixedBytesType():
            return not source.is_payable and target.size * 8 == _ADDRESS_BITS
    return False


def find_common_type(left: Type, right: Type) -> Type | None:
    """Return the type to which both can be converted: that of one of them."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    left_mobile = left.mobile
    if left_mobile is not None and is_implicitly_convertible(right, left_mobile):
        return left_mobile
    right_mobile = right.mobile
    if right_mobile is not None and is_implicitly_convertible(left, right_mobile):
        return right_mobile
    return None
