"""Every pass on small programs: `<pass>/<case>.ir` holds the program before, `====`, and after.

`pytest --bless` rewrites what stands after the line.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractchain.lang.backend.lower_switch import lower_switches
from contractchain.lang.backend.order import order_block
from contractchain.lang.ir import Object, format_object, parse_object, verify_object
from contractchain.lang.ir.analysis import find_live_values
from contractchain.lang.ir.remove_dead import remove_dead_instructions
from contractchain.lang.passes.drop_functions import drop_functions
from contractchain.lang.passes.drop_stores import drop_stores
from contractchain.lang.passes.effects import Summaries
from contractchain.lang.passes.forward_loads import forward_loads
from contractchain.lang.passes.hoist_loads import hoist_loads
from contractchain.lang.passes.inline import inline_functions
from contractchain.lang.passes.merge_blocks import merge_blocks
from contractchain.lang.passes.propagate_constants import propagate_constants
from contractchain.lang.passes.rotate_loops import rotate_loops
from contractchain.lang.passes.simplify_flow import simplify_flow
from contractchain.lang.passes.simplify_values import simplify_values
from contractchain.lang.passes.thread_jumps import thread_jumps

HERE = Path(__file__).parent
LINE = "====\n"


def on_functions(function_pass: Callable[..., object], **options: int) -> Callable[[Object], None]:
    def run(obj: Object) -> None:
        for function in obj.functions.values():
            function_pass(function, **options)

    return run


def on_memory(function_pass: Callable[..., bool], **options: bool) -> Callable[[Object], None]:
    def run(obj: Object) -> None:
        for function in obj.functions.values():
            function_pass(function, Summaries(obj), memory_safe=obj.memory_safe, **options)

    return run


def order(obj: Object) -> None:
    for function in obj.functions.values():
        _, live_out = find_live_values(function)
        for block in function.blocks:
            block.instructions = order_block(block, live_out[block])


PASSES: dict[str, Callable[[Object], object]] = {
    "drop_functions": drop_functions,
    "drop_stores": on_memory(drop_stores),
    "forward_loads": on_memory(forward_loads, fold_hashes=True),
    "hoist_loads": on_memory(hoist_loads),
    "inline": lambda obj: inline_functions(obj, runs=200),
    "inline_for_size": lambda obj: inline_functions(obj, runs=1),
    "lower_switches": on_functions(lower_switches, runs=200),
    "lower_switches_for_size": on_functions(lower_switches, runs=1),
    "merge_blocks": on_functions(merge_blocks, runs=200),
    "merge_blocks_for_size": on_functions(merge_blocks, runs=1),
    "order": order,
    "propagate_constants": on_functions(propagate_constants),
    "remove_dead": on_functions(remove_dead_instructions),
    "rotate_loops": on_functions(rotate_loops, runs=200),
    "rotate_loops_for_size": on_functions(rotate_loops, runs=1),
    "simplify_flow": on_functions(simplify_flow),
    "simplify_values": on_functions(simplify_values),
    "thread_jumps": on_functions(thread_jumps),
}
CASES = sorted(path for name in PASSES for path in (HERE / name).glob("*.ir"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_pass_makes_of_a_program_what_is_written_below_it(
    path: Path, request: pytest.FixtureRequest
) -> None:
    before, _, after = path.read_text().partition(LINE)
    obj = parse_object(before)
    verify_object(obj)
    PASSES[path.parent.name](obj)
    verify_object(obj)
    found = format_object(obj)
    if request.config.getoption("--bless"):
        path.write_text(f"{before}{LINE}{found}")
    else:
        assert found == after


def test_every_pass_has_cases() -> None:
    assert {path.parent.name for path in CASES} == set(PASSES)
