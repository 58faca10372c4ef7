"""Decoding of parameters by the annotations of the method that takes them.

A parameter type is `Annotated[T, decoder]`. Every fault is a DecodeError that says what was
expected; the dispatcher adds the parameter's name.

Spec:
    execution-apis, schemas; EIP-1474, EIP-1898.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

from contractchain.chain.references import BlockReference, BlockTag
from contractchain.codec.hexadecimal import parse_hex
from contractchain.errors import DecodeError
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import AccessEntry, Authorization

MAX_SLOTS = 1024
"""Storage slots in one request of eth_getStorageValues, as in geth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """How one parameter of a method is read."""

    name: str
    decode: Callable[[Any], Any]
    is_optional: bool
    default: Any


def find_decoders(function: Callable[..., Any]) -> tuple[Decoder, ...]:
    """Return the decoders of a method's parameters after the context.

    Raises:
        TypeError: a parameter's annotation carries no decoder (a fault of ours).
    """
    hints = get_type_hints(function, include_extras=True)
    decoders = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        annotation = hints[parameter.name]
        metadata = getattr(annotation, "__metadata__", None)
        if metadata is None:
            raise TypeError(f"{function.__name__}: `{parameter.name}` has no decoder")
        is_optional = parameter.default is not inspect.Parameter.empty
        decoders.append(
            Decoder(
                name=parameter.name,
                decode=metadata[0],
                is_optional=is_optional,
                default=parameter.default if is_optional else None,
            )
        )
    return tuple(decoders)


def decode_quantity(value: Any) -> int:
    """Read a quantity: 0x-prefixed hex without leading zeros, or a JSON integer."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise DecodeError(
            f"expected a quantity like 0x1, found {_describe(value)}", what="quantity"
        )
    if isinstance(value, int):
        number = value
    else:
        if not value.startswith("0x") or len(value) == 2:
            raise DecodeError(f"`{value[:20]}` is not 0x-prefixed hex", what="quantity")
        try:
            number = int(value[2:], 16)
        except ValueError as error:
            raise DecodeError(f"`{value[:20]}` is not hex", what="quantity") from error
        if "_" in value or value[2] in "+- ":
            raise DecodeError(f"`{value[:20]}` is not hex", what="quantity")
    if not 0 <= number < 1 << 256:
        raise DecodeError("out of the range of 256 bits", what="quantity")
    return number


def decode_uint64(value: Any) -> int:
    """Read a quantity of at most 64 bits."""
    number = decode_quantity(value)
    if number >= 1 << 64:
        raise DecodeError("out of the range of 64 bits", what="quantity")
    return number


def decode_data(value: Any) -> bytes:
    """Read a byte string."""
    return parse_hex(_text(value, "data"), "data")


def decode_address(value: Any) -> bytes:
    """Read an address; its checksum is not looked at, as in every node."""
    return parse_hex(_text(value, "address"), "address", size=20)


def decode_hash(value: Any) -> bytes:
    """Read a 32-byte hash."""
    return parse_hex(_text(value, "hash"), "hash", size=32)


def decode_slot(value: Any) -> bytes:
    """Read a storage slot: at most 32 bytes of hex, padded on the left."""
    text = _text(value, "slot")
    digits = text[2:]
    if not text.startswith("0x") or len(digits) > 64:
        raise DecodeError("expected 0x and at most 64 hex digits", what="slot")
    return parse_hex("0x" + digits.rjust(64, "0"), "slot")


_TAGS = {tag.value: tag for tag in BlockTag}


def decode_block_reference(value: Any) -> BlockReference:
    """Read a tag, a number, or an EIP-1898 object."""
    if isinstance(value, dict):
        if "blockHash" in value:
            return decode_hash(value["blockHash"])
        if "blockNumber" in value:
            return decode_block_reference(value["blockNumber"])
        raise DecodeError("expected `blockHash` or `blockNumber`", what="block")
    if isinstance(value, str) and value in _TAGS:
        return _TAGS[value]
    if isinstance(value, str) and len(value) == 66:
        return decode_hash(value)
    if isinstance(value, str) and not value.startswith("0x"):
        raise DecodeError(
            f"`{value[:20]}` is neither a number nor one of {', '.join(_TAGS)}", what="block"
        )
    return decode_quantity(value)


def decode_boolean(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise DecodeError(f"expected true or false, found {_describe(value)}", what="boolean")
    return value


def decode_text(value: Any) -> str:
    """Read a string."""
    return _text(value, "string")


def decode_seconds(value: Any) -> int:
    """Read a time as dev tools send it: a quantity or a plain number, also as text."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return decode_quantity(value)


def decode_snapshot(value: Any) -> int:
    """Read a snapshot id."""
    return decode_quantity(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRequest:
    """The transaction object of eth_call, eth_estimateGas and eth_sendTransaction."""

    sender: bytes | None = None
    to: bytes | None = None
    gas_limit: int | None = None
    gas_price: int | None = None
    max_fee_per_gas: int | None = None
    max_priority_fee_per_gas: int | None = None
    max_fee_per_blob_gas: int | None = None
    value: int = 0
    nonce: int | None = None
    data: bytes = b""
    chain_id: int | None = None
    type: int | None = None
    access_list: tuple[AccessEntry, ...] | None = None
    authorization_list: tuple[Authorization, ...] = ()
    blob_versioned_hashes: tuple[bytes, ...] = ()


_TRANSACTION_KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "from": ("sender", decode_address),
    "to": ("to", decode_address),
    "gas": ("gas_limit", decode_uint64),
    "gasLimit": ("gas_limit", decode_uint64),
    "gasPrice": ("gas_price", decode_quantity),
    "maxFeePerGas": ("max_fee_per_gas", decode_quantity),
    "maxPriorityFeePerGas": ("max_priority_fee_per_gas", decode_quantity),
    "maxFeePerBlobGas": ("max_fee_per_blob_gas", decode_quantity),
    "value": ("value", decode_quantity),
    "nonce": ("nonce", decode_uint64),
    "chainId": ("chain_id", decode_quantity),
    "type": ("type", decode_quantity),
}


def decode_transaction_request(value: Any) -> TransactionRequest:
    """Read a transaction object; `data` and `input` must agree if both are there."""
    fields = decode_object(value, "transaction")
    found: dict[str, Any] = {}
    for key, (name, decode) in _TRANSACTION_KEYS.items():
        if fields.get(key) is not None:
            found[name] = decode_field(key, decode, fields[key])
    for key in ("data", "input"):
        if fields.get(key) is not None:
            data = decode_field(key, decode_data, fields[key])
            if found.setdefault("data", data) != data:
                raise DecodeError("`data` and `input` differ", what="transaction")
    if fields.get("accessList") is not None:
        found["access_list"] = decode_field("accessList", decode_access_list, fields["accessList"])
    if fields.get("authorizationList") is not None:
        found["authorization_list"] = decode_field(
            "authorizationList", _decode_authorizations, fields["authorizationList"]
        )
    if fields.get("blobVersionedHashes") is not None:
        hashes = decode_array(fields["blobVersionedHashes"], "blobVersionedHashes")
        found["blob_versioned_hashes"] = tuple(decode_hash(item) for item in hashes)
    return TransactionRequest(**found)


def decode_access_list(value: Any) -> tuple[AccessEntry, ...]:
    """Read an EIP-2930 access list."""
    entries = []
    for item in decode_array(value, "access list"):
        fields = decode_object(item, "access list entry")
        slots = decode_array(fields.get("storageKeys", []), "storageKeys")
        entries.append(
            AccessEntry(
                address=decode_address(fields.get("address")),
                slots=tuple(decode_hash(slot) for slot in slots),
            )
        )
    return tuple(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """The filter object of eth_getLogs and eth_newFilter."""

    first: BlockReference = BlockTag.LATEST
    last: BlockReference = BlockTag.LATEST
    block_hash: bytes | None = None
    addresses: frozenset[bytes] = frozenset()
    """Empty: any."""
    topics: tuple[frozenset[bytes], ...] = field(default=())
    """Accepted values by position; an empty set accepts any."""


def decode_log_filter(value: Any) -> LogFilter:
    """Read a filter object."""
    fields = decode_object(value, "filter")
    block_hash = fields.get("blockHash")
    if block_hash is not None and (fields.get("fromBlock") or fields.get("toBlock")):
        raise DecodeError("`blockHash` excludes `fromBlock` and `toBlock`", what="filter")
    addresses = fields.get("address")
    if addresses is None:
        addresses = []
    elif not isinstance(addresses, list):
        addresses = [addresses]
    topics: list[frozenset[bytes]] = []
    for position in decode_array(fields.get("topics") or [], "topics"):
        if position is None or position == []:
            topics.append(frozenset())
        elif isinstance(position, list):
            has_wildcard = any(item is None for item in position)
            topics.append(frozenset(() if has_wildcard else map(decode_hash, position)))
        else:
            topics.append(frozenset((decode_hash(position),)))
    if len(topics) > 4:
        raise DecodeError("a log has at most 4 topics", what="filter")
    first, last = fields.get("fromBlock"), fields.get("toBlock")
    return LogFilter(
        first=BlockTag.LATEST
        if first is None
        else decode_field("fromBlock", decode_block_reference, first),
        last=BlockTag.LATEST
        if last is None
        else decode_field("toBlock", decode_block_reference, last),
        block_hash=None
        if block_hash is None
        else decode_field("blockHash", decode_hash, block_hash),
        addresses=frozenset(decode_address(item) for item in addresses),
        topics=tuple(topics),
    )


def decode_overrides(value: Any) -> dict[bytes, AccountOverride]:
    """Read the state override set of eth_call."""
    out: dict[bytes, AccountOverride] = {}
    for text, item in decode_object(value, "state override").items():
        fields = decode_object(item, "state override")
        if fields.get("state") is not None and fields.get("stateDiff") is not None:
            raise DecodeError("`state` and `stateDiff` exclude each other", what="state override")
        found = {
            name: decode_field(key, decode, fields[key])
            for key, (name, decode) in _OVERRIDE_KEYS.items()
            if fields.get(key) is not None
        }
        out[decode_address(text)] = AccountOverride(**found)
    return out


def _decode_slots(value: Any) -> dict[bytes, bytes]:
    pairs = decode_object(value, "storage")
    return {decode_slot(slot): decode_slot(item) for slot, item in pairs.items()}


_OVERRIDE_KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "balance": ("balance", decode_quantity),
    "nonce": ("nonce", decode_uint64),
    "code": ("code", decode_data),
    "state": ("storage", _decode_slots),
    "stateDiff": ("storage_diff", _decode_slots),
    "movePrecompileToAddress": ("move_precompile_to", decode_address),
}


def _decode_authorizations(value: Any) -> tuple[Authorization, ...]:
    out = []
    for item in decode_array(value, "authorization list"):
        fields = decode_object(item, "authorization")
        parity = fields.get("yParity", fields.get("v", "0x0"))
        out.append(
            Authorization(
                chain_id=decode_quantity(fields.get("chainId", "0x0")),
                address=decode_address(fields.get("address")),
                nonce=decode_quantity(fields.get("nonce", "0x0")),
                y_parity=decode_quantity(parity),
                r=decode_quantity(fields.get("r", "0x0")),
                s=decode_quantity(fields.get("s", "0x0")),
            )
        )
    return tuple(out)


def decode_floats(value: Any) -> tuple[float, ...]:
    """Read an array of numbers."""
    numbers = decode_array(value, "numbers")
    if not all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in numbers):
        raise DecodeError("expected numbers", what="array")
    return tuple(float(n) for n in numbers)


@dataclass(frozen=True, slots=True)
class SlotKey:
    """A storage slot, and how the client wrote it."""

    slot: bytes
    echo: bytes | int
    """For the response: 32 bytes if they were given, a quantity otherwise, as geth answers."""


def decode_slot_keys(value: Any) -> tuple[SlotKey, ...]:
    """Read an array of storage slots."""
    keys = []
    for item in decode_array(value, "slots"):
        slot = decode_slot(item)
        is_whole = len(item) == 2 + 64
        keys.append(SlotKey(slot, slot if is_whole else int.from_bytes(slot, "big")))
    return tuple(keys)


def decode_slots_by_address(value: Any) -> dict[bytes, tuple[bytes, ...]]:
    """Read the slots that are asked for, by address."""
    fields = decode_object(value, "slots by address")
    if not fields:
        raise DecodeError("no slot is asked for", what="slots by address")
    found = {}
    total = 0
    for address, slots in fields.items():
        found[decode_address(address)] = tuple(map(decode_slot, decode_array(slots, "slots")))
        total += len(slots)
    if total > MAX_SLOTS:
        raise DecodeError(f"{total} slots, more than {MAX_SLOTS}", what="slots by address")
    return found


def decode_anything(value: Any) -> Any:
    """Take the parameter as it is."""
    return value


def decode_field(key: str, decode: Callable[[Any], Any], value: Any) -> Any:
    """Read a field of an object; a fault names it."""
    try:
        return decode(value)
    except DecodeError as error:
        raise DecodeError(error.message, what=f"`{key}`") from error


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise DecodeError(f"expected a string, found {_describe(value)}", what=what)
    return value


def decode_object(value: Any, what: str) -> dict[str, Any]:
    """Take a JSON object."""
    if not isinstance(value, dict):
        raise DecodeError(f"expected an object, found {_describe(value)}", what=what)
    return value


def decode_array(value: Any, what: str) -> list[Any]:
    """Take a JSON array."""
    if not isinstance(value, list):
        raise DecodeError(f"expected an array, found {_describe(value)}", what=what)
    return value


def _describe(value: Any) -> str:
    names = {dict: "an object", list: "an array", bool: "a boolean", type(None): "null"}
    return names.get(type(value), f"{value!r:.20}")


Quantity = Annotated[int, decode_quantity]
Uint64 = Annotated[int, decode_uint64]
Data = Annotated[bytes, decode_data]
AddressArg = Annotated[bytes, decode_address]
HashArg = Annotated[bytes, decode_hash]
SlotArg = Annotated[bytes, decode_slot]
SlotList = Annotated[tuple[SlotKey, ...], decode_slot_keys]
SlotsByAddress = Annotated[dict[bytes, tuple[bytes, ...]], decode_slots_by_address]
BlockArg = Annotated[BlockReference, decode_block_reference]
Boolean = Annotated[bool, decode_boolean]
Text = Annotated[str, decode_text]
Seconds = Annotated[int, decode_seconds]
SnapshotId = Annotated[int, decode_snapshot]
TransactionArg = Annotated[TransactionRequest, decode_transaction_request]
HexId = Annotated[bytes, decode_data]
FilterArg = Annotated[LogFilter, decode_log_filter]
OverridesArg = Annotated[dict[bytes, AccountOverride], decode_overrides]
Percentiles = Annotated[tuple[float, ...], decode_floats]
Anything = Annotated[Any, decode_anything]
