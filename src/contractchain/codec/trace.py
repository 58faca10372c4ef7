"""Traces as lines of JSON, which tools that compare EVM implementations read.

Where the standard leaves room, the lines are as geth's `evm` prints them: memory is one hex text,
an instruction that is not defined is named by its number, and the implicit STOP at the end of the
code has a line. Unlike there, `refund` is hex as the standard says.

Spec:
    EIP-3155.
"""

import json

from contractchain.types import Outcome, Success
from contractchain.types.opcodes import OPCODES
from contractchain.types.outcome import Halt, Revert
from contractchain.types.trace import TraceStep


def name_opcode(op: int) -> str:
    """Return the mnemonic of an instruction."""
    known = OPCODES.get(op)
    return f"opcode {op:#04x} not defined" if known is None else known.name


_NAMES = tuple(name_opcode(op) for op in range(256))


def encode_step(step: TraceStep) -> str:
    """Return the line of one instruction, without a line feed."""
    stack = '","'.join(map(hex, step.stack))
    line = (
        f'{{"pc":{step.pc},"op":{step.op},"gas":"{step.gas:#x}","gasCost":"{step.gas_cost:#x}",'
        f'"memSize":{step.memory_size},"stack":[{f"{chr(34)}{stack}{chr(34)}" if stack else ""}],'
        f'"depth":{step.depth},"returnData":"0x{step.return_data.hex()}",'
        f'"refund":"{step.refund:#x}","opName":"{_NAMES[step.op]}"'
    )
    if step.error is not None:
        line += f',"error":{json.dumps(step.error)}'
    if step.memory is not None:
        line += f',"memory":"0x{step.memory.hex()}"'
    return line + "}"


def encode_summary(
    outcome: Outcome, gas_used: int, fork: str, state_root: bytes | None = None
) -> str:
    """Return the last line of a trace, without a line feed.

    Args:
        outcome: How the transaction ended.
        gas_used: By the transaction, intrinsic gas included, refunds deducted.
        fork: Name of the rules.
        state_root: After the transaction; None where nothing is kept, as in a simulated call.
    """
    summary: dict[str, object] = {}
    if state_root is not None:
        summary["stateRoot"] = "0x" + state_root.hex()
    match outcome:
        case Success(return_data=data) | Revert(data=data):
            output = data
        case Halt():
            output = b""
    summary["output"] = "0x" + output.hex()
    summary["gasUsed"] = hex(gas_used)
    summary["pass"] = isinstance(outcome, Success)
    summary["fork"] = fork
    return json.dumps(summary, separators=(",", ":"))
