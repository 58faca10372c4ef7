"""Bounds of results hold for every pair of operands within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.ir import WORD, Instruction, Op
from contractchain.lang.ir.evaluate import evaluate
from contractchain.lang.passes.ranges import result_range

EDGES = st.sampled_from([0, 1, 2, 31, 255, 256, 1 << 128, 1 << 255, WORD - 1, WORD])
WORDS = st.one_of(EDGES, st.integers(0, 300), st.integers(0, WORD))
ARITHMETIC = [op for op in Op if evaluate(op, [1] * (op.operand_count or 0)) is not None]


@given(st.sampled_from(ARITHMETIC), st.data())
def test_a_result_lies_within_its_bounds(op: Op, data: st.DataObject) -> None:
    ranges, operands = [], []
    for _ in range(op.operand_count or 0):
        low, value, high = sorted(data.draw(st.tuples(WORDS, WORDS, WORDS)))
        ranges.append((low, high))
        operands.append(value)
    result = evaluate(op, operands)
    assert result is not None
    low, high = result_range(Instruction(op, operands), ranges)
    assert low <= result <= high
