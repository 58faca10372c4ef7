"""Every pass on small programs: `<pass>/<case>.ir` holds the program before, `====`, and after.

`pytest --bless` rewrites what stands after the line.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from contractchain.lang.backend.order import order_block
from contractchain.lang.ir import Object, format_object, parse_object, verify_object
from contractchain.lang.ir.analysis import find_live_values
from contractchain.lang.passes.drop_stores import drop_stores
from contractchain.lang.passes.effects import Summaries
from contractchain.lang.passes.forward_loads import forward_loads
from contractchain.lang.passes.inline import inline_functions
from contractchain.lang.passes.loops import hoist_loads, rotate_loops
from contractchain.lang.passes.simplify_flow import simplify_flow
from contractchain.lang.passes.simplify_values import simplify_values

HERE = Path(__file__).parent
LINE = "====\n"


def on_functions(function_pass: Callable[..., bool]) -> Callable[[Object], None]:
    def run(obj: Object) -> None:
        for function in obj.functions.values():
            function_pass(function)

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
    "simplify_flow": on_functions(simplify_flow),
    "simplify_values": on_functions(simplify_values),
    "inline": lambda obj: inline_functions(obj, runs=200),
    "forward_loads": on_memory(forward_loads, fold_hashes=True),
    "drop_stores": on_memory(drop_stores),
    "hoist_loads": on_memory(hoist_loads),
    "rotate_loops": on_functions(rotate_loops),
    "order": order,
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
