"""Instructions and precompiles of py-evm (0.12.1b1) whose faults are mended here.

- MODEXP of an empty base is 0 ** exponent, which is 1 for exponent 0, not always 0.
- RETURNDATACOPY out of bounds is paid for first: without the gas, that is what it halts for. (The
  memory comes after the bounds, as in revm; geth has it before them. Only the reason differs.)
- SELFDESTRUCT gives no deprecation warning.
- The KZG setup is read once, not at each call of the point evaluation, which takes over a second.
"""

from functools import cache
from importlib import import_module
from typing import Any

from eth.constants import GAS_COPY
from eth.exceptions import OutOfBoundsRead
from eth.vm.opcode import as_opcode
from eth.vm.opcode_values import RETURNDATACOPY, SELFDESTRUCT
from eth.vm.stack import to_int

from contractchain.types import Address

MODEXP_ADDRESS = (5).to_bytes(20, "big")
POINT_EVALUATION_ADDRESS = (10).to_bytes(20, "big")


def mend_opcodes(opcodes: dict[int, Any]) -> dict[int, Any]:
    """Return the instructions of a fork, mended."""
    mended = dict(opcodes)
    while hasattr(mended[SELFDESTRUCT], "__wrapped__"):
        mended[SELFDESTRUCT] = mended[SELFDESTRUCT].__wrapped__
    if RETURNDATACOPY in mended:
        mended[RETURNDATACOPY] = _mend_returndatacopy(mended[RETURNDATACOPY])
    return mended


def mend_precompiles(precompiles: dict[Address, Any]) -> dict[Address, Any]:
    """Return the precompiles of a fork, mended."""
    mended = dict(precompiles)
    if MODEXP_ADDRESS in mended:
        mended[MODEXP_ADDRESS] = _mend_modexp(mended[MODEXP_ADDRESS])
    if POINT_EVALUATION_ADDRESS in mended:
        _keep_kzg_setup()
    return mended


def _mend_returndatacopy(opcode: Any) -> Any:
    logic = opcode.logic_fn

    def returndatacopy(computation: Any) -> None:
        operands = computation._stack.values[-3:]
        try:
            logic(computation)
        except OutOfBoundsRead:
            size = to_int(operands[0])
            computation.consume_gas(GAS_COPY * ((size + 31) // 32), opcode.mnemonic)
            raise

    return as_opcode(returndatacopy, opcode.mnemonic, opcode.gas_cost)


def _mend_modexp(modexp: Any) -> Any:
    def mended(computation: Any) -> Any:
        modexp(computation)
        computation.output = _modexp_of_empty_base(
            computation.msg.data_as_bytes, computation.output
        )
        return computation

    return mended


def _modexp_of_empty_base(data: bytes, output: bytes) -> bytes:
    head = data[:96].ljust(96, b"\0")
    base, exponent, modulus = (int.from_bytes(head[i : i + 32], "big") for i in (0, 32, 64))
    if base or not modulus or any(data[96 : 96 + exponent]):
        return output
    modulo = data[96 + exponent : 96 + exponent + modulus].ljust(modulus, b"\0")
    is_one = int.from_bytes(modulo, "big") > 1
    return int(is_one).to_bytes(len(output), "big")


@cache
def _keep_kzg_setup() -> None:
    module: Any = import_module("eth.precompiles.point_evaluation")
    module.load_trusted_setup = cache(module.load_trusted_setup)
