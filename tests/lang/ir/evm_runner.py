"""Runs bytecode on py-evm and tells what it did: for tests of the back end only."""

from dataclasses import dataclass, field

from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague import PragueVM
from eth.vm.message import Message

CALLER = bytes.fromhex("12" * 20)
ADDRESS = bytes.fromhex("c0de" * 10)
GAS = 30_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did, as far as a caller can see."""

    status: str
    """`return`, `revert` or `halt`."""
    data: bytes = b""
    storage: dict[int, int] = field(default_factory=dict)
    """Slots that do not hold 0; empty unless the run succeeded."""
    logs: tuple[tuple[tuple[int, ...], bytes], ...] = ()
    gas: int = field(default=0, compare=False)


def execute(
    code: bytes, calldata: bytes = b"", *, value: int = 0, storage: dict[int, int] | None = None
) -> Outcome:
    """Run `code` in a fresh world."""
    context = ExecutionContext(
        b"\x78" * 20, 1000, 10, 0, b"\x11" * 32, 30_000_000, [], 1, 7, excess_blob_gas=0
    )
    state = PragueVM.get_state_class()(AtomicDB(), context, BLANK_ROOT_HASH)
    state.set_balance(CALLER, 10**18)
    state.set_code(ADDRESS, code)
    for slot, word in (storage or {}).items():
        state.set_storage(ADDRESS, slot, word)
    state.lock_changes()
    message = Message(GAS, ADDRESS, CALLER, value, calldata, code)
    transaction = state.transaction_context_class(gas_price=1, origin=CALLER)
    touched: set[int] = set(storage or {})
    original = state.set_storage

    def set_storage(address: bytes, slot: int, value: int) -> None:
        touched.add(slot)
        original(address, slot, value)

    state.set_storage = set_storage  # type: ignore[method-assign]
    computation = state.computation_class.apply_message(state, message, transaction)
    used = GAS - computation.get_gas_remaining()
    if computation.is_error:
        reverted = type(computation.error).__name__ == "Revert"
        return Outcome(
            status="revert" if reverted else "halt",
            data=bytes(computation.output) if reverted else b"",
            gas=used,
        )
    after = {slot: state.get_storage(ADDRESS, slot) for slot in touched}
    logs = tuple((tuple(topics), bytes(d)) for _, topics, d in computation.get_log_entries())
    return Outcome(
        status="return",
        data=bytes(computation.output),
        storage={k: v for k, v in after.items() if v},
        logs=logs,
        gas=used,
    )
