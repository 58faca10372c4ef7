"""Text from a command line -> Python values, by ABI type.

Grammar of an argument, by type:

- integers: `42`, `-7`, `0x2a`, `1_000`, `1e18`, `1.5ether`, `10gwei`, `2days`, `max`, `min`
- `bool`: `true`, `false`
- `address`: 0x and 40 hex digits (a mixed-case one must carry a right checksum), the name of a
  deployed contract (`Counter`, `Counter@2`) or a development account (`account0`, `0`)
- `bytes<N>`, `bytes`: 0x and hex digits; quoted text stands for its UTF-8 bytes (`bytes<N>` padded
  on the right, as Solidity does)
- `string`: the text as it is; in double quotes, with JSON's escapes
- arrays: `[1, 2]`; tuples: `(a, b)`; nested as the type is. Inside them, text that holds one of
  `,[]()` or a space at an end is quoted.
"""

import json
from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

from contractchain.client.numbers import parse_number
from contractchain.codec.abi import (
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
)
from contractchain.codec.hexadecimal import parse_address, parse_hex
from contractchain.errors import (
    ArgumentCountError,
    ArgumentError,
    ContractChainError,
    DecodeError,
)
from contractchain.types import Address

AddressResolver: TypeAlias = Callable[[str], Address]
"""Returns the address that a name stands for, or raises a typed error."""


def parse_arguments(
    parameters: Sequence[Parameter],
    texts: Sequence[str],
    *,
    signature: str,
    resolve: AddressResolver,
) -> tuple[object, ...]:
    """Return the values that a person wrote for a list of parameters.

    Args:
        parameters: What is expected.
        texts: One text per parameter.
        signature: Of the callee with parameter names, for the error.
        resolve: Looks up names where an address is wanted.

    Raises:
        ArgumentCountError: too many or too few texts.
        ArgumentError: a text is not of its type.
    """
    if len(parameters) != len(texts):
        raise ArgumentCountError(signature=signature, got=len(texts), expected=len(parameters))
    return tuple(
        _parse_one(parameter, index + 1, text, resolve)
        for index, (parameter, text) in enumerate(zip(parameters, texts, strict=True))
    )


def _parse_one(parameter: Parameter, index: int, text: str, resolve: AddressResolver) -> object:
    try:
        return parse_argument(parameter.type, text, resolve)
    except ContractChainError as error:
        message = error.message if isinstance(error, (ArgumentError, DecodeError)) else str(error)
        raise ArgumentError(
            message,
            index=index,
            name=parameter.name,
            type=parameter.type.canonical,
            hint=error.hint,
        ) from error


def parse_argument(kind: AbiType, text: str, resolve: AddressResolver) -> object:
    """Return the value of one argument; ranges are checked where it is encoded.

    Raises:
        ArgumentError: the text is not of the type.
        ContractChainError: `resolve` does not know a name.
    """
    if isinstance(kind, (Array, Tuple)):
        cursor = _Cursor(text)
        value = _parse_nested(kind, cursor, resolve)
        cursor.expect_end()
        return value
    if isinstance(kind, String) and not _is_quoted(text):
        return text
    return _parse_word(kind, text.strip(), resolve)


class _Cursor:
    """Where we are in the text of an array or tuple."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def peek(self) -> str:
        """Return the next character that is no space, empty at the end."""
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1
        return self.text[self.position : self.position + 1]

    def expect(self, character: str, what: str) -> None:
        found = self.peek()
        if found != character:
            seen = f"`{found}`" if found else "the end"
            raise ArgumentError(
                f"expected `{character}` {what} at character {self.position + 1}, found {seen}"
            )
        self.position += 1

    def expect_end(self) -> None:
        if self.peek():
            rest = self.text[self.position : self.position + 20]
            raise ArgumentError(f"`{rest}` follows the end of the value")

    def take_word(self) -> str:
        """Return the text up to the next delimiter, or a whole quoted text."""
        opening = self.peek()
        start = self.position
        if opening == '"':
            return self._take_quoted(start)
        while self.position < len(self.text) and self.text[self.position] not in ",[]()":
            self.position += 1
        return self.text[start : self.position].strip()

    def _take_quoted(self, start: int) -> str:
        self.position += 1
        while self.position < len(self.text):
            character = self.text[self.position]
            self.position += 2 if character == "\\" else 1
            if character == '"':
                return self.text[start : self.position]
        raise ArgumentError(f"the quotes opened at character {start + 1} are not closed")


def _parse_nested(kind: AbiType, cursor: _Cursor, resolve: AddressResolver) -> object:
    match kind:
        case Array():
            cursor.expect("[", f"to open {kind.canonical}")
            items: list[object] = []
            while cursor.peek() != "]":
                if items:
                    cursor.expect(",", f"or `]` in {kind.canonical}")
                items.append(_parse_nested(kind.element, cursor, resolve))
            cursor.expect("]", f"to close {kind.canonical}")
            if kind.length is not None and len(items) != kind.length:
                raise ArgumentError(f"expected {kind.length} elements, found {len(items)}")
            return tuple(items)
        case Tuple():
            cursor.expect("(", f"to open {kind.canonical}")
            values = []
            for place, component in enumerate(kind.components):
                if place:
                    cursor.expect(",", f"before `{component.describe()}`")
                values.append(_parse_nested(component.type, cursor, resolve))
            cursor.expect(")", f"to close {kind.canonical}")
            return tuple(values)
        case _:
            return _parse_word(kind, cursor.take_word(), resolve)


def _parse_word(kind: AbiType, text: str, resolve: AddressResolver) -> object:
    match kind:
        case Integer():
            if text in ("max", "min"):
                return kind.greatest if text == "max" else kind.least
            return parse_number(text)
        case Bool():
            if text.lower() not in ("true", "false"):
                raise ArgumentError(f"`{text}` is neither true nor false")
            return text.lower() == "true"
        case AddressWord():
            if text.startswith(("0x", "0X")):
                return parse_address(text)
            if not text:
                raise ArgumentError("an address is missing")
            return resolve(text)
        case FixedBytes():
            if _is_quoted(text):
                return _pad(_unquote(text).encode(), kind.size)
            return parse_hex(text, kind.canonical, size=kind.size)
        case Bytes():
            return _unquote(text).encode() if _is_quoted(text) else parse_hex(text, "bytes")
        case String():
            return _unquote(text) if _is_quoted(text) else text
        case Array() | Tuple():
            raise ArgumentError(f"`{text}` is not a {kind.canonical}")
        case _:
            assert_never(kind)


def _pad(data: bytes, size: int) -> bytes:
    if len(data) > size:
        raise ArgumentError(f"the text has {len(data)} bytes, only {size} fit")
    return data.ljust(size, b"\0")


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == '"' and text[-1] == '"'


def _unquote(text: str) -> str:
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        raise ArgumentError(f"`{text}` is not a quoted text") from None
    try:
        return bytes(str(value), "utf-8").decode()
    except UnicodeEncodeError:
        raise ArgumentError("the text cannot be written in UTF-8") from None
