"""Switches, and with them the selectors of functions: halved while that pays, then one by one."""

from contractchain.lang.ir import Block, Edge, Function, Instruction, Op, Terminator, Value

_BYTE_GAS = 216
_TEST_GAS = 22
"""A comparison with a constant and a jump that depends on it."""
_TEST_BYTES = 12


def lower_switches(function: Function, *, runs: int) -> None:
    """Rewrite every switch of a function to branches."""
    for block in list(function.blocks):
        if block.terminator.op is Op.SWITCH:
            _lower_switch(function, block, runs)


def _splits(cases: int, runs: int) -> bool:
    """Return whether halving costs less at deployment than it saves on average in `runs` calls.

    Halved, a case is found after a quarter of the tests fewer, and one more.
    """
    saved = _TEST_GAS * cases / 4 - _TEST_GAS
    return runs * saved > _TEST_BYTES * _BYTE_GAS


def _lower_switch(function: Function, block: Block, runs: int) -> None:
    terminator = block.terminator
    scrutinee = terminator.operands[0]
    default = terminator.edges[0]
    cases = sorted(zip(terminator.cases, terminator.edges[1:], strict=True), key=lambda c: c[0])
    work = [(block, cases)]
    while work:
        home, part = work.pop()
        if _splits(len(part), runs):
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
