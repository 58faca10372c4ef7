"""Events."""

from contractchain.lang import ast
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.abi_encode import Typed, encode, encode_packed, encoded_bytes
from contractchain.lang.lower.constants import SCRATCH
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.values import (
    Words,
    combine_function,
    is_external_function,
)
from contractchain.lang.semantics.symbols import EventSymbol
from contractchain.lang.semantics.types import Type

_LOGS = (Op.LOG0, Op.LOG1, Op.LOG2, Op.LOG3, Op.LOG4)
_SCRATCH_BYTES = 0x40


def lower_emit(frame: Frame, call: ast.FunctionCall) -> None:
    """Lower `emit Event(...)`."""
    code, info = frame.code, frame.info(call).call
    assert info is not None
    event = info.target
    assert isinstance(event, EventSymbol)
    values = [(frame.value(argument), frame.type_of(argument)) for argument in info.arguments]
    topics: list[Operand] = []
    if not event.is_anonymous:
        topics.append(int.from_bytes(event.signature_hash, "big"))
    data: list[Typed] = []
    targets: list[Type] = []
    for parameter, (words, source) in zip(event.parameters, values, strict=True):
        if parameter.is_indexed:
            topics.append(_topic(frame, words, source, parameter.type))
        else:
            data.append((words, source))
            targets.append(parameter.type)
    size = encoded_bytes(targets)
    fits = size is not None and size <= _SCRATCH_BYTES
    start = SCRATCH if fits else code.free_memory()
    end = encode(code, start, data, targets)
    code.effect(_LOGS[len(topics)], start, code.sub(end, start), *topics)


def _topic(frame: Frame, words: Words, source: Type, target: Type) -> Operand:
    """Return an indexed argument: the value, or the hash of what a reference holds."""
    code = frame.code
    if target.is_value:
        value = convert(code, words, source, target)
        return combine_function(code, value) if is_external_function(target) else value[0]
    start = code.free_memory()
    end = encode_packed(code, start, [(words, source)], [target])
    return code.op(Op.KECCAK256, start, code.sub(end, start))
