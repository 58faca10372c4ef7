"""The global names of the language, as symbols."""

from collections.abc import Iterator
from functools import cache

from contractchain.lang.ast import StateMutability
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.scopes import BuiltinsScope
from contractchain.lang.semantics.symbols import BuiltinSymbol, ContractSymbol
from contractchain.lang.semantics.types import (
    ADDRESS,
    ADDRESS_PAYABLE,
    BOOL,
    BYTES32,
    UINT8,
    UINT256,
    BytesType,
    ContractType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    MagicKind,
    MagicType,
    StringType,
    Type,
)

_PURE, _VIEW, _CHANGES = (
    StateMutability.PURE,
    StateMutability.VIEW,
    StateMutability.NONPAYABLE,
)


def builtin_function(
    builtin: Builtin,
    parameters: tuple[Type, ...],
    returns: tuple[Type, ...],
    mutability: StateMutability,
    *,
    is_variadic: bool = False,
) -> FunctionType:
    """Return the type of a function of the language."""
    return FunctionType(
        kind=FunctionTypeKind.BUILTIN,
        parameters=parameters,
        returns=returns,
        mutability=mutability,
        builtin=builtin,
        is_variadic=is_variadic,
    )


@cache
def make_globals() -> BuiltinsScope:
    """Return the outermost scope."""
    return BuiltinsScope(_make_symbols())


def _make_symbols() -> Iterator[BuiltinSymbol]:
    data, text = BytesType(), StringType()
    magic = (
        ("msg", MagicKind.MESSAGE),
        ("block", MagicKind.BLOCK),
        ("tx", MagicKind.TRANSACTION),
        ("abi", MagicKind.ABI),
    )
    for name, kind in magic:
        yield BuiltinSymbol(name=name, type=MagicType(kind))
    functions: tuple[tuple[Builtin, tuple[Type, ...], tuple[Type, ...], StateMutability], ...] = (
        (Builtin.ASSERT, (BOOL,), (), _PURE),
        (Builtin.KECCAK256, (data,), (BYTES32,), _PURE),
        (Builtin.SHA256, (data,), (BYTES32,), _PURE),
        (Builtin.RIPEMD160, (data,), (FixedBytesType(20),), _PURE),
        (Builtin.ECRECOVER, (BYTES32, UINT8, BYTES32, BYTES32), (ADDRESS,), _PURE),
        (Builtin.ADDMOD, (UINT256, UINT256, UINT256), (UINT256,), _PURE),
        (Builtin.MULMOD, (UINT256, UINT256, UINT256), (UINT256,), _PURE),
        (Builtin.BLOCKHASH, (UINT256,), (BYTES32,), _VIEW),
        (Builtin.BLOBHASH, (UINT256,), (BYTES32,), _VIEW),
        (Builtin.GASLEFT, (), (UINT256,), _VIEW),
        (Builtin.SELFDESTRUCT, (ADDRESS_PAYABLE,), (), _CHANGES),
        (Builtin.ERC7201, (text,), (UINT256,), _PURE),
    )
    for builtin, parameters, returns, mutability in functions:
        kind_of = builtin_function(builtin, parameters, returns, mutability)
        yield BuiltinSymbol(name=builtin.value, type=kind_of, builtin=builtin)
    for builtin in (Builtin.REQUIRE, Builtin.REVERT, Builtin.TYPE):
        kind_of = builtin_function(builtin, (), (), _PURE, is_variadic=True)
        yield BuiltinSymbol(name=builtin.value, type=kind_of, builtin=builtin)


def contract_globals(contract: ContractSymbol) -> tuple[BuiltinSymbol, ...]:
    """Return `this` and `super` for the inside of `contract`; a library has no bases."""
    this = BuiltinSymbol(name="this", type=ContractType(contract))
    if contract.is_library:
        return (this,)
    return (this, BuiltinSymbol(name="super", type=ContractType(contract, is_super=True)))
