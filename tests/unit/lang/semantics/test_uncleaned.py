"""Which variables may hold what inline assembly left outside of their types."""

from contractchain.lang.semantics.analysis import analyse
from contractchain.lang.semantics.uncleaned import find_uncleaned

DIRTY = "function dirty() pure returns (uint8 made) { assembly { made := 0x1205 } }"


def uncleaned(*files: str) -> set[str]:
    """Return the names of the variables found in the last file and what it imports."""
    sources = {f"{name}.sol": text for name, text in zip("abcd", files, strict=False)}
    analysis = analyse(sources)
    assert not analysis.has_errors, [item.message for item in analysis.diagnostics]
    closure = analysis.units[f"{'abcd'[len(files) - 1]}.sol"].find_closure()
    return {item.name for item in find_uncleaned(analysis, closure)}


def test_without_assembly_nothing_is() -> None:
    assert uncleaned("function f(uint8 x) pure returns (uint8 y) { y = x; }") == set()


def test_a_word_has_no_bits_to_spare() -> None:
    assert uncleaned("function f() pure returns (uint256 y) { assembly { y := not(0) } }") == set()


def test_reading_in_assembly_leaves_nothing() -> None:
    source = "function f(uint8 x) pure returns (uint256 y) { assembly { y := x } }"
    assert uncleaned(source) == set()


def test_it_goes_where_values_of_the_same_type_go() -> None:
    source = """
        function f(uint8 taken) pure returns (uint8 given) {
            uint8 copied = taken;
            (given, ) = (true ? copied : 1, 2);
        }
        function g() pure { uint8 last = f(dirty()) | 1; last; }
    """
    assert uncleaned(DIRTY + source) == {"made", "taken", "copied", "given", "last"}


def test_what_is_computed_is_clean() -> None:
    source = "function f() pure { uint8 x = dirty() + 1; uint8 y = ~dirty(); x; y; }"
    assert uncleaned(DIRTY + source) == {"made"}


def test_an_override_may_stand_for_what_it_overrides() -> None:
    source = """
        contract A {
            function f(uint8 x) internal virtual { x; }
            function g() internal { f(dirty()); }
        }
        contract B is A { function f(uint8 y) internal override { y; } }
    """
    assert uncleaned(DIRTY + source) == {"made", "x", "y"}


def test_modifiers_and_bases_take_it_as_it_is() -> None:
    source = """
        contract A { constructor(uint8 x) { x; } modifier m(uint8 y) { y; _; } }
        contract B is A(dirty()) { function f() external m(dirty()) {} }
    """
    assert uncleaned(DIRTY + source) == {"made", "x", "y"}


def test_other_files_have_no_part_in_it() -> None:
    library = "library L { function id(uint8 x) internal pure returns (uint8) { return x; } }"
    user = 'import "a.sol";' + DIRTY + "function f() pure { L.id(dirty()); }"
    alone = 'import "a.sol"; function g() pure { L.id(1); }'
    assert uncleaned(library, user) == {"made", "x", ""}
    assert uncleaned(library, user, alone) == set()
