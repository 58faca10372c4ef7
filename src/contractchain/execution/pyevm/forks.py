"""py-evm's machine for each fork, with our state under it and its faults mended.

py-evm supplies the instructions, the gas schedule, the precompiles and the message calls. What is
ours: the state (`World`), the environment of the block, and these corrections (py-evm 0.12.1b1):

- The first frame is the one without a parent. py-evm tells it by its sender, so that a delegated
  sender (EIP-7702) that creates a contract pays for the init code twice.
- Init code is paid for as intrinsic gas, by the transaction, not by the first frame.
- A new contract starts without storage, whatever lay at its address.
- Too large code and too large init code are failures of their own kind, not out of gas; that CREATE
  has too much of it is seen before it is paid for.
- The blob base fee follows the block's blob schedule, not a constant of the fork.
- No system contract is written to the state when it is opened.
- Instructions and precompiles: see `corrections`.
"""

from functools import cache
from importlib import import_module
from typing import Any

from eth._utils.calculations import fake_exponential
from eth.exceptions import (
    ContractCreationCollision,
    FullStack,
    InsufficientFunds,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
    ReservedBytesInCode,
    StackDepthLimit,
    VMError,
    WriteProtection,
)
from eth.vm.execution_context import ExecutionContext
from eth.vm.opcode_values import CREATE, CREATE2

from contractchain.errors import EngineError
from contractchain.execution.pyevm import dispatch
from contractchain.execution.pyevm.corrections import mend_opcodes, mend_precompiles
from contractchain.execution.pyevm.world import MAX_BALANCE, World
from contractchain.interfaces.execution_data import BlockContext
from contractchain.types import Address, Fork, Hash32
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

MIN_BLOB_BASE_FEE = 1
MAX_CODE_BYTES = 24_576
MAX_INIT_CODE_BYTES = 49_152

LAST_FORK = Fork.PRAGUE


class CodeTooLarge(OutOfGas):  # type: ignore[misc]
    """The created code exceeds EIP-170."""


class InitCodeTooLarge(OutOfGas):  # type: ignore[misc]
    """The init code of CREATE exceeds EIP-3860."""


HALT_REASONS: tuple[tuple[type[VMError], str], ...] = (
    (CodeTooLarge, "code-size-limit"),
    (InitCodeTooLarge, "other: init code size limit"),
    (OutOfGas, "out-of-gas"),
    (InsufficientStack, "stack-underflow"),
    (FullStack, "stack-overflow"),
    (InvalidJumpDestination, "invalid-jump"),
    (InvalidInstruction, "invalid-opcode"),
    (WriteProtection, "static-violation"),
    (ContractCreationCollision, "create-collision"),
    (ReservedBytesInCode, "invalid-code-prefix"),
    (StackDepthLimit, "call-depth"),
    (OutOfBoundsRead, "other: return data out of bounds"),
    (InsufficientFunds, "other: insufficient balance"),
)


def name_halt(error: VMError) -> str:
    """Return the reason for `contractchain.types.Halt`."""
    for kind, reason in HALT_REASONS:
        if isinstance(error, kind):
            return reason
    return "other: precompile failed"


class _Computation(dispatch.Computation):
    """Mixed in before py-evm's computation of a fork."""

    state: Any

    @property
    def precompiles(self) -> dict[Address, Any]:
        """By the address at which each is called; overrides move them."""
        found: dict[Address, Any] = self.state.precompiles
        return found

    @classmethod
    def apply_message(
        cls, state: "_State", message: Any, context: Any, parent_computation: Any = None
    ) -> Any:
        if message.should_transfer_value and message.value and message.sender != message.to:
            held = state.world.get_balance(message.storage_address)
            if held + message.value > MAX_BALANCE:
                computation = state.get_computation(message, context)  # type: ignore[attr-defined]
                computation.error = InsufficientFunds("the recipient cannot hold as much")
                return computation
        return super().apply_message(  # type: ignore[misc]
            state, message, context, parent_computation=parent_computation
        )

    @classmethod
    def validate_contract_code(cls, contract_code: bytes) -> None:
        if len(contract_code) > MAX_CODE_BYTES:
            raise CodeTooLarge(f"code of {len(contract_code)} bytes")
        super().validate_contract_code(contract_code)  # type: ignore[misc]

    @classmethod
    def apply_create_message(
        cls, state: "_State", message: Any, context: Any, parent_computation: Any = None
    ) -> Any:
        checkpoint = state.snapshot()
        state.world.start_contract(message.storage_address)
        computation = super().apply_create_message(  # type: ignore[misc]
            state, message, context, parent_computation=parent_computation
        )
        if computation.is_error:
            state.revert(checkpoint)
        return computation


class _ShanghaiComputation(_Computation):
    @classmethod
    def validate_create_message(cls, message: Any) -> None:
        if len(message.code) > MAX_INIT_CODE_BYTES:
            raise InitCodeTooLarge(f"init code of {len(message.code)} bytes")


def _limit_init_code(opcode: Any) -> Any:
    """Return CREATE or CREATE2 as it is from Shanghai on."""

    class Limited(type(opcode)):  # type: ignore[misc]
        def get_gas_cost(self, data: Any) -> int:
            if data.memory_length > MAX_INIT_CODE_BYTES:
                raise InitCodeTooLarge(f"init code of {data.memory_length} bytes")
            gas: int = super().get_gas_cost(data)
            return gas

    return Limited()


class _State:
    """Mixed in before py-evm's state of a fork; the state proper is `world`."""

    computation_class: Any
    blob_base_fee = 0
    """Wei per blob gas; here because py-evm has a property of this name."""

    def __init__(self, world: World, context: BlockContext, blobs: BlobSchedule | None) -> None:
        self.world = self._account_db = world
        self.context = context
        self.execution_context = ExecutionContext(
            coinbase=context.beneficiary,
            timestamp=context.timestamp,
            block_number=context.number,
            difficulty=context.difficulty,
            mix_hash=context.prev_randao,
            gas_limit=context.gas_limit,
            prev_hashes=(),
            chain_id=context.chain_id,
            base_fee_per_gas=context.base_fee_per_gas,
            excess_blob_gas=context.excess_blob_gas,
        )
        self.blob_base_fee = calculate_blob_base_fee(context, blobs)
        self.precompiles = self.computation_class.get_precompiles()

    def get_ancestor_hash(self, number: int) -> Hash32:
        depth = self.context.number - number - 1
        if not 0 <= depth < 256 or number < 0:
            return b""
        return self.context.ancestor_hashes[32 * depth : 32 * depth + 32]

    def delete_storage(self, address: Address) -> None:
        self.world.delete_storage(address)

    def snapshot(self) -> int:
        return self.world.record()

    def revert(self, snapshot: int) -> None:
        self.world.discard(snapshot)

    def commit(self, snapshot: int) -> None:
        self.world.commit(snapshot)

    def get_transient_storage(self, address: Address, slot: int) -> bytes:
        return self.world.get_transient(address, slot)

    def set_transient_storage(self, address: Address, slot: int, value: bytes) -> None:
        self.world.set_transient(address, slot, value)


def calculate_blob_base_fee(context: BlockContext, blobs: BlobSchedule | None) -> int:
    """Return the price of blob gas in wei (EIP-4844); 0 before Cancun."""
    if blobs is None:
        return 0
    if context.blob_base_fee is not None:
        return context.blob_base_fee
    fee: int = fake_exponential(
        MIN_BLOB_BASE_FEE, context.excess_blob_gas, blobs.base_fee_update_fraction
    )
    return fee


def blob_schedule_of(context: BlockContext) -> BlobSchedule | None:
    """Return the blob parameters of a block, those of its fork if it names none."""
    if context.fork < Fork.CANCUN:
        return None
    if context.blob_schedule is not None:
        return context.blob_schedule
    return CANCUN_BLOBS if context.fork < Fork.PRAGUE else PRAGUE_BLOBS


def open_state(world: World, context: BlockContext) -> Any:
    """Return py-evm's state object for a block on `world`.

    Raises:
        EngineError: py-evm does not know the fork.
    """
    if context.fork > LAST_FORK:
        raise EngineError(
            f"py-evm runs forks up to {LAST_FORK.value}, not {context.fork.value}",
            hint="use engine `revm`, or an earlier fork",
        )
    return _state_class(context.fork)(world, context, blob_schedule_of(context))


@cache
def _state_class(fork: Fork) -> Any:
    base = _import_class(fork, "state", f"{fork.value}State")
    opcodes = mend_opcodes(base.computation_class.opcodes)
    if fork >= Fork.SHANGHAI:
        opcodes |= {value: _limit_init_code(opcodes[value]) for value in (CREATE, CREATE2)}
    computation = type(
        f"Our{fork.value}Computation",
        (
            _ShanghaiComputation if fork >= Fork.SHANGHAI else _Computation,
            base.computation_class,
        ),
        {
            "opcodes": opcodes,
            "steps": dispatch.build_steps(opcodes),
            "_precompiles": mend_precompiles(base.computation_class.get_precompiles()),
        },
    )
    return type(f"Our{fork.value}State", (_State, base), {"computation_class": computation})


def _import_class(fork: Fork, module: str, name: str) -> Any:
    package = "".join(f"_{c.lower()}" if c.isupper() else c for c in fork.value).lstrip("_")
    return getattr(import_module(f"eth.vm.forks.{package}.{module}"), name)
