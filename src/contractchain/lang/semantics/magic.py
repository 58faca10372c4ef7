"""Members of `msg`, `block`, `tx`, `abi` and `type(T)`."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.globals import builtin_function
from contractchain.lang.semantics.types import (
    ADDRESS,
    ADDRESS_PAYABLE,
    BYTES4,
    UINT256,
    BytesType,
    ContractType,
    EnumType,
    IntegerType,
    MagicKind,
    StringType,
    Type,
)

_PURE = ast.StateMutability.PURE


def _value(type_: Type, builtin: Builtin, *, is_pure: bool = False) -> ExpressionInfo:
    return ExpressionInfo(type=type_, builtin=builtin, is_pure=is_pure)


def _coder(builtin: Builtin, *parameters: Type) -> ExpressionInfo:
    type_ = builtin_function(builtin, parameters, (BytesType(),), _PURE, is_variadic=True)
    return ExpressionInfo(type=type_, builtin=builtin, is_pure=True)


MAGIC_MEMBERS: Mapping[MagicKind, Mapping[str, ExpressionInfo]] = {
    MagicKind.MESSAGE: {
        "sender": _value(ADDRESS, Builtin.MSG_SENDER),
        "value": _value(UINT256, Builtin.MSG_VALUE),
        "data": _value(BytesType(ast.DataLocation.CALLDATA), Builtin.MSG_DATA),
        "sig": _value(BYTES4, Builtin.MSG_SIG),
    },
    MagicKind.TRANSACTION: {
        "origin": _value(ADDRESS, Builtin.TX_ORIGIN),
        "gasprice": _value(UINT256, Builtin.TX_GASPRICE),
    },
    MagicKind.BLOCK: {
        "basefee": _value(UINT256, Builtin.BLOCK_BASEFEE),
        "blobbasefee": _value(UINT256, Builtin.BLOCK_BLOBBASEFEE),
        "chainid": _value(UINT256, Builtin.BLOCK_CHAINID),
        "coinbase": _value(ADDRESS_PAYABLE, Builtin.BLOCK_COINBASE),
        "difficulty": _value(UINT256, Builtin.BLOCK_DIFFICULTY),
        "gaslimit": _value(UINT256, Builtin.BLOCK_GASLIMIT),
        "number": _value(UINT256, Builtin.BLOCK_NUMBER),
        "prevrandao": _value(UINT256, Builtin.BLOCK_PREVRANDAO),
        "timestamp": _value(UINT256, Builtin.BLOCK_TIMESTAMP),
    },
    MagicKind.ABI: {
        "encode": _coder(Builtin.ABI_ENCODE),
        "encodePacked": _coder(Builtin.ABI_ENCODE_PACKED),
        "encodeWithSelector": _coder(Builtin.ABI_ENCODE_WITH_SELECTOR, BYTES4),
        "encodeWithSignature": _coder(Builtin.ABI_ENCODE_WITH_SIGNATURE, StringType()),
        "encodeCall": _coder(Builtin.ABI_ENCODE_CALL),
        "decode": _coder(Builtin.ABI_DECODE),
    },
}
"""Members by object and name."""


def type_info_names(argument: Type) -> Iterable[str]:
    """Return the names of the members of `type(argument)`."""
    match argument:
        case IntegerType() | EnumType():
            return ("min", "max")
        case ContractType(symbol=symbol):
            if symbol.is_interface or symbol.is_abstract:
                return ("name", "interfaceId")
            return ("name", "creationCode", "runtimeCode")
    return ()


def find_type_info_member(argument: Type, name: str) -> ExpressionInfo | None:
    """Return what `type(argument).name` is."""
    if name not in type_info_names(argument):
        return None
    match name:
        case "min":
            return _value(argument, Builtin.TYPE_MIN, is_pure=True)
        case "max":
            return _value(argument, Builtin.TYPE_MAX, is_pure=True)
        case "name":
            return _value(StringType(), Builtin.TYPE_NAME, is_pure=True)
        case "interfaceId":
            return _value(BYTES4, Builtin.TYPE_INTERFACE_ID, is_pure=True)
        case "creationCode":
            return _value(BytesType(), Builtin.TYPE_CREATION_CODE, is_pure=True)
    return _value(BytesType(), Builtin.TYPE_RUNTIME_CODE, is_pure=True)


def bounds(argument: Type) -> tuple[Fraction, Fraction] | None:
    """Return least and greatest value of an integer or enum type."""
    match argument:
        case IntegerType():
            return Fraction(argument.minimum), Fraction(argument.maximum)
        case EnumType():
            return Fraction(0), Fraction(argument.member_count - 1)
    return None
