"""Values of the language: members of `msg`, `block`, `tx`, `type(T)`, addresses, functions."""

from collections.abc import Callable

from contractchain.lang import ast
from contractchain.lang.ir.nodes import WORD
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.selectors import known_selector, selector_of
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallKind
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.symbols import (
    BuiltinSymbol,
    ContractSymbol,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    ContractType,
    EnumType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    MagicType,
    Type,
)

_OPS = {
    Builtin.MSG_SENDER: Op.CALLER,
    Builtin.MSG_VALUE: Op.CALLVALUE,
    Builtin.TX_ORIGIN: Op.ORIGIN,
    Builtin.TX_GASPRICE: Op.GASPRICE,
    Builtin.BLOCK_BASEFEE: Op.BASEFEE,
    Builtin.BLOCK_BLOBBASEFEE: Op.BLOBBASEFEE,
    Builtin.BLOCK_CHAINID: Op.CHAINID,
    Builtin.BLOCK_COINBASE: Op.COINBASE,
    Builtin.BLOCK_DIFFICULTY: Op.PREVRANDAO,
    Builtin.BLOCK_PREVRANDAO: Op.PREVRANDAO,
    Builtin.BLOCK_GASLIMIT: Op.GASLIMIT,
    Builtin.BLOCK_NUMBER: Op.NUMBER,
    Builtin.BLOCK_TIMESTAMP: Op.TIMESTAMP,
}


def evaluate_builtin(frame: Frame, node: ast.MemberAccess, builtin: Builtin) -> Words:
    """Return a member that the language provides."""
    if builtin in _OPS:
        return (frame.code.op(_OPS[builtin]),)
    evaluator = _EVALUATORS.get(builtin)
    if evaluator is not None:
        return evaluator(frame, node)
    frame.value(node.object)  # a function of the language that is named and not called
    return ()


def _data(frame: Frame, node: ast.MemberAccess) -> Words:
    return 0, frame.code.op(Op.CALLDATASIZE)


def _signature(frame: Frame, node: ast.MemberAccess) -> Words:
    return (frame.code.and_(frame.code.op(Op.CALLDATALOAD, 0), 0xFFFFFFFF << 224),)


def _argument(frame: Frame, node: ast.MemberAccess) -> Type:
    """Return `T` of `type(T).member`."""
    magic = frame.type_of(node.object)
    assert isinstance(magic, MagicType) and magic.argument is not None
    return magic.argument


def _limit(frame: Frame, node: ast.MemberAccess) -> Words:
    item = _argument(frame, node)
    is_low = frame.info(node).builtin is Builtin.TYPE_MIN
    if isinstance(item, EnumType):
        return (0 if is_low else item.member_count - 1,)
    assert isinstance(item, IntegerType)
    return ((item.minimum if is_low else item.maximum) & WORD,)


def _contract_argument(frame: Frame, node: ast.MemberAccess) -> ContractSymbol:
    item = _argument(frame, node)
    assert isinstance(item, ContractType)
    return item.symbol


def _name(frame: Frame, node: ast.MemberAccess) -> Words:
    item = _argument(frame, node)
    name = item.symbol.name if isinstance(item, (ContractType, EnumType)) else str(item)
    return (memory.literal_to_memory(frame.code, name.encode()),)


def _interface_id(frame: Frame, node: ast.MemberAccess) -> Words:
    contract = _contract_argument(frame, node)
    result = 0
    for function in contract.functions:
        if function.is_part_of_interface:
            result ^= selector_of(function)
    return (result << 224,)


def _code_of(frame: Frame, node: ast.MemberAccess) -> Words:
    contract = _contract_argument(frame, node)
    is_runtime = frame.info(node).builtin is Builtin.TYPE_RUNTIME_CODE
    name = frame.unit.embed(contract, is_runtime=is_runtime)
    code = frame.code
    size = code.op(Op.DATA_SIZE, symbol=name)
    pointer = memory.allocate_bytes(code, size)
    code.effect(Op.CODECOPY, code.add(pointer, 32), code.op(Op.DATA_OFFSET, symbol=name), size)
    return (pointer,)


def _balance(frame: Frame, node: ast.MemberAccess) -> Words:
    if _is_own_address(frame, node.object):
        return (frame.code.op(Op.SELFBALANCE),)
    return (frame.code.op(Op.BALANCE, frame.word_as(node.object, ADDRESS)),)


def _is_own_address(frame: Frame, node: ast.Expression) -> bool:
    """Return whether an expression is `address(this)`."""
    while isinstance(node, ast.FunctionCall) and len(node.arguments) == 1:
        info = frame.info(node).call
        if info is None or info.kind is not CallKind.CONVERSION:
            return False
        node = node.arguments[0]
    return isinstance(node, ast.Identifier) and isinstance(
        frame.info(node).declaration, BuiltinSymbol
    )


def _code_hash(frame: Frame, node: ast.MemberAccess) -> Words:
    return (frame.code.op(Op.EXTCODEHASH, frame.word_as(node.object, ADDRESS)),)


def _code(frame: Frame, node: ast.MemberAccess) -> Words:
    code = frame.code
    address = frame.word_as(node.object, ADDRESS)
    length = code.op(Op.EXTCODESIZE, address)
    pointer = memory.allocate_bytes(code, length)
    code.effect(Op.EXTCODECOPY, address, code.add(pointer, 32), 0, length)
    return (pointer,)


def _selector(frame: Frame, node: ast.MemberAccess) -> Words:
    """`f.selector`, as a `bytes4`"""
    item = frame.type_of(node.object)
    assert isinstance(item, FunctionType)
    known = known_selector(item)
    if known is not None and not _has_effect(node.object):
        return (known << 224,)
    words = frame.value(node.object)
    if item.kind is FunctionTypeKind.EXTERNAL:
        return (frame.code.shl(224, words[1]),)
    if known is None:
        raise refuse("the selector of this function", node)
    return (known << 224,)


def _has_effect(node: ast.Expression) -> bool:
    """Return whether evaluating may do something: whether a call is inside."""
    return any(isinstance(item, (ast.FunctionCall, ast.Assignment)) for item in ast.walk(node))


def _function_address(frame: Frame, node: ast.MemberAccess) -> Words:
    return (frame.value(node.object)[0],)


def _declared_hash(frame: Frame, node: ast.MemberAccess) -> Words:
    """`Event.selector`, `Error.selector`"""
    item = frame.type_of(node.object)
    assert isinstance(item, FunctionType)
    symbol = item.declaration
    digest = int.from_bytes(symbol.signature_hash, "big")  # type: ignore[union-attr]
    if item.kind is FunctionTypeKind.ERROR:
        return (digest >> 224 << 224,)
    return (digest,)


_EVALUATORS: dict[Builtin, Callable[[Frame, ast.MemberAccess], Words]] = {
    Builtin.MSG_DATA: _data,
    Builtin.MSG_SIG: _signature,
    Builtin.TYPE_MIN: _limit,
    Builtin.TYPE_MAX: _limit,
    Builtin.TYPE_NAME: _name,
    Builtin.TYPE_INTERFACE_ID: _interface_id,
    Builtin.TYPE_CREATION_CODE: _code_of,
    Builtin.TYPE_RUNTIME_CODE: _code_of,
    Builtin.ADDRESS_BALANCE: _balance,
    Builtin.ADDRESS_CODE: _code,
    Builtin.ADDRESS_CODEHASH: _code_hash,
    Builtin.FUNCTION_SELECTOR: _selector,
    Builtin.FUNCTION_ADDRESS: _function_address,
    Builtin.EVENT_SELECTOR: _declared_hash,
    Builtin.ERROR_SELECTOR: _declared_hash,
}
