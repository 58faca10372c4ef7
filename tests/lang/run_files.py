"""Reading `tests/lang/run/*.sol`: sources that say what their functions return.

    // deploy: (1, "text")            constructor arguments; the last contract of the file is used
    // run: add(1, 2) -> 3
    // run: pay() {5} -> ()           with 5 wei
    // run: f() -> revert             without data
    // run: f() -> panic 0x11
    // run: f() -> error Bad(1)       a custom error, or Error("reason")

Arguments are Python literals; `true` and `false`, `hex"00"` and addresses as `0x…` are understood,
too. Types are those of the ABI.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import eth_abi
from eth_hash.auto import keccak

_LINE = re.compile(r"^\s*// (deploy|run): (.*)$", re.M)
_CALL = re.compile(r"^(\w+)\((.*)\)\s*(?:\{(\d+)\})?\s*->\s*(.*)$", re.S)
_NAMES = {"__builtins__": {}, "bytes": bytes, "true": True, "false": False}
PANIC = bytes.fromhex("4e487b71")
ERROR = bytes.fromhex("08c379a0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One expectation."""

    text: str
    function: str
    arguments: tuple[Any, ...]
    value: int
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A source with its expectations."""

    source: str
    constructor_arguments: tuple[Any, ...]
    calls: tuple[Call, ...]


def read_run_file(path: Path) -> RunFile:
    """Read a file and what it expects."""
    source = path.read_text()
    arguments: tuple[Any, ...] = ()
    for kind, text in _LINE.findall(source):
        if kind == "deploy":
            arguments = parse_values(text.strip()[1:-1])
    return RunFile(source=source, constructor_arguments=arguments, calls=read_calls(source))


def read_calls(source: str) -> tuple[Call, ...]:
    """Return the calls that a source expects something of."""
    calls = []
    for kind, text in _LINE.findall(source):
        if kind == "deploy":
            continue
        match = _CALL.match(text.strip())
        assert match, f"cannot read `{text}`"
        function, inner, value, expected = match.groups()
        calls.append(
            Call(
                text=text,
                function=function,
                arguments=parse_values(inner),
                value=int(value or 0),
                expected=expected.strip(),
            )
        )
    return tuple(calls)


def parse_values(text: str) -> tuple[Any, ...]:
    """Return comma-separated literals as values."""
    text = re.sub(r'hex"([0-9a-fA-F]*)"', r'bytes.fromhex("\1")', text)
    if not text.strip():
        return ()
    tree = ast.parse(f"({text.rstrip(',')},)", mode="eval")
    value = eval(compile(tree, "<run>", "eval"), _NAMES)
    assert isinstance(value, tuple)
    return value


def type_of(parameter: dict[str, Any]) -> str:
    """Return the ABI type of a parameter, tuples written out."""
    kind: str = parameter["type"]
    if kind.startswith("tuple"):
        inner = ",".join(type_of(item) for item in parameter["components"])
        return f"({inner}){kind[5:]}"
    return kind


def encode_values(parameters: list[dict[str, Any]], values: tuple[Any, ...]) -> bytes:
    """Encode values as the parameters want them."""
    kinds = [type_of(item) for item in parameters]
    return eth_abi.encode(kinds, [_fit(kind, v) for kind, v in zip(kinds, values, strict=True)])


def _fit(kind: str, value: Any) -> Any:
    if kind.endswith("]"):
        inner = kind[: kind.rindex("[")]
        return [_fit(inner, item) for item in value]
    if kind.startswith("("):
        return tuple(_fit(part, item) for part, item in zip(_split(kind), value, strict=True))
    if kind == "address" and isinstance(value, int):
        return value.to_bytes(20, "big")
    if kind.startswith("bytes") and isinstance(value, str):
        return value.encode()
    return value


def _split(kind: str) -> list[str]:
    parts, depth, start = [], 0, 1
    for index, char in enumerate(kind):
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        if (char == "," and depth == 1) or (char == ")" and depth == 0):
            parts.append(kind[start:index])
            start = index + 1
            if depth == 0:
                break
    return parts


def signature(entry: dict[str, Any]) -> str:
    """Return the signature of an ABI entry."""
    return f"{entry['name']}({','.join(type_of(item) for item in entry['inputs'])})"


def selector(entry: dict[str, Any]) -> bytes:
    """Return the selector of an ABI entry."""
    return keccak(signature(entry).encode())[:4]


def find_function(abi: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    """Return the ABI entry of the function that is called."""
    for entry in abi:
        if (
            entry["type"] == "function"
            and entry["name"] == call.function
            and len(entry["inputs"]) == len(call.arguments)
        ):
            return entry
    raise AssertionError(f"no function `{call.function}`")


def expected_outcome(
    abi: list[dict[str, Any]], function: dict[str, Any], expected: str
) -> tuple[bool, bytes]:
    """Return success and data that an expectation means."""
    if expected == "revert":
        return False, b""
    if expected.startswith("panic"):
        return False, PANIC + int(expected.split()[1], 0).to_bytes(32, "big")
    match = re.match(r"^error (\w+)\((.*)\)$", expected, re.S)
    if match:
        name, values = match[1], parse_values(match[2])
        if name == "Error":
            return False, ERROR + eth_abi.encode(["string"], list(values))
        entry = next(e for e in abi if e["type"] == "error" and e["name"] == name)
        return False, selector(entry) + encode_values(entry["inputs"], values)
    text = expected[1:-1] if expected.startswith("(") and expected.endswith(")") else expected
    return True, encode_values(function["outputs"], parse_values(text))
