"""Functions of the language: `require`, `keccak256`, `abi.encode`, `new T[]` and the like."""

from collections.abc import Callable

from contractchain.lang import ast
from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory
from contractchain.lang.lower.abi_encode import encode, encode_packed
from contractchain.lang.lower.builtin_abi import abi_decode, abi_encode
from contractchain.lang.lower.builtin_arrays import pop_element, push_element
from contractchain.lang.lower.constants import SCRATCH, Panic
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.external_calls import call_address, send_ether
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.reverts import revert_with_error, revert_with_reason
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallInfo, CallKind
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.types import (
    ADDRESS,
    BOOL,
    BYTES32,
    UINT8,
    UINT256,
    BytesType,
    StringLiteralType,
)

_Lowering = Callable[[Frame, ast.FunctionCall, CallInfo], Words]


def call_builtin(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Lower a call of a function of the language."""
    assert info.builtin is not None
    lowering = _LOWERINGS.get(info.builtin)
    if lowering is None:
        raise refuse(f"`{info.builtin.value}`", node)
    return lowering(frame, node, info)


def _require(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    code = frame.code
    condition = frame.word_as(info.arguments[0], BOOL)
    if len(info.arguments) == 1:
        code.revert_if(code.iszero(condition))
        return ()
    reason = info.arguments[1]
    failed, passed = code.new_block("failed"), code.new_block("passed")
    error = frame.info(reason).call
    if error is not None and error.kind is CallKind.ERROR:
        values = [(frame.value(item), frame.type_of(item)) for item in error.arguments]
        code.branch(condition, passed, failed)
        code.enter(failed)
        revert_with_error(frame, error, values)
    else:
        value = frame.value(reason), frame.type_of(reason)
        code.branch(condition, passed, failed)
        code.enter(failed)
        revert_with_reason(frame, value)
    code.enter(passed)
    return ()


def _assert(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    condition = frame.word_as(info.arguments[0], BOOL)
    frame.code.panic_if(frame.code.iszero(condition), Panic.ASSERT)
    return ()


def _revert(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    if info.arguments:
        (reason,) = info.arguments
        revert_with_reason(frame, (frame.value(reason), frame.type_of(reason)))
    else:
        frame.code.halt(Op.REVERT, 0, 0)
    return ()


def _keccak256(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    from contractchain.crypto import keccak256

    code, (argument,) = frame.code, info.arguments
    words, source = frame.value(argument), frame.type_of(argument)
    if isinstance(source, StringLiteralType):
        return (int.from_bytes(keccak256(source.value), "big"),)
    if source.location is DataLocation.MEMORY:
        return (code.op(Op.KECCAK256, code.add(words[0], 32), code.mload(words[0])),)
    (pointer,) = convert(code, words, source, BytesType())
    return (code.op(Op.KECCAK256, code.add(pointer, 32), code.mload(pointer)),)


def _modular(op: Op) -> _Lowering:
    def lowering(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
        code = frame.code
        (left,), (right,), (modulus,) = frame.values_as(info.arguments, (UINT256,) * 3)
        code.panic_if(code.iszero(modulus), Panic.DIVISION_BY_ZERO)
        return (code.op(op, left, right, modulus),)

    return lowering


def _word(op: Op) -> _Lowering:
    def lowering(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
        operands = [frame.word_as(argument, UINT256) for argument in info.arguments]
        return (frame.code.op(op, *operands),)

    return lowering


def _selfdestruct(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    frame.code.halt(Op.SELFDESTRUCT, frame.word_as(info.arguments[0], ADDRESS))
    return ()


def _precompile(address: int, *, is_left: bool) -> _Lowering:
    """`sha256` and `ripemd160`"""

    def lowering(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
        code, (argument,) = frame.code, info.arguments
        words, source = frame.value(argument), frame.type_of(argument)
        start = code.free_memory()
        end = encode_packed(code, start, [(words, source)], [BytesType()])
        word = _call_precompile(frame, address, start, code.sub(end, start))
        return (word if is_left else code.shl(96, word),)

    return lowering


def _call_precompile(frame: Frame, address: int, start: Operand, size: Operand) -> Operand:
    code = frame.code
    gas = code.op(Op.GAS)
    success = code.op(Op.STATICCALL, gas, address, start, size, SCRATCH, 32)
    failed, passed = code.new_block("failed"), code.new_block("passed")
    code.branch(success, passed, failed)
    code.enter(failed)
    code.bubble_revert()
    code.enter(passed)
    return code.mload(SCRATCH)


def _ecrecover(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    code = frame.code
    kinds = [BYTES32, UINT8, BYTES32, BYTES32]
    values = [(frame.value(item), frame.type_of(item)) for item in info.arguments]
    start = code.free_memory()
    encode(code, start, values, kinds)
    code.mstore(SCRATCH, 0)
    return (_call_precompile(frame, 1, start, 0x80),)


def _concat(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    code = frame.code
    values = [(frame.value(item), frame.type_of(item)) for item in info.arguments]
    pointer = code.free_memory()
    start = code.add(pointer, 32)
    end = encode_packed(code, start, values)
    code.mstore(pointer, code.sub(end, start))
    code.finish_allocation(pointer, code.sub(end, pointer))
    return (pointer,)


def _wrap(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    return frame.value_as(info.arguments[0], frame.type_of(node))


def _new_array(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    length = frame.word_as(info.arguments[0], UINT256)
    return (memory.new_array(frame.code, frame.type_of(node), length),)


_LOWERINGS: dict[Builtin, _Lowering] = {
    Builtin.TYPE: lambda frame, node, info: (),  # alone, it is no value
    Builtin.REQUIRE: _require,
    Builtin.ASSERT: _assert,
    Builtin.REVERT: _revert,
    Builtin.KECCAK256: _keccak256,
    Builtin.SHA256: _precompile(2, is_left=True),
    Builtin.RIPEMD160: _precompile(3, is_left=False),
    Builtin.ECRECOVER: _ecrecover,
    Builtin.ADDMOD: _modular(Op.ADDMOD),
    Builtin.MULMOD: _modular(Op.MULMOD),
    Builtin.BLOCKHASH: _word(Op.BLOCKHASH),
    Builtin.BLOBHASH: _word(Op.BLOBHASH),
    Builtin.GASLEFT: _word(Op.GAS),
    Builtin.SELFDESTRUCT: _selfdestruct,
    Builtin.ABI_ENCODE: abi_encode,
    Builtin.ABI_ENCODE_PACKED: abi_encode,
    Builtin.ABI_ENCODE_WITH_SELECTOR: abi_encode,
    Builtin.ABI_ENCODE_WITH_SIGNATURE: abi_encode,
    Builtin.ABI_ENCODE_CALL: abi_encode,
    Builtin.ABI_DECODE: abi_decode,
    Builtin.BYTES_CONCAT: _concat,
    Builtin.STRING_CONCAT: _concat,
    Builtin.WRAP: _wrap,
    Builtin.UNWRAP: _wrap,
    Builtin.NEW_ARRAY: _new_array,
    Builtin.ADDRESS_CALL: call_address,
    Builtin.ADDRESS_DELEGATECALL: call_address,
    Builtin.ADDRESS_STATICCALL: call_address,
    Builtin.ADDRESS_SEND: send_ether,
    Builtin.ADDRESS_TRANSFER: send_ether,
    Builtin.ARRAY_PUSH: push_element,
    Builtin.ARRAY_POP: pop_element,
}
