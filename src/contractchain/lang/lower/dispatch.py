"""Entry of the runtime code: which function a call means, its arguments and its results."""

from contractchain.lang.ast import StateMutability
from contractchain.lang.ir.nodes import Block, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.abi_decode import decode
from contractchain.lang.lower.abi_encode import Typed, encode, encoded_bytes
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import ETHER_REFUSED, HALT_BYTES
from contractchain.lang.lower.constructors import LIBRARY_ADDRESS
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.functions import call_function
from contractchain.lang.lower.getters import lower_getter
from contractchain.lang.lower.unit import Unit
from contractchain.lang.lower.values import clean_words, split_words
from contractchain.lang.semantics.symbols import FunctionSymbol, VariableSymbol
from contractchain.lang.semantics.types import Type

_NO_FALLBACK = "Unknown signature and no fallback defined"
_NOTHING = "Contract does not have fallback nor receive functions"


def write_dispatch_entry(unit: Unit, code: Code) -> None:
    """Write the entry of the runtime code."""
    contract = unit.contract
    frame = Frame(unit=unit, code=code, contract=contract)
    is_guarded = not _takes_ether(unit) and not contract.is_library
    if is_guarded:
        code.revert_if(code.op(Op.CALLVALUE), ETHER_REFUSED)
    other = code.new_block("no_function")
    if contract.interface:
        long_enough = code.new_block("dispatch")
        code.branch(code.lt(code.op(Op.CALLDATASIZE), 4), other, long_enough)
        code.enter(long_enough)
        selector = code.shr(224, code.op(Op.CALLDATALOAD, 0))
        blocks: list[tuple[int, Block]] = []
        for key, symbol in contract.interface.items():
            blocks.append((int.from_bytes(key, "big"), code.new_block(f"external_{symbol.name}")))
        code.builder.switch(selector, blocks, other)
        for (_, block), symbol in zip(blocks, contract.interface.values(), strict=True):
            code.enter(block)
            with frame.at(symbol.node):
                _write_external(frame, symbol, is_guarded)
    else:
        code.jump(other)
    code.enter(other)
    _write_fallbacks(frame, is_guarded)


def _takes_ether(unit: Unit) -> bool:
    """Return whether anything in the interface is payable."""
    contract = unit.contract
    if contract.accepts_ether:
        return True
    return any(
        isinstance(symbol, FunctionSymbol) and symbol.mutability is StateMutability.PAYABLE
        for symbol in contract.interface.values()
    )


def _write_external(
    frame: Frame, symbol: FunctionSymbol | VariableSymbol, is_guarded: bool
) -> None:
    code = frame.code
    is_payable = isinstance(symbol, FunctionSymbol) and symbol.mutability is StateMutability.PAYABLE
    if frame.unit.contract.is_library:
        _check_delegatecall(frame, symbol)
    elif not (is_payable or is_guarded):
        code.revert_if(code.op(Op.CALLVALUE), ETHER_REFUSED)
    if isinstance(symbol, VariableSymbol):
        assert symbol.getter is not None
        keys = _decode_calldata(code, list(symbol.getter.parameters))
        values, targets = lower_getter(frame, symbol, keys), list(symbol.getter.returns)
    else:
        uncleaned = frame.unit.uncleaned
        arguments = _decode_calldata(code, [item.type for item in symbol.parameters])
        words = call_function(frame, symbol, sum(arguments, ()))
        targets = [item.type for item in symbol.returns]
        values = [
            (clean_words(code, part, item.type) if item in uncleaned else part, item.type)
            for item, part in zip(symbol.returns, split_words(words, tuple(targets)), strict=True)
        ]
    return_values(code, values, targets)


def _check_delegatecall(frame: Frame, symbol: FunctionSymbol | VariableSymbol) -> None:
    """Let only code that runs in another contract's state change it."""
    code = frame.code
    if isinstance(symbol, FunctionSymbol) and symbol.mutability in (
        StateMutability.NONPAYABLE,
        StateMutability.PAYABLE,
    ):
        own = code.op(Op.LOAD_IMMUTABLE, symbol=LIBRARY_ADDRESS)
        code.revert_if(
            code.eq(own, code.op(Op.ADDRESS)),
            "Non-view function of library called without DELEGATECALL",
        )


def _decode_calldata(code: Code, types: list[Type]) -> list[tuple[Operand, ...]]:
    if not types:
        return []
    return decode(code, 4, code.op(Op.CALLDATASIZE), types, from_memory=False)


def return_values(code: Code, values: list[Typed], targets: list[Type]) -> None:
    """End the call with encoded values."""
    if not targets:
        code.halt(Op.STOP)
        return
    size = encoded_bytes(targets)
    start = 0 if size is not None and size <= HALT_BYTES else code.free_memory()
    end = encode(code, start, values, targets)
    code.halt(Op.RETURN, start, code.sub(end, start))


def _write_fallbacks(frame: Frame, is_guarded: bool) -> None:
    """Write what happens when no function is meant."""
    code, contract = frame.code, frame.unit.contract
    receive, fallback = contract.receive, contract.fallback
    if receive is not None:
        empty, other = code.new_block("receive"), code.new_block("fallback")
        code.branch(code.op(Op.CALLDATASIZE), other, empty)
        code.enter(empty)
        call_function(frame, receive, ())
        code.halt(Op.STOP)
        code.enter(other)
    if fallback is None:
        code.revert(_NO_FALLBACK if receive is not None else _NOTHING)
        return
    if fallback.mutability is not StateMutability.PAYABLE and not is_guarded:
        code.revert_if(code.op(Op.CALLVALUE), ETHER_REFUSED)
    if not fallback.parameters:
        call_function(frame, fallback, ())
        code.halt(Op.STOP)
        return
    (result,) = call_function(frame, fallback, (0, code.op(Op.CALLDATASIZE)))
    code.halt(Op.RETURN, code.add(result, 32), code.mload(result))
