"""`abi.encode` and its kin, and `abi.decode`."""

from contractchain.lang import ast
from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import calldata
from contractchain.lang.lower.abi_decode import decode
from contractchain.lang.lower.abi_encode import Typed, encode, encode_packed
from contractchain.lang.lower.constants import FREE_MEMORY
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.selectors import known_selector
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.types import (
    BYTES4,
    BytesType,
    FunctionType,
    StringLiteralType,
    TupleType,
    Type,
)


def abi_encode(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Lower `abi.encode`, `encodePacked`, `encodeWithSelector`, `...Signature`, `encodeCall`."""
    code, builtin = frame.code, info.builtin
    selector: Operand | None = None
    arguments = list(info.arguments)
    targets: list[Type] | None = None
    first: Typed | None = None
    if builtin is Builtin.ABI_ENCODE_CALL:
        selector, targets = _callee_of(frame, arguments.pop(0))
    elif builtin in (Builtin.ABI_ENCODE_WITH_SELECTOR, Builtin.ABI_ENCODE_WITH_SIGNATURE):
        head = arguments.pop(0)
        first = frame.value(head), frame.type_of(head)
    values = [(frame.value(item), frame.type_of(item)) for item in arguments]
    if targets is None:
        targets = [_encoding_type(source) for _, source in values]
    if first is not None:
        selector = _selector(frame, first, is_text=builtin is Builtin.ABI_ENCODE_WITH_SIGNATURE)
    pointer = code.free_memory()
    start = code.add(pointer, 32)
    position = start
    if selector is not None:
        code.mstore(start, selector)
        position = code.add(start, 4)
    if builtin is Builtin.ABI_ENCODE_PACKED:
        end = encode_packed(code, position, values, targets)
    else:
        end = encode(code, position, values, targets)
    code.mstore(pointer, code.sub(end, start))
    code.finish_allocation(pointer, code.sub(end, pointer))
    return (pointer,)


def _encoding_type(source: Type) -> Type:
    mobile = calldata.sequence_type(source).mobile
    if mobile is None:
        raise refuse(f"ABI encoding of `{source}`")
    return mobile.at(DataLocation.MEMORY)


def _selector(frame: Frame, value: Typed, *, is_text: bool) -> Operand:
    """Return the left-aligned selector that a `bytes4` or a signature gives."""
    from contractchain.crypto import keccak256

    code, (words, source) = frame.code, value
    if not is_text:
        return convert(code, words, source, BYTES4)[0]
    if isinstance(source, StringLiteralType):
        return int.from_bytes(keccak256(source.value)[:4], "big") << 224
    before = code.free_memory()
    (pointer,) = convert(code, words, source, BytesType())
    digest = code.op(Op.KECCAK256, code.add(pointer, 32), code.mload(pointer))
    code.mstore(FREE_MEMORY, before)
    return code.and_(digest, 0xFFFFFFFF << 224)


def _callee_of(frame: Frame, node: ast.Expression) -> tuple[Operand, list[Type]]:
    """Return the selector and the parameters of the first argument of `abi.encodeCall`."""
    item = frame.type_of(node)
    assert isinstance(item, FunctionType)
    words = frame.value(node)
    known = known_selector(item)
    parameters = [
        part.at(DataLocation.MEMORY) if part.is_reference else part for part in item.parameters
    ]
    if known is not None:
        return known << 224, parameters
    return frame.code.shl(224, words[1]), parameters


def abi_decode(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Lower `abi.decode`."""
    code = frame.code
    item = frame.type_of(node)
    kinds = item.components if isinstance(item, TupleType) else (item,)
    types = [kind for kind in kinds if kind is not None]
    argument = info.arguments[0]
    words, source = frame.value(argument), frame.type_of(argument)
    if source.location is DataLocation.CALLDATA:
        start, length = words
        from_memory = False
    else:
        (pointer,) = convert(code, words, source, BytesType())
        start, length = code.add(pointer, 32), code.mload(pointer)
        from_memory = True
    values = decode(code, start, code.add(start, length), types, from_memory=from_memory)
    return sum(values, ())
