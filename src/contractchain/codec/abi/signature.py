"""Signatures as people write them -> functions: `balanceOf(address)(uint256)`.

For contracts of which no ABI is at hand. Takes names of parameters and `returns`, too.
"""

import re

from contractchain.codec.abi.items import Function
from contractchain.codec.abi.types import MAX_DEPTH, Parameter, parse_type
from contractchain.errors import DecodeError

WHAT = "signature"
MAX_CHARACTERS = 4096

_HEAD = re.compile(r"\s*(?:function\s+)?([A-Za-z_$][\w$]*)\s*\(", re.ASCII)
_BETWEEN = re.compile(r"\s*(?:(?:external|public|view|pure|payable|nonpayable|returns)\s*)*")
_TYPE = re.compile(r"\s*([a-z]+[0-9]*)", re.ASCII)
_SUFFIXES = re.compile(r"((?:\s*\[[0-9]*\])*)", re.ASCII)
_NAME = re.compile(
    r"(?:\s+(?:indexed|memory|calldata|storage)\b)*(?:\s+([A-Za-z_$][\w$]*))?\s*", re.ASCII
)


def parse_signature(text: str) -> Function:
    """Return the function that a signature describes.

    Args:
        text: E.g. `transfer(address,uint256)`, `get((uint8,bytes)[] items) view returns (bool)`.

    Raises:
        DecodeError: not a signature.
    """
    if len(text) > MAX_CHARACTERS:
        raise DecodeError("too long", what=WHAT)
    head = _HEAD.match(text)
    if head is None:
        raise DecodeError(f"`{text[:60]}` is not a name and types in parentheses", what=WHAT)
    reader = _Reader(text, head.end())
    inputs = reader.read_parameters(0)
    reader.skip(_BETWEEN)
    outputs: tuple[Parameter, ...] = ()
    if reader.take("("):
        outputs = reader.read_parameters(0)
    reader.expect_end()
    return Function(name=head[1], inputs=inputs, outputs=outputs)


class _Reader:
    """Reads a signature from left to right."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._position = position

    def read_parameters(self, depth: int) -> tuple[Parameter, ...]:
        """Read up to and including the closing parenthesis; the opening one is read."""
        if depth > MAX_DEPTH:
            raise self._fault("nests too deep")
        parameters: list[Parameter] = []
        self.skip(re.compile(r"\s*"))
        while not self.take(")"):
            if parameters and not self.take(","):
                raise self._fault("expected `,` or `)`")
            parameters.append(self._read_parameter(depth))
        return tuple(parameters)

    def _read_parameter(self, depth: int) -> Parameter:
        self.skip(re.compile(r"\s*(?:tuple(?=\s*\())?\s*"))
        components: tuple[Parameter, ...] = ()
        if self.take("("):
            components, base = self.read_parameters(depth + 1), "tuple"
        else:
            found = _TYPE.match(self._text, self._position)
            if found is None:
                raise self._fault("expected a type")
            base, self._position = found[1], found.end()
        suffixes = self.skip(_SUFFIXES)[1].replace(" ", "")
        kind = parse_type(base + suffixes, components, depth=depth)
        return Parameter(type=kind, name=self.skip(_NAME)[1] or "")

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._position)
        if found is None:
            raise self._fault("is malformed")
        self._position = found.end()
        return found

    def take(self, character: str) -> bool:
        taken = self._text[self._position : self._position + 1] == character
        self._position += taken
        return taken

    def expect_end(self) -> None:
        if self._text[self._position :].strip():
            raise self._fault("goes on after its end")

    def _fault(self, message: str) -> DecodeError:
        return DecodeError(f"`{self._text[:60]}` {message}", what=WHAT, offset=self._position)
