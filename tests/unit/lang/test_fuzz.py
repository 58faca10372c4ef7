"""Whatever the text: diagnostics or an analysis, never an exception."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.lang.diagnostics import render_all
from contractchain.lang.driver.abi_json import build_abi
from contractchain.lang.driver.layout_json import build_storage_layout
from contractchain.lang.semantics import analyse

_ROOT = Path(__file__).parents[3]
_SEEDS = tuple(
    path.read_text("utf-8")
    for folder in (_ROOT / "contracts", _ROOT / "tests" / "lang" / "ui")
    for path in sorted(folder.glob("*.sol"))
)
_VOCABULARY = """
    contract interface library is abstract function modifier constructor receive fallback returns
    public private internal external pure view payable virtual override uint256 int8 bool address
    string bytes bytes4 mapping struct enum event error emit revert require if else for while do
    break continue return try catch unchecked assembly new delete type using for global memory
    storage calldata constant immutable indexed anonymous x y C S f 0 1 0xff 1.5 "s" hex"00" true
    ( ) { } [ ] ; , . = == + - * / ** ! ~ << >> ? : => += ++ && || this super msg.sender _ let :=
"""
_WORDS = tuple(_VOCABULARY.split())


def check(text: str) -> None:
    analysis = analyse({"fuzz.sol": text})
    render_all(analysis.diagnostics, analysis.sources)
    if not analysis.has_errors:
        for contract in analysis.contracts:
            build_abi(contract)
            build_storage_layout(contract)


@given(st.text(max_size=200))
def test_any_text_is_answered_by_diagnostics(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(_WORDS), max_size=60))
def test_any_words_are_answered_by_diagnostics(words: list[str]) -> None:
    check(" ".join(words))


@given(st.lists(st.sampled_from(_WORDS), max_size=25))
def test_any_body_is_answered_by_diagnostics(words: list[str]) -> None:
    check("contract C { uint256 x; function f(uint256 y) public { " + " ".join(words) + " } }")


@st.composite
def damaged_sources(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(_SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        middle = draw(st.sampled_from(("", *_WORDS, *(text[a : a + 9] for a in (0, 40, 200)))))
        text = text[:start] + middle + text[end:]
    return text


@settings(max_examples=150)
@given(damaged_sources())
def test_damaged_programs_are_answered_by_diagnostics(text: str) -> None:
    check(text)


@st.composite
def swapped_sources(draw: st.DrawFn) -> str:
    """Sources that stay syntactically right more often: one word in place of another."""
    text = draw(st.sampled_from(_SEEDS))
    words = re.findall(r"[A-Za-z_]\w*", text)
    if not words:
        return text
    for _ in range(draw(st.integers(1, 3))):
        old, new = (
            draw(st.sampled_from(words)),
            draw(st.sampled_from((*words, "uint256", "C", "1"))),
        )
        text = re.sub(rf"\b{old}\b", lambda _, new=new: new, text)
    return text


@settings(max_examples=250)
@given(swapped_sources())
def test_programs_with_swapped_names_are_answered_by_diagnostics(text: str) -> None:
    check(text)


def test_a_fault_within_many_open_brackets_is_answered_at_once() -> None:
    opened = "add(" * 20_000
    check(f"contract C {{ function f() public pure {opened}; }} function g() public {{}} }}")
