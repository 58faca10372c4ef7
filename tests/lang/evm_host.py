"""Contracts on a bare py-evm state: deploy, call, and look at everything that is left behind."""

from dataclasses import dataclass
from typing import Any

from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague import PragueVM
from eth.vm.message import Message
from eth_hash.auto import keccak

SENDER = bytes.fromhex("1212121212121212121212121212120000000012")
GAS = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a message did."""

    success: bool
    data: bytes
    """Return data, or revert data."""
    logs: tuple[tuple[bytes, tuple[int, ...], bytes], ...] = ()
    gas_used: int = 0
    """Gas of the execution alone, before refunds."""


class _State(PragueVM.get_state_class()):  # type: ignore[misc]
    written: set[tuple[bytes, int]]

    def set_storage(self, address: bytes, slot: int, value: int) -> None:
        self.written.add((address, slot))
        super().set_storage(address, slot, value)


class EvmHost:
    """A world with nothing in it but what is deployed."""

    def __init__(self, *, gas: int = GAS) -> None:
        self.gas = gas
        context = ExecutionContext(
            coinbase=b"\x78" * 20,
            timestamp=1_700_000_000,
            block_number=7,
            difficulty=0,
            mix_hash=b"\x11" * 32,
            gas_limit=30_000_000,
            prev_hashes=[],
            chain_id=31337,
            base_fee_per_gas=7,
            excess_blob_gas=0,
        )
        self.state: Any = _State(AtomicDB(), context, BLANK_ROOT_HASH)
        self.state.written = set()
        self.fund(SENDER)
        self._nonce = 0

    def fund(self, address: bytes, balance: int = 10**24) -> None:
        """Give an account ether."""
        self.state.set_balance(address, balance)

    def deploy(self, init_code: bytes, *, value: int = 0) -> tuple[bytes, Outcome]:
        """Create a contract; return its address and what happened."""
        self._nonce += 1
        address = keccak(b"contract" + self._nonce.to_bytes(8, "big"))[12:]
        message = Message(self.gas, b"", SENDER, value, b"", init_code, create_address=address)
        return address, self._run(message, is_create=True)

    def call(
        self, address: bytes, data: bytes, *, value: int = 0, sender: bytes = SENDER
    ) -> Outcome:
        """Send a message to a contract."""
        code = self.state.get_code(address)
        return self._run(Message(self.gas, address, sender, value, data, code), is_create=False)

    def storage(self, address: bytes) -> dict[int, int]:
        """Return all slots of a contract that are not 0."""
        slots = {slot for owner, slot in self.state.written if owner == address}
        values = {slot: self.state.get_storage(address, slot) for slot in slots}
        return {slot: value for slot, value in values.items() if value}

    def _run(self, message: Message, *, is_create: bool) -> Outcome:
        state = self.state
        state.lock_changes()
        state.persist()
        state.clear_transient_storage()
        context = state.transaction_context_class(
            gas_price=10, origin=SENDER, blob_versioned_hashes=[]
        )
        before = state.snapshot()
        kind = state.computation_class
        kind.contracts_created = []
        apply = kind.apply_create_message if is_create else kind.apply_message
        computation = apply(state, message, context)
        if computation.is_success:
            state.commit(before)
        else:
            state.revert(before)
        return Outcome(
            success=computation.is_success,
            data=bytes(computation.output),
            logs=tuple(computation.get_log_entries()) if computation.is_success else (),
            gas_used=self.gas - computation.get_gas_remaining(),
        )
