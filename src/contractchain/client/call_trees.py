"""The calls of a transaction in the terms of the source: who called what with which values.

Reads what `callTracer` gives, of this node or of another; how a tree is laid out on a screen is the
command line's business.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from contractchain.chain.tracers.failures import FAILURES
from contractchain.client.explaining import AbisFor, explain_failure
from contractchain.client.values import format_call, format_value, named_values
from contractchain.codec.abi import ContractAbi, Function, decode_arguments, decode_event
from contractchain.codec.hexadecimal import parse_address, parse_hex, to_hex
from contractchain.errors import DecodeError
from contractchain.types import Address, Artifact, Halt, Hash32, Revert

SELECTOR_BYTES = 4
SHOWN_DATA_BYTES = 68
PRECOMPILES = {
    1: "ecrecover",
    2: "sha256",
    3: "ripemd160",
    4: "identity",
    5: "modexp",
    6: "ecadd",
    7: "ecmul",
    8: "ecpairing",
    9: "blake2f",
    10: "pointEvaluation",
}
ArtifactAt: TypeAlias = Callable[[Address], Artifact | None]
"""Returns the artifact that the contract at an address was made from, if it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmittedLog:
    """A log of a frame."""

    address: Address
    topics: tuple[Hash32, ...]
    data: bytes
    position: int
    """Calls that the frame had made before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A call, a creation or a destruction that happened."""

    kind: str
    """Name of the instruction."""
    caller: Address
    callee: Address | None
    """None of a creation that failed."""
    value: int
    """Wei."""
    gas_used: int
    data: bytes
    output: bytes
    error: str | None
    calls: "tuple[CallRecord, ...]"
    logs: tuple[EmittedLog, ...]

    @property
    def is_creation(self) -> bool:
        """Whether it makes a contract."""
        return self.kind.startswith("CREATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCall:
    """What a call was and what came of it, in words."""

    call: str
    """E.g. `increment(by: 5)`; the data in hex if no function explains it."""
    result: str | None
    """What it gave back, None if nothing."""
    failure: str | None
    """Why it failed, None if it did not."""
    function: Function | None
    arguments: list[dict[str, Any]] | None
    """Names, types and values."""
    returns: list[dict[str, Any]] | None


def read_call_record(value: Any) -> CallRecord:
    """Read the result of `callTracer`.

    Raises:
        DecodeError: it is something else.
    """
    try:
        return _read(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DecodeError(f"no tree of calls: {error}", what="trace") from error


def read_failure(value: Any) -> Revert | Halt:
    """Read how the outermost call failed, from the result of `callTracer`.

    Raises:
        DecodeError: it did not fail, or it is something else.
    """
    record = read_call_record(value)
    if record.error is None:
        raise DecodeError("the call did not fail", what="trace")
    if "revert" in record.error:
        return Revert(data=record.output)
    words = record.error.lower()
    found = (reason for text, reason in FAILURES.items() if words.startswith(text))
    return Halt(reason=next(found, f"other: {record.error}"))


def _read(value: Any) -> CallRecord:
    callee = value.get("to")
    return CallRecord(
        kind=str(value["type"]),
        caller=parse_address(value["from"]),
        callee=None if callee is None else parse_address(callee),
        value=int(value.get("value") or "0x0", 16),
        gas_used=int(value["gasUsed"], 16),
        data=parse_hex(value.get("input") or "0x", "input"),
        output=parse_hex(value.get("output") or "0x", "output"),
        error=value.get("error"),
        calls=tuple(_read(call) for call in value.get("calls") or ()),
        logs=tuple(
            EmittedLog(
                address=parse_address(log["address"]),
                topics=tuple(parse_hex(topic, "topic") for topic in log["topics"]),
                data=parse_hex(log["data"], "data"),
                position=int(log.get("position") or "0x0", 16),
            )
            for log in value.get("logs") or ()
        ),
    )


def explain_call(record: CallRecord, abis_for: AbisFor, artifact_at: ArtifactAt) -> ExplainedCall:
    """Return what a call was, from the ABIs that may know it."""
    abis = list(abis_for(record.callee))
    if record.is_creation:
        return _explain_creation(record, abis, artifact_at)
    found = _find_function(record, abis)
    returns, result = None, None
    if found is None:
        call, function, arguments = _show_data(record), None, None
    else:
        function, values = found
        call = format_call(function.name, function.inputs, values)
        arguments = named_values(function.inputs, values)
    if record.error is None and record.output:
        result = _shorten(record.output)
        decoded = None if function is None else _decode(function.outputs, record.output)
        if function is not None and decoded is not None:
            returns = named_values(function.outputs, decoded)
            shown = zip(function.outputs, decoded, strict=True)
            result = ", ".join(format_value(output.type, value) for output, value in shown)
    return ExplainedCall(
        call=call,
        result=result,
        failure=_explain_error(record, abis),
        function=function,
        arguments=arguments,
        returns=returns,
    )


def explain_log(log: EmittedLog, abis_for: AbisFor) -> str:
    """Return what a log says, e.g. `Transfer(from: 0x…, to: 0x…, value: 5)`."""
    event = decode_event(log.topics, log.data, abis_for(log.address))
    if event is None:
        topics = ", ".join(to_hex(topic) for topic in log.topics)
        return f"unknown event [{topics}] {_shorten(log.data)}"
    return format_call(event.event.name, event.event.inputs, event.values)


def _explain_creation(
    record: CallRecord, abis: list[ContractAbi], artifact_at: ArtifactAt
) -> ExplainedCall:
    artifact = None if record.callee is None else artifact_at(record.callee)
    call, arguments = f"new contract of {len(record.data):,} bytes", None
    if artifact is not None:
        call = f"new {artifact.name}"
        constructor = abis[0].constructor if abis else None
        inputs = () if constructor is None else constructor.inputs
        values = _decode(inputs, record.data[len(artifact.init_code) :])
        if values is not None:
            call, arguments = format_call(call, inputs, values), named_values(inputs, values)
    return ExplainedCall(
        call=call,
        result=None if record.error is not None else f"{len(record.output):,} bytes of code",
        failure=_explain_error(record, abis),
        function=None,
        arguments=arguments,
        returns=None,
    )


def _find_function(
    record: CallRecord, abis: Iterable[ContractAbi]
) -> tuple[Function, tuple[Any, ...]] | None:
    if len(record.data) < SELECTOR_BYTES:
        return None
    for abi in abis:
        function = abi.by_selector.get(record.data[:SELECTOR_BYTES])
        if function is None:
            continue
        values = _decode(function.inputs, record.data[SELECTOR_BYTES:])
        if values is not None:
            return function, values
    return None


def _decode(parameters: Any, data: bytes) -> tuple[Any, ...] | None:
    try:
        return tuple(decode_arguments(parameters, data, "trace"))
    except DecodeError:
        return None


def _show_data(record: CallRecord) -> str:
    number = int.from_bytes(record.callee or b"", "big")
    if number in PRECOMPILES:
        return f"{PRECOMPILES[number]}({_shorten(record.data)})"
    if record.kind == "SELFDESTRUCT":
        return "selfdestruct"
    return f"[{_shorten(record.data)}]" if record.data else "[no data]"


def _shorten(data: bytes) -> str:
    if len(data) <= SHOWN_DATA_BYTES:
        return to_hex(data)
    return f"{to_hex(data[:SHOWN_DATA_BYTES])}… ({len(data):,} bytes)"


def _explain_error(record: CallRecord, abis: list[ContractAbi]) -> str | None:
    if record.error is None:
        return None
    if "revert" not in record.error:
        return f"halted: {record.error}"
    return explain_failure(Revert(data=record.output), abis).describe()
