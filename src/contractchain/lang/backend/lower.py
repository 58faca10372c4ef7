"""Preparation of a function for the stack: what is left afterwards, the scheduler can emit as is.

Switches become binary trees of comparisons, `set_immutable` becomes stores, calls get the label to
which they return, what cannot run and what nobody reads is dropped. Parameters stay only where
edges join.
"""

from contractchain.lang.ir import Block, Edge, Function, Instruction, Object, Op, Terminator, Value
from contractchain.lang.ir.analysis import order_blocks
from contractchain.lang.ir.rewrite import remove_dead_instructions, remove_trivial_parameters

LINEAR_CASES = 4
"""Cases of a switch up to which they are compared one after another."""


def lower_function(function: Function, obj: Object, immutables: dict[str, list[int]]) -> None:
    """Rewrite a function in place.

    Args:
        function: Function of `obj`.
        obj: The object, to see which callees return.
        immutables: Offsets in the runtime code at which each immutable is read.
    """
    for block in function.blocks:
        _lower_instructions(block, obj, immutables)
    function.blocks = order_blocks(function)
    for block in list(function.blocks):
        if block.terminator.op is Op.SWITCH:
            _lower_switch(function, block)
    remove_trivial_parameters(function)
    remove_dead_instructions(function)


def returns(function: Function) -> bool:
    """Whether a function can give control back to its caller."""
    return any(block.terminator.op is Op.RET for block in function.blocks)


def _lower_instructions(block: Block, obj: Object, immutables: dict[str, list[int]]) -> None:
    out: list[Instruction] = []
    for instruction in block.instructions:
        op = instruction.op
        if op is Op.SET_IMMUTABLE:
            base, value = instruction.operands
            for offset in immutables.get(instruction.symbol, ()):
                place = Instruction(Op.ADD, (base, offset), span=instruction.span)
                out.append(place)
                out.append(Instruction(Op.MSTORE, (place.result, value), span=instruction.span))
            continue
        if op is Op.INVOKE and not returns(obj.functions[instruction.symbol]):
            out.append(instruction)
            block.terminator = Terminator(Op.INVALID, span=instruction.span)
            break
        if op is Op.INVOKE or op is Op.INVOKE_INDIRECT:
            label = Instruction(Op.RETURN_LABEL, span=instruction.span)
            out.append(label)
            instruction.operands.append(label.result)
        out.append(instruction)
    block.instructions = out


def _lower_switch(function: Function, block: Block) -> None:
    terminator = block.terminator
    scrutinee = terminator.operands[0]
    default = terminator.edges[0]
    cases = sorted(zip(terminator.cases, terminator.edges[1:], strict=True), key=lambda c: c[0])
    work = [(block, cases)]
    while work:
        home, part = work.pop()
        if len(part) > LINEAR_CASES:
            middle = len(part) // 2
            test = Instruction(Op.LT, (scrutinee, part[middle][0]), span=terminator.span)
            low, high = _new_block(function, "below"), _new_block(function, "above")
            _branch(home, test, Edge(low), Edge(high), terminator)
            work += [(low, part[:middle]), (high, part[middle:])]
            continue
        for position, (case, edge) in enumerate(part):
            test = Instruction(Op.EQ, (scrutinee, case), span=terminator.span)
            if position == len(part) - 1:
                rest = Edge(default.target, default.arguments)
                _branch(home, test, edge, rest, terminator)
            else:
                following = _new_block(function, "case")
                _branch(home, test, edge, Edge(following), terminator)
                home = following
        if not part:
            rest = Edge(default.target, default.arguments)
            home.terminator = Terminator(Op.JUMP, (), [rest], span=terminator.span)


def _branch(
    block: Block, test: Instruction, then: Edge, otherwise: Edge, terminator: Terminator
) -> None:
    condition: Value = test.result
    if test.op is Op.EQ and test.operands[1] == 0:
        test.op = Op.ISZERO
        del test.operands[1]
    block.instructions.append(test)
    block.terminator = Terminator(Op.BRANCH, (condition,), (then, otherwise), span=terminator.span)


def _new_block(function: Function, label: str) -> Block:
    block = Block(label)
    function.blocks.append(block)
    return block
