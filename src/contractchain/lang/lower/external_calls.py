"""Message calls: to functions of other contracts, to addresses, and creation of contracts."""

from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.ast import StateMutability
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory
from contractchain.lang.lower.abi_decode import decode
from contractchain.lang.lower.abi_encode import Typed, encode, encode_packed
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, ZERO_SLOT, Panic
from contractchain.lang.lower.frame import Frame, evaluates
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.selectors import selector_of
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.symbols import FunctionSymbol
from contractchain.lang.semantics.types import (
    BYTES32,
    UINT256,
    ByteSequenceType,
    ContractType,
    FunctionType,
    FunctionTypeKind,
    Type,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What is called, with what is given in braces."""

    words: Words
    """Address, and selector of a function."""
    gas: Operand | None = None
    value: Operand | None = None
    salt: Operand | None = None


def evaluate_callee(frame: Frame, node: ast.Expression) -> Callee:
    """Evaluate the part of a call before the parentheses."""
    options: list[ast.FunctionCallOptions] = []
    while True:
        if isinstance(node, ast.FunctionCallOptions):
            options.append(node)
            node = node.callee
        elif isinstance(node, ast.TupleExpression) and len(node.components) == 1:
            (inner,) = node.components
            assert inner is not None
            node = inner
        else:
            break
    info = frame.info(node)
    if (
        isinstance(node, ast.MemberAccess)
        and info.builtin is not None
        and not _is_member(info.type)
    ):
        words = frame.value(node.object)
    elif isinstance(node, ast.NewExpression):
        words = ()
    else:
        words = frame.value(node)
    given: dict[str, Operand] = {}
    for item in reversed(options):
        for name, value in zip(item.names, item.options, strict=True):
            given[name] = frame.word_as(value, BYTES32 if name == "salt" else UINT256)
    return Callee(
        words=words, gas=given.get("gas"), value=given.get("value"), salt=given.get("salt")
    )


def _library_callee(frame: Frame, info: CallInfo) -> Callee:
    """Return what `x.f()` calls, `f` being an external function of a library."""
    function = info.target
    if not isinstance(function, FunctionSymbol) or function.contract is None:
        raise refuse("calling this bound function")
    address = frame.code.op(Op.LINK_SYMBOL, symbol=function.contract.fully_qualified_name)
    return Callee(words=(address, selector_of(function)))


def _is_member(item: Type) -> bool:
    return isinstance(item, FunctionType) and item.kind in (
        FunctionTypeKind.EXTERNAL,
        FunctionTypeKind.INTERNAL,
        FunctionTypeKind.DELEGATE,
    )


def _evaluate_arguments(frame: Frame, info: CallInfo) -> tuple[list[Typed], list[Type]]:
    values, targets = [], list(info.parameters)
    if info.receiver is not None:
        assert info.receiver_type is not None
        values.append((frame.value(info.receiver), frame.type_of(info.receiver)))
        targets.insert(0, info.receiver_type)
    values += [(frame.value(argument), frame.type_of(argument)) for argument in info.arguments]
    return values, targets


@evaluates(ast.FunctionCallOptions)
def _evaluate_options(frame: Frame, node: ast.FunctionCallOptions) -> Words:
    """`f{gas: g}` that is not called: the function itself"""
    return evaluate_callee(frame, node).words


def call_external(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Call a function of another contract; a failure is passed on."""
    code = frame.code
    success, position = start_call(frame, node, info)
    assert info.type is not None
    failed, succeeded = code.new_block("call_failed"), code.new_block("call_ok")
    code.branch(success, succeeded, failed)
    code.enter(failed)
    code.bubble_revert()
    code.enter(succeeded)
    return finish_call(code, info.type, position)


def start_call(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> tuple[Operand, Operand]:
    """Make a call of an external function; return its success, and where it may write results."""
    code, item = frame.code, info.type
    assert item is not None
    if info.receiver is not None:
        callee = _library_callee(frame, info)
    else:
        callee = evaluate_callee(frame, node.callee)
    values, targets = _evaluate_arguments(frame, info)
    address, selector = callee.words
    returned = sum(part.abi_head_bytes for part in item.returns)
    if returned == 0 or frame.unit.debug_strings:
        code.revert_if(
            code.iszero(code.op(Op.EXTCODESIZE, address)),
            "Target contract does not contain code",
        )
    position = code.free_memory()
    code.mstore(position, code.shl(224, selector))
    end = encode(code, code.add(position, 4), values, targets)
    is_static_size = not any(part.is_abi_dynamic for part in item.returns)
    room = returned if is_static_size else 0
    gas = code.op(Op.GAS) if callee.gas is None else callee.gas
    size = code.sub(end, position)
    if item.kind is FunctionTypeKind.DELEGATE:
        success = code.op(Op.DELEGATECALL, gas, address, position, size, position, room)
    elif item.mutability in (StateMutability.PURE, StateMutability.VIEW):
        success = code.op(Op.STATICCALL, gas, address, position, size, position, room)
    else:
        value = 0 if callee.value is None else callee.value
        success = code.op(Op.CALL, gas, address, value, position, size, position, room)
    return success, position


def finish_call(code: Code, item: FunctionType, position: Operand) -> Words:
    """Decode what a call has returned."""
    if not item.returns:
        return ()
    returned = code.op(Op.RETURNDATASIZE)
    if any(part.is_abi_dynamic for part in item.returns):
        code.effect(Op.RETURNDATACOPY, position, 0, returned)
        size = returned
    else:
        room = sum(part.abi_head_bytes for part in item.returns)
        size = code.select(code.gt(room, returned), returned, room)
    code.finish_allocation(position, size)
    values = decode(code, position, code.add(position, size), item.returns, from_memory=True)
    return sum(values, ())


# --- calls to addresses

_LOW_LEVEL = {
    Builtin.ADDRESS_CALL: Op.CALL,
    Builtin.ADDRESS_DELEGATECALL: Op.DELEGATECALL,
    Builtin.ADDRESS_STATICCALL: Op.STATICCALL,
}


def call_address(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """`address.call(data)` and its kin: success, and what was returned."""
    code = frame.code
    assert info.builtin is not None
    callee = evaluate_callee(frame, node.callee)
    (argument,) = info.arguments
    words, source = frame.value(argument), frame.type_of(argument)
    position: Operand
    if isinstance(source, ByteSequenceType) and _is_memory(source):
        position, size = code.add(words[0], 32), code.mload(words[0])
    else:
        position = code.free_memory()
        size = code.sub(encode_packed(code, position, [(words, source)]), position)
    gas = code.op(Op.GAS) if callee.gas is None else callee.gas
    op, (address,) = _LOW_LEVEL[info.builtin], callee.words
    value: tuple[Operand, ...] = ()
    if op is Op.CALL:
        value = (0 if callee.value is None else callee.value,)
    success = code.op(op, gas, address, *value, position, size, 0, 0)
    return success, return_data(code)


def _is_memory(item: Type) -> bool:
    return item.location is ast.DataLocation.MEMORY


def return_data(code: Code) -> Operand:
    """Return what the last call returned as new `bytes`."""

    def body(inner: Code) -> None:
        size = inner.op(Op.RETURNDATASIZE)
        result = inner.variable(ZERO_SLOT)
        with inner.when(size):
            pointer = memory.allocate_bytes(inner, size)
            inner.effect(Op.RETURNDATACOPY, inner.add(pointer, 32), 0, size)
            inner.set(result, pointer)
        inner.ret(inner.get(result))

    return code.share("return_data", 1, body)[0]


def send_ether(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """`address.send(value)` and `address.transfer(value)`"""
    code = frame.code
    callee = evaluate_callee(frame, node.callee)
    value = frame.word_as(info.arguments[0], UINT256)
    gas = code.mul(code.iszero(value), 2300)
    success = code.op(Op.CALL, gas, callee.words[0], value, 0, 0, 0, 0)
    if info.builtin is Builtin.ADDRESS_SEND:
        return (success,)
    failed, succeeded = code.new_block("transfer_failed"), code.new_block("transfer_ok")
    code.branch(success, succeeded, failed)
    code.enter(failed)
    code.bubble_revert()
    code.enter(succeeded)
    return ()


# --- creation


def create_contract(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """`new C(...)`; a failure is passed on."""
    code = frame.code
    address = start_creation(frame, node, info)
    failed, succeeded = code.new_block("create_failed"), code.new_block("create_ok")
    code.branch(address, succeeded, failed)
    code.enter(failed)
    code.bubble_revert()
    code.enter(succeeded)
    return (address,)


def start_creation(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Operand:
    """Create a contract; return its address, 0 if that failed."""
    code = frame.code
    callee = evaluate_callee(frame, node.callee)
    values, targets = _evaluate_arguments(frame, info)
    item = frame.type_of(node)
    if not isinstance(item, ContractType):
        raise refuse("creating this", node)
    name = frame.unit.embed(item.symbol, is_runtime=False)
    position = code.free_memory()
    size = code.op(Op.DATA_SIZE, symbol=name)
    end = code.add(position, size)
    too_much = code.or_(code.gt(end, MAX_MEMORY), code.lt(end, position))
    code.panic_if(too_much, Panic.OUT_OF_MEMORY)
    code.effect(Op.CODECOPY, position, code.op(Op.DATA_OFFSET, symbol=name), size)
    end = encode(code, end, values, targets)
    value = 0 if callee.value is None else callee.value
    length = code.sub(end, position)
    if callee.salt is not None:
        return code.op(Op.CREATE2, value, position, length, callee.salt)
    return code.op(Op.CREATE, value, position, length)
