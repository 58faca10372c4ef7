"""The contract ABI: selectors, arguments, return data, events and reverts.

Written out instead of built on `eth-abi`, whose import costs a tenth of a second on every command
(`docs/adr/0010-abi-codec.md`); `eth-abi` is what the tests compare with.
"""

from contractchain.codec.abi.decoding import decode_arguments
from contractchain.codec.abi.encoding import encode_arguments
from contractchain.codec.abi.items import (
    Constructor,
    ContractAbi,
    ErrorItem,
    Event,
    Function,
    Mutability,
    parse_abi,
)
from contractchain.codec.abi.reading import (
    CustomError,
    DecodedEvent,
    EmptyRevert,
    IndexedHash,
    Panic,
    RevertMeaning,
    RevertReason,
    UnknownRevert,
    decode_event,
    decode_revert,
)
from contractchain.codec.abi.signature import parse_signature
from contractchain.codec.abi.types import (
    AbiType,
    AddressWord,
    Array,
    Bool,
    Bytes,
    FixedBytes,
    Integer,
    Parameter,
    String,
    Tuple,
    is_dynamic,
    parse_parameters,
    parse_type,
)

__all__ = [
    "AbiType",
    "AddressWord",
    "Array",
    "Bool",
    "Bytes",
    "Constructor",
    "ContractAbi",
    "CustomError",
    "DecodedEvent",
    "EmptyRevert",
    "ErrorItem",
    "Event",
    "FixedBytes",
    "Function",
    "IndexedHash",
    "Integer",
    "Mutability",
    "Panic",
    "Parameter",
    "RevertMeaning",
    "RevertReason",
    "String",
    "Tuple",
    "UnknownRevert",
    "decode_arguments",
    "decode_event",
    "decode_revert",
    "encode_arguments",
    "is_dynamic",
    "parse_abi",
    "parse_parameters",
    "parse_signature",
    "parse_type",
]
