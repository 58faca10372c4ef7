"""Blocks that do the same become one, where the bytes saved outweigh one more jump."""

from collections.abc import Iterator

from contractchain.lang.ir import Block, Function, Op, Operand, Value
from contractchain.lang.ir.analysis import find_predecessors, order_blocks
from contractchain.lang.passes.sizes import BYTE_GAS, block_bytes

_JUMP_GAS = 12
"""A jump and its destination."""
_JUMP_BYTES = 5
_FAILING = (Op.REVERT, Op.INVALID)

_Key = tuple[object, ...]


def merge_blocks(function: Function, *, runs: int) -> bool:
    """Let equal blocks share one copy; say if there were any.

    Blocks that only a failing call reaches are merged whatever `runs` says.
    """
    changed = False
    while _merge_once(function, runs):
        changed = True
    return changed


def _merge_once(function: Function, runs: int) -> bool:
    function.blocks = order_blocks(function)
    failing, pinned = _find_failing(function), _find_pinned(function)
    first: dict[_Key, Block] = {}
    same: dict[Block, Block] = {}
    for block in function.blocks[1:]:
        if block in pinned or not (block in failing or _pays(block, runs)):
            continue
        kept = first.setdefault(_key(block), block)
        if kept is not block:
            same[block] = kept
    if not same:
        return False
    for block in function.blocks:
        for edge in block.terminator.edges:
            edge.target = same.get(edge.target, edge.target)
    function.blocks = order_blocks(function)
    return True


def _find_failing(function: Function) -> set[Block]:
    """Return the blocks from which every path ends in a revert."""
    failing: set[Block] = set()
    predecessors = find_predecessors(function.blocks)
    work = [block for block in function.blocks if block.terminator.op in _FAILING]
    while work:
        block = work.pop()
        if block in failing:
            continue
        targets = [edge.target for edge in block.terminator.edges]
        if block.terminator.op not in _FAILING and not failing.issuperset(targets):
            continue
        failing.add(block)
        work += predecessors[block]
    return failing


def _find_pinned(function: Function) -> set[Block]:
    """Return the blocks that define what is used in others, which must stay above these."""
    homes: dict[object, Block] = {i: b for b in function.blocks for i in b.instructions}
    homes |= {block: block for block in function.blocks}
    pinned: set[Block] = set()
    for block in function.blocks:
        for operands in _operands_of(block):
            for operand in operands:
                if isinstance(operand, Value):
                    home = homes[operand.definition]
                    if home is not block:
                        pinned.add(home)
    return pinned


def _operands_of(block: Block) -> Iterator[list[Operand]]:
    for instruction in block.instructions:
        yield instruction.operands
    yield block.terminator.operands
    for edge in block.terminator.edges:
        yield edge.arguments


def _pays(block: Block, runs: int) -> bool:
    return (block_bytes(block) - _JUMP_BYTES) * BYTE_GAS > runs * _JUMP_GAS


def _key(block: Block) -> _Key:
    """Return what two blocks that do the same have in common: their own values are numbers."""
    numbers: dict[Value, int] = {}
    for parameter in block.parameters:
        numbers[parameter] = len(numbers)

    def named(operands: list[Operand]) -> _Key:
        return tuple(
            ("own", numbers[o]) if isinstance(o, Value) and o in numbers else o for o in operands
        )

    parts: list[object] = [len(block.parameters)]
    for instruction in block.instructions:
        parts.append((instruction.op, instruction.symbol, named(instruction.operands)))
        for result in instruction.results:
            numbers[result] = len(numbers)
    terminator = block.terminator
    parts.append((terminator.op, named(terminator.operands), tuple(terminator.cases)))
    parts += [(edge.target, named(edge.arguments)) for edge in terminator.edges]
    return tuple(parts)
