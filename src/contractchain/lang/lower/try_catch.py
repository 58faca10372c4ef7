"""`try ... catch`: a message call whose failure is looked at."""

from contractchain.lang import ast
from contractchain.lang.ir.nodes import Block, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, SCRATCH
from contractchain.lang.lower.external_calls import (
    finish_call,
    return_data,
    start_call,
    start_creation,
)
from contractchain.lang.lower.frame import Frame, executes
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.values import Words, split_words
from contractchain.lang.semantics.annotations import CallKind

_ERROR, _PANIC = 0x08C379A0, 0x4E487B71


@executes(ast.TryStatement)
def _execute_try(frame: Frame, node: ast.TryStatement) -> None:
    code, call = frame.code, node.call
    if not isinstance(call, ast.FunctionCall):
        raise refuse("`try` with this expression", node)
    info = frame.info(call).call
    assert info is not None
    succeeded, failed, after = (code.new_block(x) for x in ("try_ok", "try_failed", "after"))
    if info.kind is CallKind.CREATION:
        address = start_creation(frame, call, info)
        code.branch(address, succeeded, failed)
        code.enter(succeeded)
        words: Words = (address,)
    else:
        success, position = start_call(frame, call, info)
        code.branch(success, succeeded, failed)
        code.enter(succeeded)
        assert info.type is not None
        words = finish_call(code, info.type, position)
    if node.returns is not None:
        symbols = [frame.unit.analysis.variables[item.node_id] for item in node.returns.parameters]
        parts = split_words(words, tuple(symbol.type for symbol in symbols))
        for symbol, part in zip(symbols, parts, strict=True):
            frame.declare(symbol, part)
    frame.execute(node.block)
    code.jump(after)
    code.enter(failed)
    _handle_failure(frame, node)
    code.jump(after)
    code.enter(after)


def _handle_failure(frame: Frame, node: ast.TryStatement) -> None:
    code = frame.code
    clauses = {clause.error_name: clause for clause in node.clauses}
    fallback, after = code.new_block("catch_other"), code.new_block("caught")
    if "Error" in clauses or "Panic" in clauses:
        selector = code.share("revert_selector", 1, _selector)[0]
        if "Error" in clauses:
            _catch(frame, clauses["Error"], selector, after)
        if "Panic" in clauses:
            _catch(frame, clauses["Panic"], selector, after)
    code.jump(fallback)
    code.enter(fallback)
    clause = clauses.get("")
    if clause is None:
        code.bubble_revert()
    else:
        if clause.parameters is not None:
            (parameter,) = clause.parameters.parameters
            symbol = frame.unit.analysis.variables[parameter.node_id]
            frame.declare(symbol, (return_data(code),))
        frame.execute(clause.block)
        code.jump(after)
    code.enter(after)


def _catch(frame: Frame, clause: ast.TryCatchClause, selector: Operand, after: Block) -> None:
    """Run a clause if the revert data is what it wants, else go on behind it."""
    code = frame.code
    is_error = clause.error_name == "Error"
    matches, other = code.new_block("matches"), code.new_block("other")
    decoded, ok = code.new_block("decoded"), code.new_block("selector_ok")
    code.branch(code.eq(selector, _ERROR if is_error else _PANIC), ok, other)
    code.enter(ok)
    assert clause.parameters is not None
    (parameter,) = clause.parameters.parameters
    symbol = frame.unit.analysis.variables[parameter.node_id]
    if is_error:
        pointer = code.share("decode_error", 1, _decode_error)[0]
        code.branch(pointer, matches, other)
        code.enter(matches)
        frame.declare(symbol, (pointer,))
        code.jump(decoded)
    else:
        found, number = code.share("decode_panic", 2, _decode_panic)
        code.branch(found, matches, other)
        code.enter(matches)
        frame.declare(symbol, (number,))
        code.jump(decoded)
    code.enter(decoded)
    frame.execute(clause.block)
    code.jump(after)
    code.enter(other)


def _selector(code: Code) -> None:
    result = code.variable(0)
    with code.when(code.gt(code.op(Op.RETURNDATASIZE), 3)):
        code.effect(Op.RETURNDATACOPY, SCRATCH, 0, 4)
        code.set(result, code.shr(224, code.mload(SCRATCH)))
    code.ret(code.get(result))


def _decode_panic(code: Code) -> None:
    found, number = code.variable(0), code.variable(0)
    with code.when(code.gt(code.op(Op.RETURNDATASIZE), 0x23)):
        code.effect(Op.RETURNDATACOPY, SCRATCH, 4, 0x20)
        code.set(found, 1)
        code.set(number, code.mload(SCRATCH))
    code.ret(code.get(found), code.get(number))


def _decode_error(code: Code) -> None:
    """Return the reason in the revert data, or 0 if it is not encoded properly."""
    bad = code.new_block("bad")

    def check(wrong: Operand) -> None:
        fine = code.new_block("fine")
        code.branch(wrong, bad, fine)
        code.enter(fine)

    size = code.op(Op.RETURNDATASIZE)
    check(code.lt(size, 0x44))
    start = code.free_memory()
    code.effect(Op.RETURNDATACOPY, start, 4, code.sub(size, 4))
    offset = code.mload(start)
    check(code.gt(offset, MAX_MEMORY))
    check(code.gt(code.add(offset, 0x24), size))
    pointer = code.add(start, offset)
    length = code.mload(pointer)
    check(code.gt(length, MAX_MEMORY))
    end = code.add(code.add(pointer, 0x20), length)
    check(code.gt(end, code.add(start, code.sub(size, 4))))
    code.finish_allocation(start, code.add(code.add(offset, 0x20), length))
    code.ret(pointer)
    code.enter(bad)
    code.ret(0)
