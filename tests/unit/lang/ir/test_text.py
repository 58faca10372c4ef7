"""Text form: what is printed is read back, and bad text is refused with its line."""

import pytest

from contractchain.lang.ir import IrSyntaxError, format_object, parse_object, verify_object

PROGRAM = """object "C" {
  entry @main
  memory_unsafe
  data "d" = 0x1234
  trailer 0xa264
  function @main() -> 0 {
    entry:
      %0 = callvalue
      %1 = data_offset "d"
      %2 = function_tag @g
      %3, %4 = invoke @g(%0, 0xfffff)
      %5, %6 = invoke_indirect %2, %3, %1
      set_immutable "owner", 0, %4
      switch %0, a, 1: b(%5, %6), 0x10000: b(5, 6)
    a:
      revert 0, 0
    b(%7, %8):
      mstore 0, %7
      branch %8, a, c
    c:
      return 0, 32
  }
  function @g(%0, %1) -> 2 {
    entry:
      jump d
    d:
      ret %1, %0
  }
  object "C_runtime" {
    entry @main
    function @main() -> 0 {
      entry:
        %0 = load_immutable "owner"
        %1 = link_symbol "lib.sol:L"
        %2 = memory_guard
        selfdestruct %0
    }
  }
}
"""


def test_what_is_printed_is_read_back() -> None:
    obj = parse_object(PROGRAM)
    verify_object(obj)
    assert format_object(obj) == PROGRAM


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("object", "line 1: expected `string`, found `end`"),
        ('object "C" {\n  nonsense\n}', "line 2: unexpected `nonsense` in an object"),
        ('object "C" {\nfunction @f() -> 0 {\n a:\n frob 1\n}\n}', "line 4: unknown operation"),
        ('object "C" {\nfunction @f() -> 0 {\n a:\n jump b\n}\n}', "block `b` is not defined"),
        ('object "C" {\nfunction @f() -> 1 {\n a:\n ret %x\n}\n}', "value `%x` is not defined"),
        ('object "C" {\nfunction @f() -> 1 {\n}\n}', "has no blocks"),
        ("object ?", "line 1: unexpected character `?`"),
    ],
)
def test_bad_text_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(IrSyntaxError) as caught:
        parse_object(text)
    assert message in str(caught.value)
