"""Each rule of the IR, broken once."""

import pytest

from contractchain.lang.ir import InvalidIrError, Op, Terminator, parse_function, verify_function
from contractchain.lang.ir.parse import parse_object
from contractchain.lang.ir.verify import verify_object


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n %0 = add 1\n ret", "`add` has 1 operands"),
        ("a:\n %0 = add 1, 2\n %1 = add %2, 1\n %2 = add 1, 1\n ret", "before its definition"),
        ("a:\n branch 1, b, c\nb:\n %0 = add 1, 2\n jump c\nc:\n sstore %0, 0\n ret", "need not"),
        ("a:\n jump b(1)\nb:\n ret", "the wrong arguments"),
        ("a:\n ret 1", "`ret` has 1 operands"),
        ("a:\n jump a", "edge to the entry"),
        ("a:\n switch 1, b, 1: b, 1: b\nb:\n ret", "two cases"),
        ("a:\n mstore 1\n ret", "`mstore` has 1 operands"),
        ("a:\n %0 = mstore 1, 2\n ret", "`mstore` has 1 results"),
    ],
)
def test_a_broken_rule_is_named(text: str, message: str) -> None:
    function = parse_function("function @f() -> 0 {\n" + text + "\n}")
    with pytest.raises(InvalidIrError) as caught:
        verify_function(function)
    assert message in str(caught.value)


def test_a_missing_terminator_is_found() -> None:
    function = parse_function("function @f() -> 0 {\na:\n ret\n}")
    function.entry.terminator = Terminator(Op.ADD)
    with pytest.raises(InvalidIrError, match="is no terminator"):
        verify_function(function)


def test_a_call_of_nothing_is_found() -> None:
    obj = parse_object('object "C" {\nfunction @main() -> 0 {\na:\n invoke @g()\n stop\n}\n}')
    with pytest.raises(InvalidIrError, match="does not exist"):
        verify_object(obj)
