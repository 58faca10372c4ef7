"""ABI types: parsed once from text or JSON, then asked for sizes and canonical names.

Refuses `fixed` and `ufixed`, which no compiler of today emits.

Spec:
    Solidity documentation, "Contract ABI Specification".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from contractchain.errors import DecodeError

WHAT = "ABI"
WORD_BYTES = 32
MAX_DEPTH = 32
"""Deepest nesting of arrays and tuples that is read."""
MAX_HEAD_BYTES = 1 << 24
"""Largest static size of one type that is read; a calldata of that size fits in no block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """`uint<bits>` or `int<bits>`."""

    bits: int
    signed: bool

    @property
    def canonical(self) -> str:
        """Name as it stands in a signature."""
        return f"{'int' if self.signed else 'uint'}{self.bits}"

    @property
    def least(self) -> int:
        """Smallest value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def greatest(self) -> int:
        """Largest value."""
        return (1 << (self.bits - 1 if self.signed else self.bits)) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBytes:
    """`bytes<size>`, or `function` (24 bytes: address and selector)."""

    size: int
    canonical: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWord:
    """`address`."""

    canonical: str = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bool:
    """`bool`."""

    canonical: str = "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """`bytes`: any length."""

    canonical: str = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class String:
    """`string`: UTF-8, any length."""

    canonical: str = "string"


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """`T[]` or `T[length]`."""

    element: "AbiType"
    length: int | None
    """None: dynamic."""

    @property
    def canonical(self) -> str:
        """Name as it stands in a signature."""
        count = "" if self.length is None else self.length
        return f"{self.element.canonical}[{count}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuple:
    """A struct."""

    components: tuple["Parameter", ...]

    @property
    def canonical(self) -> str:
        """Name as it stands in a signature."""
        return "(" + ",".join(c.type.canonical for c in self.components) + ")"


AbiType: TypeAlias = Integer | FixedBytes | AddressWord | Bool | Bytes | String | Array | Tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One input, output or component."""

    type: AbiType
    name: str = ""
    """Empty if it has none."""
    indexed: bool = False
    """Inputs of events only."""
    internal_type: str = ""
    """Type as the source names it, e.g. `struct Ballot.Voter`; empty if not known."""

    def describe(self) -> str:
        """Return type and name, as in a declaration."""
        return f"{self.type.canonical} {self.name}".rstrip()


def is_dynamic(kind: AbiType) -> bool:
    """Tell whether values of the type live in the tail, behind an offset."""
    match kind:
        case Bytes() | String():
            return True
        case Array():
            return kind.length is None or (kind.length > 0 and is_dynamic(kind.element))
        case Tuple():
            return any(is_dynamic(component.type) for component in kind.components)
        case _:
            return False


def head_size_bytes(kind: AbiType) -> int:
    """Return how many bytes the type occupies in the head."""
    if is_dynamic(kind):
        return WORD_BYTES
    match kind:
        case Array():
            return (kind.length or 0) * head_size_bytes(kind.element)
        case Tuple():
            return sum(head_size_bytes(component.type) for component in kind.components)
        case _:
            return WORD_BYTES


_SUFFIX = re.compile(r"\[([0-9]{0,9})\]\Z", re.ASCII)
_SIMPLE: dict[str, AbiType] = {
    "address": AddressWord(),
    "bool": Bool(),
    "bytes": Bytes(),
    "string": String(),
    "function": FixedBytes(size=24, canonical="function"),
    "uint": Integer(bits=256, signed=False),
    "int": Integer(bits=256, signed=True),
    "byte": FixedBytes(size=1, canonical="bytes1"),
}
_SIMPLE |= {f"uint{b}": Integer(bits=b, signed=False) for b in range(8, 257, 8)}
_SIMPLE |= {f"int{b}": Integer(bits=b, signed=True) for b in range(8, 257, 8)}
_SIMPLE |= {f"bytes{n}": FixedBytes(size=n, canonical=f"bytes{n}") for n in range(1, 33)}


def parse_type(text: str, components: Sequence["Parameter"] = (), *, depth: int = 0) -> AbiType:
    """Return the type that an ABI's `type` names.

    Args:
        text: E.g. `uint256[2][]`, or `tuple[]` together with `components`.
        components: Of the tuple, if there is one.
        depth: Nesting so far.

    Raises:
        DecodeError: no such type, or it nests too deep or is too large.
    """
    if depth > MAX_DEPTH:
        raise DecodeError("the type nests too deep", what=WHAT)
    suffix = _SUFFIX.search(text)
    if suffix is not None:
        element = parse_type(text[: suffix.start()], components, depth=depth + 1)
        length = int(suffix[1]) if suffix[1] else None
        kind = Array(element=element, length=length)
        if not is_dynamic(kind) and head_size_bytes(kind) > MAX_HEAD_BYTES:
            raise DecodeError(f"type `{text}` is too large", what=WHAT)
        return kind
    if text == "tuple":
        return Tuple(components=tuple(components))
    found = _SIMPLE.get(text)
    if found is None:
        if text.startswith(("fixed", "ufixed")):
            raise DecodeError(f"type `{text}` is not supported", what=WHAT)
        raise DecodeError(f"`{text[:60]}` is not a type", what=WHAT)
    return found


def parse_parameters(items: object, *, depth: int = 0) -> tuple[Parameter, ...]:
    """Return the parameters that an ABI's `inputs`, `outputs` or `components` list.

    Raises:
        DecodeError: not such a list.
    """
    if items is None:
        return ()
    if not isinstance(items, Sequence) or isinstance(items, (str, bytes)):
        raise DecodeError("parameters must be a list", what=WHAT)
    return tuple(_parse_parameter(item, depth) for item in items)


def _parse_parameter(item: object, depth: int) -> Parameter:
    if depth > MAX_DEPTH:
        raise DecodeError("the type nests too deep", what=WHAT)
    if not isinstance(item, Mapping):
        raise DecodeError("a parameter must be an object", what=WHAT)
    fields: Mapping[str, Any] = item
    text = fields.get("type")
    if not isinstance(text, str):
        raise DecodeError("a parameter has no `type`", what=WHAT)
    components = parse_parameters(fields.get("components"), depth=depth + 1)
    return Parameter(
        type=parse_type(text, components, depth=depth),
        name=str(fields.get("name") or ""),
        indexed=fields.get("indexed") is True,
        internal_type=str(fields.get("internalType") or ""),
    )
