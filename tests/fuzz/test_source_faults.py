"""Damaged sources are answered by diagnostics; `fuzz_compiler.py` runs many more of them."""

from fuzz_compiler import check_input, load_seeds, make_input

NESTED = "contract C {{ function f() public returns (uint256 a) {{ a = {}; }} }}"


def test_damaged_sources_are_answered_by_diagnostics() -> None:
    seeds = load_seeds(None)
    for number in range(150):
        check_input(make_input(seeds, 7, number), with_code=number % 10 == 0)


def test_deep_nesting_is_answered_by_diagnostics() -> None:
    for before, after in (("(", ")"), ("-", ""), ("[", "]"), ("a = ", ""), ("f(", ")"), ("!", "")):
        for depth in (100, 10_000):
            text = NESTED.format(before * depth + "1" + after * depth)
            check_input(text, with_code=False)


def test_an_input_is_given_back_by_its_number() -> None:
    seeds = load_seeds(None)
    assert make_input(seeds, 3, 12) == make_input(seeds, 3, 12)
