"""The accounts of the head's state, each read once as long as the head stays.

Who sends much is asked about with every transaction, and the answer only changes with the head.
"""

from collections.abc import Sequence

from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import EMPTY_TRIE_ROOT, Account, Address, Hash32

NO_ACCOUNT = Account()
DELEGATION_PREFIX = b"\xef\x01\x00"
"""Code of an account that has delegated to a contract starts so (EIP-7702)."""
MAX_REMEMBERED = 8192


class HeadAccounts:
    """Accounts at one state. Not safe by itself against several threads; its owner locks."""

    def __init__(self, execution: ExecutionLayer) -> None:
        self._execution = execution
        self._root: Hash32 = EMPTY_TRIE_ROOT
        self._accounts: dict[Address, Account] = {}

    def move_to(self, root: Hash32) -> None:
        """Look at the state `root` from now on; it must be held."""
        if root != self._root:
            self._root = root
            self._accounts = {}

    def get_many(self, addresses: Sequence[Address]) -> dict[Address, Account]:
        """Return a mapping that holds the accounts, empty ones where there are none."""
        accounts = self._accounts
        missing = [address for address in addresses if address not in accounts]
        if missing:
            if len(accounts) + len(missing) > MAX_REMEMBERED:
                missing = list(addresses)
                accounts = self._accounts = {}
            found = self._execution.accounts(self._root, missing)
            for address, account in zip(missing, found, strict=True):
                accounts[address] = account or NO_ACCOUNT
        return accounts

    def has_delegated(self, address: Address) -> bool:
        """Tell whether the code of an account is a delegation, so that it may send."""
        return self._execution.code(self._root, address).startswith(DELEGATION_PREFIX)
