"""An ABI document: functions, events, errors and constructor, with selectors and topics.

Accepts what solc, Vyper and old compilers write (`constant` and `payable` without
`stateMutability`).

Spec:
    Solidity documentation, "Contract ABI Specification", JSON.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from contractchain.codec.abi.encoding import encode_arguments
from contractchain.codec.abi.types import WHAT, Parameter, parse_parameters
from contractchain.crypto import keccak256
from contractchain.errors import ArgumentCountError, DecodeError
from contractchain.types import Hash32

SELECTOR_BYTES = 4


class Mutability(Enum):
    """What a function may do to the state."""

    PURE = "pure"
    VIEW = "view"
    NONPAYABLE = "nonpayable"
    PAYABLE = "payable"

    @property
    def reads_only(self) -> bool:
        """Whether a call needs no transaction."""
        return self in (Mutability.PURE, Mutability.VIEW)


@dataclass(frozen=True, kw_only=True)
class _Item:
    """Name and inputs, which every entry of an ABI has."""

    name: str
    inputs: tuple[Parameter, ...] = ()

    @cached_property
    def signature(self) -> str:
        """Canonical signature, e.g. `transfer(address,uint256)`."""
        return f"{self.name}({','.join(p.type.canonical for p in self.inputs)})"

    @cached_property
    def declaration(self) -> str:
        """Signature with the names of the parameters."""
        return f"{self.name}({', '.join(p.describe() for p in self.inputs)})"

    @cached_property
    def hash(self) -> Hash32:
        """keccak256 of the signature."""
        return keccak256(self.signature.encode())

    @property
    def selector(self) -> bytes:
        """First four bytes of `hash`."""
        return self.hash[:SELECTOR_BYTES]


@dataclass(frozen=True, kw_only=True)
class Function(_Item):
    """A function that can be called from outside."""

    outputs: tuple[Parameter, ...] = ()
    mutability: Mutability = Mutability.NONPAYABLE

    def encode_call(self, arguments: Iterable[object]) -> bytes:
        """Return the calldata of a call.

        Raises:
            ArgumentCountError: too many or too few arguments.
            ArgumentError: a value is not of its type.
        """
        return self.selector + encode_arguments(self.inputs, list(arguments), self.declaration)


@dataclass(frozen=True, kw_only=True)
class Event(_Item):
    """An event. `hash` is its first topic, unless it is anonymous."""

    anonymous: bool = False

    @cached_property
    def indexed_count(self) -> int:
        """Number of indexed inputs."""
        return sum(1 for parameter in self.inputs if parameter.indexed)


@dataclass(frozen=True, kw_only=True)
class ErrorItem(_Item):
    """A custom error."""


@dataclass(frozen=True, kw_only=True)
class Constructor:
    """What a deployment takes."""

    inputs: tuple[Parameter, ...] = ()
    is_payable: bool = False

    def declaration(self, contract: str) -> str:
        """Return the constructor of `contract` with the names of its parameters."""
        return f"{contract}({', '.join(p.describe() for p in self.inputs)})"


@dataclass(frozen=True, kw_only=True)
class ContractAbi:
    """Everything that the ABI of one contract says."""

    functions: tuple[Function, ...] = ()
    events: tuple[Event, ...] = ()
    errors: tuple[ErrorItem, ...] = ()
    constructor: Constructor = Constructor()
    has_fallback: bool = False
    has_receive: bool = False

    @cached_property
    def by_selector(self) -> dict[bytes, Function]:
        """Functions by selector."""
        return {function.selector: function for function in self.functions}

    @cached_property
    def errors_by_selector(self) -> dict[bytes, ErrorItem]:
        """Custom errors by selector."""
        return {error.selector: error for error in self.errors}

    def encode_constructor(self, arguments: Iterable[object], contract: str) -> bytes:
        """Return the encoded constructor arguments, which follow the init code.

        Raises:
            ArgumentCountError: too many or too few arguments.
            ArgumentError: a value is not of its type.
        """
        values = list(arguments)
        inputs = self.constructor.inputs
        if not inputs and values:
            raise ArgumentCountError(
                signature=self.constructor.declaration(contract), got=len(values), expected=0
            )
        return encode_arguments(inputs, values, self.constructor.declaration(contract))


def parse_abi(items: Iterable[object]) -> ContractAbi:
    """Return the ABI that a JSON document holds.

    Raises:
        DecodeError: an entry is not one of an ABI.
    """
    functions: list[Function] = []
    events: list[Event] = []
    errors: list[ErrorItem] = []
    constructor = Constructor()
    kinds = set()
    for item in items:
        if not isinstance(item, Mapping):
            raise DecodeError("an entry is not an object", what=WHAT)
        fields: Mapping[str, Any] = item
        kind = str(fields.get("type", "function"))
        kinds.add(kind)
        inputs = parse_parameters(fields.get("inputs"))
        if kind == "function":
            functions.append(
                Function(
                    name=_name(fields),
                    inputs=inputs,
                    outputs=parse_parameters(fields.get("outputs")),
                    mutability=_mutability(fields),
                )
            )
        elif kind == "event":
            anonymous = fields.get("anonymous") is True
            events.append(Event(name=_name(fields), inputs=inputs, anonymous=anonymous))
        elif kind == "error":
            errors.append(ErrorItem(name=_name(fields), inputs=inputs))
        elif kind == "constructor":
            payable = _mutability(fields) is Mutability.PAYABLE
            constructor = Constructor(inputs=inputs, is_payable=payable)
        elif kind not in ("fallback", "receive"):
            raise DecodeError(f"`{kind[:40]}` is not a kind of entry", what=WHAT)
    return ContractAbi(
        functions=tuple(functions),
        events=tuple(events),
        errors=tuple(errors),
        constructor=constructor,
        has_fallback="fallback" in kinds,
        has_receive="receive" in kinds,
    )


def _name(fields: Mapping[str, Any]) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        raise DecodeError("an entry has no `name`", what=WHAT)
    return name


def _mutability(fields: Mapping[str, Any]) -> Mutability:
    text = fields.get("stateMutability")
    if text is None:
        if fields.get("constant") is True:
            return Mutability.VIEW
        return Mutability.PAYABLE if fields.get("payable") is True else Mutability.NONPAYABLE
    try:
        return Mutability(text)
    except ValueError:
        raise DecodeError(f"`{str(text)[:40]}` is not a state mutability", what=WHAT) from None
