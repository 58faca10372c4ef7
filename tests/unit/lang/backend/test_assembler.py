"""Assembler: jumps, data, placeholders, sub-objects."""

import pytest

from contractchain.lang.backend import EvmVersion, StackTooDeepError, emit_object
from contractchain.lang.backend.assembler import AssembledObject, assemble
from contractchain.lang.backend.items import Item, ItemKind, Label, Opcode
from contractchain.lang.ir import parse_object


def assemble_items(items: list[Item], segments: dict[str, bytes] | None = None) -> AssembledObject:
    return assemble(
        "T",
        items,
        segments=segments or {},
        objects={},
        trailer=b"",
        runs=200,
        has_push0=True,
    )


def jump_over(size: int) -> list[Item]:
    """A jump over `size` bytes of code."""
    end = Label("end")
    filler = [Item(ItemKind.OP, Opcode.JUMPDEST)] * size
    return [
        Item(ItemKind.PUSH_LABEL, end),
        Item(ItemKind.OP, Opcode.JUMP),
        *filler,
        Item(ItemKind.LABEL, end),
    ]


@pytest.mark.parametrize(
    ("size", "start"), [(0, "600356"), (252, "60ff56"), (253, "61010156"), (70_000, "6301117456")]
)
def test_a_jump_takes_as_many_bytes_as_it_needs(size: int, start: str) -> None:
    code = assemble_items(jump_over(size)).bytecode
    if size == 70_000:
        assert code[:1] == b"\x62"
        assert int.from_bytes(code[1:4], "big") == 70_000 + 5
    else:
        assert code.hex().startswith(start)
    width = code[0] - Opcode.PUSH0
    assert code[int.from_bytes(code[1 : 1 + width], "big")] == Opcode.JUMPDEST


def test_a_label_that_nobody_jumps_to_takes_no_room() -> None:
    assert (
        assemble_items([Item(ItemKind.LABEL, Label("x")), Item(ItemKind.OP, 0)]).bytecode == b"\0"
    )


def test_data_is_appended_once_and_only_if_somebody_asks_for_it() -> None:
    items = [Item(ItemKind.DATA_OFFSET, "d"), Item(ItemKind.DATA_SIZE, "d"), Item(ItemKind.OP, 0)]
    assembled = assemble_items(items, {"d": b"hello", "unused": b"x"})
    assert assembled.bytecode == bytes.fromhex("6006600500fe") + b"hello"
    assert assembled.data_offsets == {"d": 6}


def test_each_instruction_has_an_entry_with_its_span() -> None:
    items = [Item(ItemKind.PUSH, 5, "here"), Item(ItemKind.OP, Opcode.POP, "there", "o")]
    entries = assemble_items(items).source_entries
    assert [(e.offset, e.span, e.jump) for e in entries] == [(0, "here", "-"), (2, "there", "o")]


CREATION = """object "C" {
  entry @main
  function @main() -> 0 {
    entry:
      %0 = data_offset "R"
      %1 = data_size "R"
      codecopy 0, %0, %1
      set_immutable "owner", 0, 7
      return 0, %1
  }
  object "R" {
    entry @main
    function @main() -> 0 {
      entry:
        %0 = load_immutable "owner"
        %1 = link_symbol "a.sol:L"
        %2 = add %0, %1
        mstore 0, %2
        return 0, 32
    }
  }
}
"""


def test_immutables_and_libraries_are_zero_and_their_places_known() -> None:
    assembled = emit_object(parse_object(CREATION))
    runtime = assembled.objects["R"]
    (immutable,) = runtime.immutable_references["owner"]
    (link,) = runtime.link_references["a.sol:L"]
    assert runtime.bytecode[immutable : immutable + 32] == bytes(32)
    assert runtime.bytecode[link : link + 20] == bytes(20)
    start = assembled.data_offsets["R"]
    assert assembled.bytecode[start:] == runtime.bytecode
    assert assembled.link_references == {"a.sol:L": (start + link,)}


def test_push0_is_used_from_shanghai_on() -> None:
    text = 'object "C" {\nfunction @main() -> 0 {\na:\nsstore 0, 1\nstop\n}\n}'
    old = emit_object(parse_object(text), evm_version=EvmVersion.PARIS)
    new = emit_object(parse_object(text), evm_version=EvmVersion.SHANGHAI)
    assert b"\x5f" not in old.bytecode
    assert new.bytecode == bytes.fromhex("60015f5500")


def many_live_values(count: int, header: str) -> str:
    loads = "\n".join(f"%v{i} = sload {i}" for i in range(count))
    stores = "\n".join(f"sstore {i}, %v{i}" for i in range(count))
    body = f"%g = memory_guard\nmstore 64, %g\n{loads}\n{stores}\nstop\n"
    return f'object "C" {{\n{header}function @main() -> 0 {{\na:\n{body}}}\n}}'


def test_a_hundred_live_values_are_spilled() -> None:
    assembled = emit_object(parse_object(many_live_values(100, "")))
    assert 80 * 32 <= assembled.reserved_memory <= 100 * 32


def test_without_safe_memory_too_many_live_values_are_refused() -> None:
    with pytest.raises(StackTooDeepError) as caught:
        emit_object(parse_object(many_live_values(40, "memory_unsafe\n")))
    assert caught.value.function == "main"
