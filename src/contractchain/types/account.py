"""The account as the state trie knows it."""

from dataclasses import dataclass

from contractchain.types.primitives import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One leaf of the state trie.

    Spec:
        Yellow paper, section 4.1.
    """

    nonce: int = 0
    """Transactions sent, or contracts created by a contract."""
    balance: int = 0
    """Wei."""
    storage_root: Hash32 = EMPTY_TRIE_ROOT
    """Root of the account's storage trie."""
    code_hash: Hash32 = EMPTY_CODE_HASH
    """keccak256 of the runtime code."""

    @property
    def is_empty(self) -> bool:
        """Whether EIP-161 treats the account as absent."""
        return self.nonce == 0 and self.balance == 0 and self.code_hash == EMPTY_CODE_HASH
