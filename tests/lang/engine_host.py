"""Contracts on an execution engine, by signed transactions in blocks, as `EvmHost` has a bare EVM.

Each message is simulated first, for its return data, and then executed in a block of its own, for
its receipt and its changes of the state.
"""

from dataclasses import replace

from evm_host import Outcome

from contractchain.codec.receipt import decode_receipt
from contractchain.codec.state_diff import decode_state_diff
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import Message
from contractchain.types import Halt, Revert, Success
from evm_builders import ALICE, KEYS, Bench, created_address, transfer

SENDERS = tuple(KEYS)
"""Accounts that can send; the first one deploys."""


class EngineHost:
    """A chain of the engine with rich accounts."""

    def __init__(self, engine: ExecutionLayer, *, gas: int = 12_000_000) -> None:
        self.gas = gas
        self._bench = Bench(engine)
        # gas costs nothing, or balances would tell how much was used
        self._bench.context = replace(self._bench.context, base_fee_per_gas=0)
        self._nonces = dict.fromkeys(SENDERS, 0)
        self._storage: dict[bytes, dict[int, int]] = {}

    def deploy(self, init_code: bytes, *, value: int = 0) -> tuple[bytes, Outcome]:
        """Create a contract; return its address and what happened."""
        address = created_address(ALICE.address, self._nonces[ALICE.address])
        return address, self._send(ALICE.address, None, init_code, value)

    def call(
        self, address: bytes, data: bytes, *, value: int = 0, sender: bytes = ALICE.address
    ) -> Outcome:
        """Send a message to a contract."""
        return self._send(sender, address, data, value)

    def storage(self, address: bytes) -> dict[int, int]:
        """Return all slots of a contract that are not 0."""
        return self._storage.get(address, {})

    def _send(self, sender: bytes, to: bytes | None, data: bytes, value: int) -> Outcome:
        bench = self._bench
        message = Message(sender=sender, to=to, data=data, value=value, gas_limit=self.gas)
        simulated = bench.engine.call(bench.root, bench.context, message)
        transaction = transfer(
            self._nonces[sender],
            to,
            data=data,
            value=value,
            gas_limit=self.gas,
            max_fee_per_gas=0,
            max_priority_fee_per_gas=0,
        )
        execution = bench.execute(encode_transaction(sign_transaction(transaction, KEYS[sender])))
        self._nonces[sender] += 1
        receipt = decode_receipt(execution.receipts[0])
        outcome = simulated.outcome
        assert isinstance(outcome, Success) == receipt.succeeded
        for change in decode_state_diff(execution.state_diff).accounts:
            slots = self._storage.setdefault(change.address, {})
            slots.update({int.from_bytes(slot, "big"): new for slot, new in change.slots})
            for slot in [slot for slot, new in slots.items() if not new]:
                del slots[slot]
        match outcome:
            case Success():
                out = b"" if to is None else outcome.return_data
            case Revert():
                out = outcome.data
            case Halt():
                out = b""
        logs = [
            (log.address, tuple(int.from_bytes(topic, "big") for topic in log.topics), log.data)
            for log in receipt.logs
        ]
        return Outcome(
            success=isinstance(outcome, Success),
            data=out,
            logs=tuple(logs),
            gas_used=execution.gas_used,
        )
