"""A chain for tests: in memory, deterministic, and put back by copy-on-write snapshots."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from contractchain.chain import BlockTag, ReceiptView
from contractchain.codec.hexadecimal import to_checksum
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.errors import ContractChainError, EngineError
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.node import EngineChoice, LocalNode, NodeConfig, open_local_chain
from contractchain.testing.values import Address, HasAddress
from contractchain.types import DynamicFeeTransaction

if TYPE_CHECKING:
    from contractchain.node.server import RpcServer

START_TIMESTAMP = 1_700_000_000
"""Seconds; of genesis. Every block comes one second later, so that runs repeat exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevAccount:
    """An account with funds and a key."""

    address: Address
    private_key: bytes = field(repr=False)
    chain: "DevChain" = field(repr=False)

    @property
    def balance(self) -> int:
        """Wei, as of the head."""
        return self.chain.balance_of(self)

    @property
    def nonce(self) -> int:
        """Of the next transaction."""
        return self.chain.node.chain.state.get_next_nonce(self.address)

    def transfer(self, to: HasAddress | bytes, value: int) -> ReceiptView:
        """Send `value` wei and return the receipt.

        Raises:
            ContractChainError: the transaction is not taken.
        """
        return self.chain.send(self, address_of(to), b"", value=value)

    def __str__(self) -> str:
        return to_checksum(self.address)


class DevChain:
    """A chain of its own for tests, with accounts."""

    def __init__(self, engine: str = "auto", accounts: int = 10) -> None:
        """Open a chain in memory.

        Args:
            engine: `auto`, `revm` or `py-evm`.
            accounts: How many funded accounts.

        Raises:
            EngineUnavailableError: the engine is not installed.
        """
        config = NodeConfig(
            data_dir=None,
            engine=EngineChoice(engine),
            accounts=accounts,
            genesis_timestamp=START_TIMESTAMP,
        )
        self.node: LocalNode = open_local_chain(config, clock=lambda: START_TIMESTAMP)
        self.accounts = tuple(
            DevAccount(address=Address(a.address), private_key=a.private_key, chain=self)
            for a in self.node.accounts
        )
        self._chain_id = self.node.chain.config.chain_id
        self._server: RpcServer | None = None

    @property
    def number(self) -> int:
        """Of the head."""
        return self.node.chain.head().number

    @property
    def timestamp(self) -> int:
        """Of the head, in seconds."""
        return self.node.chain.head().timestamp

    @property
    def base_fee(self) -> int:
        """Of the next block, in wei per gas."""
        return self.node.chain.suggest_fees().base_fee_per_gas

    def balance_of(self, account: HasAddress | bytes) -> int:
        """Return a balance in wei, as of the head."""
        return self.node.chain.state.get_account(address_of(account)).balance

    def code_of(self, account: HasAddress | bytes) -> bytes:
        """Return the runtime code at an address."""
        return self.node.chain.state.get_code(address_of(account))

    def set_account(
        self,
        account: HasAddress | bytes,
        *,
        balance: int | None = None,
        nonce: int | None = None,
        code: bytes | None = None,
        slots: Mapping[int, int] | None = None,
    ) -> None:
        """Set parts of an account that no transaction has made, in a block of its own.

        Args:
            account: Whose.
            balance: Wei.
            nonce: The next one.
            code: Runtime code.
            slots: Values of storage slots.
        """
        words = {
            slot.to_bytes(32, "big"): value.to_bytes(32, "big")
            for slot, value in (slots or {}).items()
        }
        edit = AccountOverride(balance=balance, nonce=nonce, code=code, storage_diff=words)
        self.node.chain.edit_state({address_of(account): edit})

    def mine(self, blocks: int = 1) -> int:
        """Produce blocks; returns the number of the head."""
        self.node.chain.mine(blocks)
        return self.number

    def warp(self, seconds: int) -> int:
        """Move time forward and produce a block there; returns its timestamp.

        Raises:
            UsageError: `seconds` is negative.
        """
        return self.warp_to(self.timestamp + seconds)

    def warp_to(self, timestamp: int) -> int:
        """Produce a block with a timestamp (seconds); later blocks go on from there.

        Raises:
            UsageError: it is not later than the head.
        """
        self.node.chain.set_next_timestamp(timestamp)
        self.node.chain.mine(1)
        return self.timestamp

    def snapshot(self) -> int:
        """Remember everything; returns what `revert_to` takes."""
        return self.node.chain.snapshot()

    def revert_to(self, snapshot: int) -> None:
        """Return to a snapshot, which is used up.

        Raises:
            SnapshotNotFoundError: unknown, or gone with an earlier one.
        """
        self.node.chain.revert_to(snapshot)

    @contextmanager
    def isolate(self) -> Iterator[Self]:
        """Undo at the end of the `with` block whatever happened in it."""
        snapshot = self.snapshot()
        try:
            yield self
        finally:
            self.revert_to(snapshot)

    def serve(self, port: int = 0) -> str:
        """Open this very chain over JSON-RPC; returns the URL. Closed with the chain."""
        if self._server is None:
            from contractchain.node.server import RpcServer

            self._server = RpcServer(self.node, port=port).start()
        return self._server.url

    def send(
        self,
        sender: DevAccount,
        to: bytes | None,
        data: bytes,
        *,
        value: int = 0,
        gas_limit: int | None = None,
    ) -> ReceiptView:
        """Send a transaction and return its receipt, whether it succeeded or not.

        Without a gas limit it gets that of the block: a test wants the receipt, not an estimate.

        Raises:
            ContractChainError: the transaction is not taken.
        """
        chain = self.node.chain
        fees = chain.suggest_fees()
        transaction = DynamicFeeTransaction(
            chain_id=self._chain_id,
            nonce=chain.state.get_next_nonce(sender.address),
            max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
            max_fee_per_gas=fees.max_fee_per_gas,
            gas_limit=gas_limit or chain.blocks.get_header(BlockTag.LATEST).gas_limit,
            to=to,
            value=value,
            data=data,
        )
        raw = encode_transaction(sign_transaction(transaction, sender.private_key))
        result = chain.submit([raw])[0]
        if isinstance(result, ContractChainError):
            raise result
        receipt = chain.blocks.find_receipt(result)
        if receipt is None:
            chain.mine(1)
            receipt = chain.blocks.find_receipt(result)
        if receipt is None:
            raise EngineError("the transaction was taken and is in no block")
        return receipt

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with the number of every new head; returns what ends that."""
        return self.node.chain.subscribe(lambda change: callback(change.number))

    def close(self) -> None:
        """Close server and chain."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def address_of(value: HasAddress | bytes) -> bytes:
    """Return the address of an account, a contract or an address."""
    return value if isinstance(value, bytes) else value.address
