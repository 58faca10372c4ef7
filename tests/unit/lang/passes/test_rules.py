"""Algebraic rules never change a value."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.lang.ir import (
    WORD,
    Block,
    Function,
    FunctionBuilder,
    Op,
    Operand,
    Value,
    verify_function,
)
from contractchain.lang.ir.evaluate import evaluate
from contractchain.lang.passes.simplify_flow import simplify_flow
from contractchain.lang.passes.simplify_values import simplify_values

ARITHMETIC = [
    op for op in Op if op.operand_count and evaluate(op, [1] * op.operand_count) is not None
]
CONSTANTS = st.sampled_from(
    [0, 1, 2, 3, 5, 8, 31, 32, 96, 160, 224, 248, 255, 256, 0xFF, 0xFFFF, (1 << 160) - 1,
     WORD ^ ((1 << 96) - 1), 1 << 255, WORD, WORD - 31, 1 << 128]
)  # fmt: skip


@st.composite
def expressions(draw: st.DrawFn) -> Function:
    """A function of two words that computes a few values and branches on some of them."""
    builder = FunctionBuilder("f", 1, ["x", "y"])
    values: list[Operand] = list(builder.function.parameters)
    for _ in range(draw(st.integers(1, 10))):
        op = draw(st.sampled_from(ARITHMETIC))
        recent = st.sampled_from(values[-3:])
        operand = st.one_of(recent, recent, st.sampled_from(values), CONSTANTS)
        values.append(builder.emit(op, *(draw(operand) for _ in range(op.operand_count or 0))))
        if draw(st.integers(0, 3)) == 0:
            out, go = builder.new_block(), builder.new_block()
            builder.branch(values[-1], *((out, go) if draw(st.booleans()) else (go, out)))
            builder.switch_to(out, seal=True)
            builder.ret(draw(st.sampled_from(values)))
            builder.switch_to(go, seal=True)
    builder.ret(values[-1])
    return builder.finish()


def run(function: Function, arguments: tuple[int, ...]) -> int:
    known: dict[Value, int] = dict(zip(function.parameters, arguments, strict=True))

    def read(operand: Operand) -> int:
        return known[operand] if isinstance(operand, Value) else operand

    block: Block = function.entry
    while True:
        for instruction in block.instructions:
            result = evaluate(instruction.op, [read(o) for o in instruction.operands])
            assert result is not None
            known[instruction.result] = result
        terminator = block.terminator
        if terminator.op is Op.RET:
            return read(terminator.operands[0])
        taken = 0
        if terminator.op is Op.BRANCH:
            taken = 0 if read(terminator.operands[0]) else 1
        edge = terminator.edges[taken]
        passed = [read(a) for a in edge.arguments]
        known.update(zip(edge.target.parameters, passed, strict=True))
        block = edge.target


WORDS = st.one_of(CONSTANTS, st.integers(0, 300), st.integers(0, WORD))


@settings(max_examples=300)
@given(expressions(), st.lists(st.tuples(WORDS, WORDS), min_size=4, max_size=4))
def test_simplified_code_computes_the_same(
    function: Function, inputs: list[tuple[int, int]]
) -> None:
    expected = [run(function, pair) for pair in inputs]
    for _ in range(3):
        simplify_values(function)
        simplify_flow(function)
        verify_function(function)
    assert [run(function, pair) for pair in inputs] == expected
