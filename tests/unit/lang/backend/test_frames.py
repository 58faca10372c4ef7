"""Spill slots share memory only where their functions cannot be active together."""

from contractchain.lang.backend.frames import CallGraph, place_frames
from contractchain.lang.ir import parse_object

PROGRAM = """object "C" {
  entry @main
  function @main() -> 0 {
    a:
      invoke @left()
      invoke @right()
      stop
  }
  function @left() -> 0 {
    a:
      invoke @leaf()
      ret
  }
  function @right() -> 0 {
    a:
      invoke @odd()
      ret
  }
  function @odd() -> 0 {
    a:
      invoke @even()
      ret
  }
  function @even() -> 0 {
    a:
      invoke @odd()
      ret
  }
  function @leaf() -> 0 {
    a:
      ret
  }
  function @unused() -> 0 {
    a:
      ret
  }
}
"""


def test_callers_and_callees_do_not_share_and_siblings_do() -> None:
    graph = CallGraph(parse_object(PROGRAM))
    sizes = {"main": 1, "left": 2, "right": 4, "odd": 1, "even": 1, "leaf": 3}
    frames, end = place_frames(graph, sizes)
    assert frames["main"] == 0x80
    assert frames["left"] == frames["right"] == 0xA0
    assert frames["leaf"] == 0xA0 + 64
    assert {frames["odd"], frames["even"]} == {0xA0 + 128, 0xA0 + 160}
    assert end == 0xA0 + 192
    assert "unused" not in frames


def test_calls_inside_a_cycle_are_recursive() -> None:
    graph = CallGraph(parse_object(PROGRAM))
    assert graph.recursive_callees("odd") == {"even"}
    assert graph.recursive_callees("right") == set()
