"""Reads of accounts as of a block."""

from collections.abc import Callable, Sequence

from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.resolving import Resolver
from contractchain.chain.retention import StateRetention
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountProof
from contractchain.types import Account, Address, Hash32

NO_ACCOUNT = Account()


class StateViews:
    """Reads of accounts as of a block; `chain.state`.

    Every `get` raises BlockNotFoundError if there is no such block. A state that is no longer in
    memory is rebuilt from what is stored.
    """

    def __init__(
        self,
        execution: ExecutionLayer,
        resolver: Resolver,
        retention: StateRetention,
        find_waiting_nonce: Callable[[Address], int | None],
    ) -> None:
        self._execution = execution
        self._resolver = resolver
        self._retention = retention
        self._find_waiting_nonce = find_waiting_nonce

    def get_accounts(
        self, addresses: Sequence[Address], at: BlockReference = BlockTag.LATEST
    ) -> list[Account]:
        """Return accounts in the order of `addresses`; absent ones read as empty."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            found = self._execution.accounts(root, addresses)
        return [account or NO_ACCOUNT for account in found]

    def get_account(self, address: Address, at: BlockReference = BlockTag.LATEST) -> Account:
        """Return an account; an absent one reads as empty."""
        return self.get_accounts([address], at)[0]

    def get_code(self, address: Address, at: BlockReference = BlockTag.LATEST) -> bytes:
        """Return the runtime code."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            return self._execution.code(root, address)

    def get_storage(
        self, address: Address, slot: Hash32, at: BlockReference = BlockTag.LATEST
    ) -> Hash32:
        """Return the 32-byte value of a storage slot."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            return self._execution.storage(root, address, slot)

    def get_proof(
        self, address: Address, slots: Sequence[Hash32], at: BlockReference = BlockTag.LATEST
    ) -> AccountProof:
        """Return Merkle proofs of an account and of slots of it (EIP-1186)."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            return self._execution.proof(root, address, slots)

    def get_next_nonce(self, address: Address) -> int:
        """Return the nonce for the next transaction, those waiting in the pool counted."""
        waiting = self._find_waiting_nonce(address)
        return self.get_account(address).nonce if waiting is None else waiting
