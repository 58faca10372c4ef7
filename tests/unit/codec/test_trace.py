"""Lines of traces as EIP-3155 has them."""

import json

import pytest

from contractchain.codec.trace import encode_step, encode_summary, name_opcode
from contractchain.types import Halt, Outcome, Revert, Success, TraceStep
from contractchain.types.opcodes import OPCODES

STEP = TraceStep(
    pc=3,
    op=0x53,
    gas=0x2540BE3FA,
    gas_cost=12,
    memory_size=96,
    stack=(0x40, 0),
    depth=1,
    return_data=b"\x01",
    refund=4_800,
    error=None,
    memory=None,
    code_address=bytes(20),
)


def test_a_step_is_one_line_with_the_fields_of_the_standard_in_order() -> None:
    assert encode_step(STEP) == (
        '{"pc":3,"op":83,"gas":"0x2540be3fa","gasCost":"0xc","memSize":96,"stack":["0x40","0x0"],'
        '"depth":1,"returnData":"0x01","refund":"0x12c0","opName":"MSTORE8"}'
    )


def test_an_empty_stack_is_an_empty_list() -> None:
    assert json.loads(encode_step(STEP._replace(stack=())))["stack"] == []


def test_error_and_memory_come_last_and_only_if_there_are_any() -> None:
    line = encode_step(STEP._replace(error="out-of-gas", memory=b"\xab"))
    assert line.endswith('"opName":"MSTORE8","error":"out-of-gas","memory":"0xab"}')


@pytest.mark.parametrize(
    ("op", "name"),
    [
        (0x00, "STOP"),
        (0x1E, "CLZ"),
        (0x20, "KECCAK256"),
        (0x44, "PREVRANDAO"),
        (0x5F, "PUSH0"),
        (0x7F, "PUSH32"),
        (0x8F, "DUP16"),
        (0x9F, "SWAP16"),
        (0xA4, "LOG4"),
        (0xF5, "CREATE2"),
        (0xFE, "INVALID"),
        (0xFF, "SELFDESTRUCT"),
        (0x0C, "opcode 0x0c not defined"),
    ],
)
def test_an_instruction_is_named(op: int, name: str) -> None:
    assert name_opcode(op) == name


def test_the_table_of_instructions_is_the_one_the_compiler_uses() -> None:
    from contractchain.lang.ir.op import Op

    known = [entry for entry in Op if entry.opcode is not None]
    assert len(known) > 60
    for entry in known:
        assert OPCODES[entry.opcode][:2] == (entry.name, entry.operand_count)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Success(return_data=b"\x40"), ("0x40", True)),
        (Revert(data=b"\x08"), ("0x08", False)),
        (Halt(reason="out-of-gas"), ("0x", False)),
    ],
)
def test_the_summary_tells_output_and_success(outcome: Outcome, expected: tuple[str, bool]) -> None:
    summary = json.loads(encode_summary(outcome, 0x515C, "Prague", b"\x11" * 32))
    assert list(summary) == ["stateRoot", "output", "gasUsed", "pass", "fork"]
    assert (summary["output"], summary["pass"]) == expected
    assert summary["gasUsed"] == "0x515c"
    assert summary["stateRoot"] == "0x" + "11" * 32


def test_without_a_state_the_summary_has_no_root() -> None:
    assert "stateRoot" not in json.loads(encode_summary(Success(), 1, "Prague"))
