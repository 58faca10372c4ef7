"""The straight way through a file gives what lark gives, or leaves the file to lark."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.lang.ast import Node
from contractchain.lang.parse.build_declarations import AstBuilder
from contractchain.lang.parse.parser import ParseResult, SolidityParser
from contractchain.lang.parse.straight import StraightParser
from contractchain.lang.parse.tables import load_parser
from contractchain.lang.source import SourceFile

ROOT = Path(__file__).parents[4]
FILES = sorted([*(ROOT / "contracts").glob("*.sol"), *(ROOT / "tests" / "lang").rglob("*.sol")])
LEXEMES = """
    contract C { } ( ) [ ] ; , . = == => >>>= >>= > < ++ -- - + ** * / % & && | || ! != ~ ? : :=
    -> function public view payable returns return error revert from global layout at fallback
    receive transient event using for uint256 bytes32 address mapping memory if else while do try
    catch emit assembly let switch case default leave true false 0x1f 1.5 .5 7 days "text"
    hex"00ff" new delete type struct enum unchecked is as import override virtual x y.slot _ $
    pragma // /* */ unicode"u"
""".split()  # noqa: SIM905 - a list of words is easier to read as words


EXPRESSIONS = """
    a-- - --b; a---b; a--> b; a>=b; a>>=b; a>>>=b; f{value: 1}(); x.y{gas: a}(b); 1.5e3; .5 ether
    0x1_f; hex"00" hex'ff'; unicode"ä"; error(from, at); a ? b : c ? d : e; a**-b; !a; ~a; a . b
    type(uint).max; payable(a); new A{salt: b}(); (a, , b) = c; a[1:]; [a, b]; a//b
""".replace("\n", ";").split(";")[1:-1]

STRAIGHT = SolidityParser()
LARK = SolidityParser(is_straight=False)


def flatten(value: object) -> Iterator[Any]:
    """Yield everything in a tree but its node ids, which an attempt given up may have used."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Node):
            yield type(current)
            names = (name for name in current.__struct_fields__ if name != "node_id")
            stack.extend(getattr(current, name) for name in names)
        elif type(current) is tuple:
            yield len(current)
            stack.extend(current)
        else:
            yield current


def assert_equal(text: str) -> ParseResult:
    source = SourceFile(name="a.sol", text=text, index=3)
    straight, lark = STRAIGHT.parse(source, count()), LARK.parse(source, count())
    assert straight.diagnostics == lark.diagnostics
    assert (straight.unit is None) == (lark.unit is None)
    if lark.unit is not None:
        assert list(flatten(straight.unit)) == list(flatten(lark.unit))
    return straight


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_gives_the_tree_that_lark_gives(path: Path) -> None:
    assert_equal(path.read_text())


def test_files_without_errors_go_the_straight_way() -> None:
    builder = AstBuilder()
    straight = StraightParser(load_parser(builder, builder.add_comment), builder.add_comment)
    for path in (ROOT / "contracts").glob("*.sol"):
        text = path.read_text()
        builder.begin(SourceFile(name=path.name, text=text, index=0), text, count())
        assert straight.parse(text) is not None


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_gives_the_tree_that_lark_gives(expression: str) -> None:
    assert_equal(f"contract C {{ function f() public {{ {expression}; }} }}")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LEXEMES), max_size=25), st.sampled_from(["", " ", "\n"]))
def test_any_lexemes_give_what_lark_gives(lexemes: list[str], blank: str) -> None:
    assert_equal("contract C { function f() public { " + blank.join(lexemes) + " } }")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 1 << 30), st.sampled_from([*LEXEMES, "", " "]))
def test_a_changed_file_gives_what_lark_gives(path: Path, place: int, lexeme: str) -> None:
    text = path.read_text()
    place %= len(text)
    assert_equal(text[:place] + lexeme + text[place + len(lexeme) :])
