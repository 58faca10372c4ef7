"""The state that code runs on: one held state, and over it everything changed since.

Fills the place of py-evm's `AccountDB`, whose method names it therefore keeps. Every change adds
the way back to an undo log, so a checkpoint is a position in the log. At the end of a block
`collect_changes` gives what differs from the held state, with raw addresses and slots.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from contractchain.codec.state_diff import AccountChange
from contractchain.crypto import keccak256
from contractchain.execution.pyevm.states import StateStore
from contractchain.types import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Account, Address, Hash32

RIPEMD160_ADDRESS = (3).to_bytes(20, "big")
MAX_BALANCE = 2**256 - 1
"""Wei."""


class Entry(NamedTuple):
    """An account without its storage."""

    nonce: int = 0
    balance: int = 0
    """Wei."""
    code_hash: Hash32 = EMPTY_CODE_HASH

    @property
    def is_empty(self) -> bool:
        """Whether EIP-161 treats the account as absent."""
        return self.nonce == 0 and self.balance == 0 and self.code_hash == EMPTY_CODE_HASH


EMPTY_ENTRY = Entry()


class World:
    """Accounts and storage over the state `root`, with checkpoints."""

    def __init__(self, store: StateStore, root: Hash32) -> None:
        self._store = store
        self.state_root = root
        self._undo: list[Callable[[], object]] = []
        self._held: dict[Address, Account | None] = {}
        """Accounts as the held state has them, read so far."""
        self._held_slots: dict[tuple[Address, int], int] = {}
        self._entries: dict[Address, Entry | None] = {}
        self._slots: dict[Address, dict[int, int]] = {}
        """Slots written since the held state, or since the storage was wiped."""
        self._wiped: set[Address] = set()
        """Accounts whose storage in the held state no longer counts."""
        self._codes: dict[Hash32, bytes] = {}
        self._originals: dict[tuple[Address, int], int] = {}
        """Values at the start of the transaction of slots written in it."""
        self._created: set[Address] = set()
        """Contracts made in this transaction."""
        self._touched: set[Address] = set()
        self._warm_addresses: set[Address] = set()
        self._warm_slots: set[tuple[Address, int]] = set()
        self._transient: dict[tuple[Address, int], bytes] = {}
        self.accessed_addresses: set[Address] = set()
        """Every address that code accessed under EIP-2929, undone or not."""
        self.accessed_slots: set[tuple[Address, int]] = set()
        """Every slot that code accessed under EIP-2929, undone or not."""

    # Checkpoints

    def record(self) -> int:
        """Return a checkpoint to go back to."""
        return len(self._undo)

    def discard(self, checkpoint: int) -> None:
        """Undo everything since the checkpoint."""
        undo = self._undo
        while len(undo) > checkpoint:
            undo.pop()()

    def commit(self, checkpoint: int) -> None:
        """Keep what was done since the checkpoint; earlier checkpoints can still undo it."""

    def end_transaction(self) -> None:
        """Make everything final, and forget what lasts for one transaction."""
        self._undo.clear()
        self._originals.clear()
        self._created.clear()
        self._touched.clear()
        self._warm_addresses.clear()
        self._warm_slots.clear()
        self._transient.clear()

    # Accounts

    def find(self, address: Address) -> Entry | None:
        """Return the account as it is now, None if there is none."""
        try:
            return self._entries[address]
        except KeyError:
            account = self.find_held(address)
            if account is None:
                return None
            return Entry(account.nonce, account.balance, account.code_hash)

    def find_held(self, address: Address) -> Account | None:
        """Return the account as the held state has it."""
        try:
            return self._held[address]
        except KeyError:
            account = self._store.find_account(self.state_root, address)
            self._held[address] = account
            return account

    def account_exists(self, address: Address) -> bool:
        return self.find(address) is not None

    def account_is_empty(self, address: Address) -> bool:
        entry = self.find(address)
        return entry is None or entry.is_empty

    def account_has_code_or_nonce(self, address: Address) -> bool:
        """Tell whether no contract may be created here; storage alone is enough (EIP-7610)."""
        entry = self.find(address)
        if entry is None:
            return False
        return entry.nonce != 0 or entry.code_hash != EMPTY_CODE_HASH or self._has_storage(address)

    def get_balance(self, address: Address) -> int:
        return (self.find(address) or EMPTY_ENTRY).balance

    def set_balance(self, address: Address, balance: int) -> None:
        """Set the balance; more than 256 bits, which only a simulation can ask for, is the most."""
        balance = min(balance, MAX_BALANCE)
        self._put(address, (self.find(address) or EMPTY_ENTRY)._replace(balance=balance))

    def get_nonce(self, address: Address) -> int:
        return (self.find(address) or EMPTY_ENTRY).nonce

    def set_nonce(self, address: Address, nonce: int) -> None:
        self._put(address, (self.find(address) or EMPTY_ENTRY)._replace(nonce=nonce))

    def increment_nonce(self, address: Address) -> None:
        self.set_nonce(address, self.get_nonce(address) + 1)

    def get_code_hash(self, address: Address) -> Hash32:
        return (self.find(address) or EMPTY_ENTRY).code_hash

    def get_code(self, address: Address) -> bytes:
        code_hash = self.get_code_hash(address)
        code = self._codes.get(code_hash)
        return self._store.get_code(code_hash) if code is None else code

    def set_code(self, address: Address, code: bytes) -> None:
        code_hash = keccak256(code) if code else EMPTY_CODE_HASH
        self._codes[code_hash] = code
        self._put(address, (self.find(address) or EMPTY_ENTRY)._replace(code_hash=code_hash))

    def delete_code(self, address: Address) -> None:
        self.set_code(address, b"")

    def touch_account(self, address: Address) -> None:
        """Make the account exist; if it is empty, EIP-161 removes it after the transaction."""
        self._put(address, self.find(address) or EMPTY_ENTRY)

    def delete_account(self, address: Address) -> None:
        """Remove the account and its storage."""
        self.delete_storage(address)
        self._put(address, None)

    def delete_touched_empty_accounts(self) -> None:
        """Remove the accounts that this transaction touched and left empty (EIP-161)."""
        for address in sorted(self._touched):
            entry = self.find(address)
            if entry is not None and entry.is_empty:
                self.delete_account(address)

    def _put(self, address: Address, entry: Entry | None) -> None:
        entries = self._entries
        if address in entries:
            previous = entries[address]
            if previous != entry:
                self._undo.append(lambda: entries.__setitem__(address, previous))
                entries[address] = entry
        else:
            self._undo.append(lambda: entries.pop(address))
            entries[address] = entry
        if address not in self._touched:
            self._touched.add(address)
            if address != RIPEMD160_ADDRESS:  # stays touched, as it did on mainnet (EIP-716)
                self._undo.append(lambda: self._touched.discard(address))

    # Storage

    def get_storage(self, address: Address, slot: int, from_journal: bool = True) -> int:
        """Return a slot's value: now, or at the start of the transaction."""
        if not from_journal:
            if address in self._created:
                return 0
            original = self._originals.get((address, slot))
            if original is not None:
                return original
        written = self._slots.get(address)
        if written is not None and slot in written:
            return written[slot]
        if address in self._wiped:
            return 0
        return self._held_slot(address, slot)

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        current = self.get_storage(address, slot)
        if current == value:
            return
        key = (address, slot)
        originals = self._originals
        if key not in originals:
            originals[key] = current
            self._undo.append(lambda: originals.pop(key))
        written = self._slots.setdefault(address, {})
        if slot in written:
            self._undo.append(lambda: written.__setitem__(slot, current))
        else:
            self._undo.append(lambda: written.pop(slot))
        written[slot] = value

    def delete_storage(self, address: Address) -> None:
        """Wipe the storage."""
        written = self._slots.pop(address, None)
        if written is not None:
            self._undo.append(lambda: self._slots.__setitem__(address, written))
        else:
            self._undo.append(lambda: self._slots.pop(address, None))
        self._add(self._wiped, address)

    def start_contract(self, address: Address) -> None:
        """Take note that a contract is made here in this transaction; it has no storage yet."""
        self.delete_storage(address)
        self._add(self._created, address)

    def is_created(self, address: Address) -> bool:
        """Tell whether a contract was made at the address in this transaction."""
        return address in self._created

    def _add(self, members: set[Address], address: Address) -> None:
        if address not in members:
            members.add(address)
            self._undo.append(lambda: members.discard(address))

    def _has_storage(self, address: Address) -> bool:
        if any(self._slots.get(address, {}).values()):
            return True
        held = self.find_held(address)
        has_held_storage = held is not None and held.storage_root != EMPTY_TRIE_ROOT
        return has_held_storage and address not in self._wiped

    def _held_slot(self, address: Address, slot: int) -> int:
        key = (address, slot)
        value = self._held_slots.get(key)
        if value is None:
            account = self.find_held(address)
            root = EMPTY_TRIE_ROOT if account is None else account.storage_root
            value = self._held_slots[key] = self._store.get_slot(root, slot)
        return value

    # What lasts for one transaction

    def is_address_warm(self, address: Address) -> bool:
        self.accessed_addresses.add(address)
        return address in self._warm_addresses

    def mark_address_warm(self, address: Address) -> None:
        self.accessed_addresses.add(address)
        self._add(self._warm_addresses, address)

    def is_storage_warm(self, address: Address, slot: int) -> bool:
        self.accessed_slots.add((address, slot))
        return (address, slot) in self._warm_slots

    def mark_storage_warm(self, address: Address, slot: int) -> None:
        key = (address, slot)
        if key not in self._warm_slots:
            self._warm_slots.add(key)
            self._undo.append(lambda: self._warm_slots.discard(key))

    def warm_up(self, address: Address, slots: Iterable[int] = ()) -> None:
        """Make warm what the transaction declares; that is no access yet."""
        self._warm_addresses.add(address)
        self._warm_slots.update((address, slot) for slot in slots)

    def get_transient(self, address: Address, slot: int) -> bytes:
        return self._transient.get((address, slot), b"")

    def set_transient(self, address: Address, slot: int, value: bytes) -> None:
        key, transient = (address, slot), self._transient
        previous = transient.get(key, b"")
        self._undo.append(lambda: transient.__setitem__(key, previous))
        transient[key] = value

    # Results

    def collect_changes(self) -> tuple[list[AccountChange], list[bytes]]:
        """Return what differs from the held state, and the codes of accounts whose code does."""
        changes: list[AccountChange] = []
        codes: list[bytes] = []
        for address in self._entries.keys() | self._slots.keys() | self._wiped:
            before, now = self.find_held(address), self.find(address)
            if before is None and now is None:
                continue
            had_storage = before is not None and before.storage_root != EMPTY_TRIE_ROOT
            cleared = had_storage and (address in self._wiped or now is None)
            if now is None:
                changes.append(AccountChange(address=address, cleared=cleared))
                continue
            slots = self._changed_slots(address, cleared=cleared)
            is_same = before is not None and now == (
                before.nonce,
                before.balance,
                before.code_hash,
            )
            if is_same and not slots and not cleared:
                continue
            if now.code_hash not in (EMPTY_CODE_HASH, before.code_hash if before else b""):
                codes.append(self.get_code(address))
            changes.append(
                AccountChange(
                    address=address,
                    nonce=now.nonce,
                    balance=now.balance,
                    code_hash=now.code_hash,
                    cleared=cleared,
                    slots=tuple(slots),
                )
            )
        return changes, codes

    def _changed_slots(self, address: Address, *, cleared: bool) -> Iterable[tuple[Hash32, int]]:
        written = self._slots.get(address, {})
        wiped = cleared or address in self._wiped
        return sorted(
            (slot.to_bytes(32, "big"), value)
            for slot, value in written.items()
            if value != (0 if wiped else self._held_slot(address, slot))
        )
