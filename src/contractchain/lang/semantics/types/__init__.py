"""Semantic types: what expressions and variables are, after names have been resolved.

Types are immutable values and compare by content; nominal types hold the symbol of their
declaration. Conversions and operators between types are in `semantics.conversions` and
`semantics.operators`, members in `semantics.members`.
"""

from contractchain.lang.semantics.types.base import WORD_BYTES, Type
from contractchain.lang.semantics.types.callable import FunctionType, FunctionTypeKind, ModifierType
from contractchain.lang.semantics.types.elementary import (
    ADDRESS,
    ADDRESS_PAYABLE,
    BOOL,
    BYTES4,
    BYTES32,
    INT256,
    UINT8,
    UINT256,
    AddressType,
    BoolType,
    FixedBytesType,
    IntegerType,
    RationalType,
    StringLiteralType,
)
from contractchain.lang.semantics.types.meta import (
    UNKNOWN,
    VOID,
    MagicKind,
    MagicType,
    ModuleType,
    TupleType,
    TypeType,
    UnknownType,
)
from contractchain.lang.semantics.types.nominal import (
    ContractType,
    EnumType,
    UserDefinedValueType,
)
from contractchain.lang.semantics.types.packing import Place, pack
from contractchain.lang.semantics.types.reference import (
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    BytesType,
    MappingType,
    ReferenceType,
    StringType,
    StructType,
)

__all__ = [
    "ADDRESS",
    "ADDRESS_PAYABLE",
    "BOOL",
    "BYTES4",
    "BYTES32",
    "INT256",
    "UINT8",
    "UINT256",
    "UNKNOWN",
    "VOID",
    "WORD_BYTES",
    "AddressType",
    "ArraySliceType",
    "ArrayType",
    "BoolType",
    "ByteSequenceType",
    "BytesType",
    "ContractType",
    "EnumType",
    "FixedBytesType",
    "FunctionType",
    "FunctionTypeKind",
    "IntegerType",
    "MagicKind",
    "MagicType",
    "MappingType",
    "ModifierType",
    "ModuleType",
    "Place",
    "RationalType",
    "ReferenceType",
    "StringLiteralType",
    "StringType",
    "StructType",
    "TupleType",
    "Type",
    "TypeType",
    "UnknownType",
    "UserDefinedValueType",
    "pack",
]
