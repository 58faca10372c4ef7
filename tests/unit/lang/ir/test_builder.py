"""Construction of SSA form."""

import pytest

from contractchain.lang.ir import FunctionBuilder, Op, format_function, verify_function


def test_a_loop_gets_parameters_only_for_what_changes_in_it() -> None:
    builder = FunctionBuilder("sum", 1, ["n"])
    limit = builder.function.parameters[0]
    for name, start in (("i", 0), ("total", 0), ("step", 7)):
        builder.write_variable(name, start)
    head, body, leave = (builder.new_block(name) for name in ("head", "body", "leave"))
    builder.jump(head)
    builder.switch_to(head)
    builder.branch(builder.emit(Op.LT, builder.read_variable("i"), limit), body, leave)
    builder.switch_to(body, seal=True)
    total, step = builder.read_variable("total"), builder.read_variable("step")
    builder.write_variable("total", builder.emit(Op.ADD, total, step))
    builder.write_variable("i", builder.emit(Op.ADD, builder.read_variable("i"), 1))
    builder.jump(head)
    builder.seal_block(head)
    builder.switch_to(leave, seal=True)
    builder.ret(builder.read_variable("total"))
    function = builder.finish()
    verify_function(function)
    assert (
        format_function(function)
        == """function @sum(%0) -> 1 {
  entry:
    jump head(0, 0)
  head(%1, %2):
    %3 = lt %1, %0
    branch %3, body, leave
  body:
    %4 = add %2, 7
    %5 = add %1, 1
    jump head(%5, %4)
  leave:
    ret %2
}
"""
    )


def test_a_variable_that_was_never_written_reads_as_zero() -> None:
    builder = FunctionBuilder("f", 1)
    builder.ret(builder.read_variable("x"))
    assert builder.finish().entry.terminator.operands == [0]


def test_a_join_of_equal_values_has_no_parameter() -> None:
    builder = FunctionBuilder("f", 1, ["a"])
    left, right, join = (builder.new_block(name) for name in ("left", "right", "join"))
    builder.write_variable("x", builder.function.parameters[0])
    builder.branch(builder.function.parameters[0], left, right)
    for side in (left, right):
        builder.switch_to(side, seal=True)
        builder.jump(join)
    builder.switch_to(join, seal=True)
    builder.ret(builder.read_variable("x"))
    function = builder.finish()
    assert function.blocks[-1].parameters == []
    assert function.blocks[-1].terminator.operands == [function.parameters[0]]


def test_what_follows_a_terminator_is_dropped() -> None:
    builder = FunctionBuilder("f")
    builder.halt(Op.STOP)
    builder.emit_effect(Op.SSTORE, 0, 1)
    builder.ret()
    function = builder.finish()
    assert function.entry.instructions == []
    assert function.entry.terminator.op is Op.STOP


def test_reading_through_ten_thousand_blocks_needs_no_recursion() -> None:
    builder = FunctionBuilder("f", 1, ["a"])
    builder.write_variable("x", builder.function.parameters[0])
    for _ in range(5000):
        then, after = builder.new_block(), builder.new_block()
        builder.branch(1, then, after)
        builder.switch_to(then, seal=True)
        builder.jump(after)
        builder.switch_to(after, seal=True)
    builder.ret(builder.read_variable("x"))
    function = builder.finish()
    verify_function(function)
    assert function.blocks[-1].terminator.operands == [function.parameters[0]]


def test_an_unterminated_block_is_refused() -> None:
    builder = FunctionBuilder("f")
    with pytest.raises(ValueError, match="no terminator"):
        builder.finish()
