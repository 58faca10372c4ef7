"""World states by root: the trie nodes, codes and preimages that all of them share.

Nodes are kept under their hash in one map, so states share what they have in common. A state is
held while its count is above zero; nodes of released states are swept once enough of them have
gathered (mark and sweep from the held roots), so that memory stays within a constant factor of
what is held.

Addresses and slots are hashed in the tries; their preimages are kept so that a state can be
exported with raw keys.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rlp import decode as rlp_decode
from rlp import encode as rlp_encode
from trie import HexaryTrie

from contractchain.codec.rlp import encode_int
from contractchain.codec.state_diff import AccountChange
from contractchain.codec.trie import build_trie
from contractchain.crypto import keccak256
from contractchain.errors import StateUnavailableError
from contractchain.types import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Account, Address, Hash32

SWEEP_MIN_NODES = 50_000
"""Fewer nodes than this are never swept."""
SWEEP_GROWTH = 2
"""Sweep when this many times the nodes that survived the last sweep are stored."""
EXPORT_CHUNK = 10_000
"""Accounts or slots in one exported diff."""


class StateStore:
    """All held states. Not safe for several threads; the engine locks."""

    def __init__(self) -> None:
        self._nodes: dict[bytes, bytes] = {}
        self._codes: dict[Hash32, bytes] = {EMPTY_CODE_HASH: b""}
        self._preimages: dict[Hash32, bytes] = {}
        """Addresses (20 bytes) and slots (32 bytes) by hash."""
        self._holds: dict[Hash32, int] = {}
        self._survivors = 0
        self._hash_key = lru_cache(maxsize=65_536)(keccak256)

    def has_state(self, root: Hash32) -> bool:
        """Tell whether the state is held; the empty one always is."""
        return root == EMPTY_TRIE_ROOT or root in self._holds

    def require(self, root: Hash32) -> None:
        """Raise StateUnavailableError unless the state is held."""
        if not self.has_state(root):
            raise StateUnavailableError(state_root=root)

    def retain(self, root: Hash32) -> None:
        """Hold a state that is held already once more."""
        self.require(root)
        self.hold(root)

    def release(self, root: Hash32) -> None:
        """Give up one hold."""
        if root == EMPTY_TRIE_ROOT:
            return
        self.require(root)
        count = self._holds[root] - 1
        if count:
            self._holds[root] = count
            return
        del self._holds[root]
        if len(self._nodes) > max(SWEEP_MIN_NODES, SWEEP_GROWTH * self._survivors):
            self.sweep()

    @property
    def node_count(self) -> int:
        """Trie nodes in memory, those of released states included until they are swept."""
        return len(self._nodes)

    def has_code(self, code_hash: Hash32) -> bool:
        """Tell whether the code with this hash is stored."""
        return code_hash in self._codes

    def get_code(self, code_hash: Hash32) -> bytes:
        """Return the code with this hash."""
        return self._codes[code_hash]

    def find_account(self, root: Hash32, address: Address) -> Account | None:
        """Return the account in the state, None if there is none."""
        value = HexaryTrie(self._nodes, root).get(self._hash_key(address))
        return _decode_account(value) if value else None

    def get_slot(self, storage_root: Hash32, slot: int) -> int:
        """Return the value of a slot of the storage with this root."""
        if storage_root == EMPTY_TRIE_ROOT:
            return 0
        value = HexaryTrie(self._nodes, storage_root).get(self._hash_key(slot.to_bytes(32, "big")))
        return int.from_bytes(rlp_decode(value), "big") if value else 0

    def prove(self, root: Hash32, key: bytes) -> tuple[bytes, ...]:
        """Return the RLP of the nodes from `root` towards an address or slot."""
        if root == EMPTY_TRIE_ROOT:
            return ()
        nodes = HexaryTrie(self._nodes, root).get_proof(self._hash_key(key))
        return tuple(rlp_encode(node) for node in nodes if node)

    def apply(
        self, root: Hash32, changes: Iterable[AccountChange], codes: Iterable[bytes]
    ) -> Hash32:
        """Return the root after the changes, and hold it once."""
        new_root = self.calculate_root(root, changes)
        for code in codes:
            self._codes[keccak256(code)] = code
        self.hold(new_root)
        return new_root

    def calculate_root(self, root: Hash32, changes: Iterable[AccountChange]) -> Hash32:
        """Return the root after the changes; its nodes are stored but not held."""
        accounts = HexaryTrie(self._nodes, root)
        values: dict[Hash32, bytes] = {}
        for change in changes:
            key = self._remember(change.address)
            if change.is_deleted:
                values[key] = b""
                continue
            before = b"" if change.cleared else accounts.get(key)
            storage_root = _decode_account(before).storage_root if before else EMPTY_TRIE_ROOT
            fields = [
                encode_int(change.nonce),
                encode_int(change.balance),
                self._write_slots(storage_root, change.slots),
                change.code_hash,
            ]
            values[key] = rlp_encode(fields)
        return self._write(root, values)

    def export(self, root: Hash32) -> Iterator[tuple[list[AccountChange], list[bytes]]]:
        """Yield the state as chunks of changes to the empty state, with the codes they name."""
        chunk: list[AccountChange] = []
        room = EXPORT_CHUNK
        for key, value in self._walk(root):
            account = _decode_account(value)
            address = self._preimages[key]
            slots: list[tuple[Hash32, int]] = []
            for slot_key, slot_value in self._walk(account.storage_root):
                number = int.from_bytes(rlp_decode(slot_value), "big")
                slots.append((self._preimages[slot_key], number))
                room -= 1
                if room <= 0:
                    chunk.append(_full_change(address, account, slots))
                    yield self._with_codes(chunk)
                    chunk, slots, room = [], [], EXPORT_CHUNK
            chunk.append(_full_change(address, account, slots))
            room -= 1
            if room <= 0:
                yield self._with_codes(chunk)
                chunk, room = [], EXPORT_CHUNK
        if chunk:
            yield self._with_codes(chunk)

    def sweep(self) -> None:
        """Forget the nodes, codes and preimages that no held state uses."""
        nodes: dict[bytes, bytes] = {}
        codes: dict[Hash32, bytes] = {EMPTY_CODE_HASH: b""}
        preimages: dict[Hash32, bytes] = {}
        storage_roots = set()
        for root in self._holds:
            for key, value in self._walk(root, nodes):
                preimages[key] = self._preimages[key]
                account = _decode_account(value)
                codes[account.code_hash] = self._codes[account.code_hash]
                storage_roots.add(account.storage_root)
        for root in storage_roots:
            for key, _ in self._walk(root, nodes):
                preimages[key] = self._preimages[key]
        self._nodes, self._codes, self._preimages = nodes, codes, preimages
        self._survivors = len(nodes)

    def hold(self, root: Hash32) -> None:
        """Hold a state whose nodes are stored."""
        if root != EMPTY_TRIE_ROOT:
            self._holds[root] = self._holds.get(root, 0) + 1

    def _remember(self, key: bytes) -> Hash32:
        digest = self._hash_key(key)
        self._preimages[digest] = key
        return digest

    def _write_slots(self, root: Hash32, slots: Sequence[tuple[Hash32, int]]) -> Hash32:
        if not slots:
            return root
        values = {
            self._remember(slot): rlp_encode(encode_int(value)) if value else b""
            for slot, value in slots
        }
        return self._write(root, values)

    def _write(self, root: Hash32, values: Mapping[Hash32, bytes]) -> Hash32:
        """Return the root of a trie after writing `values`; empty ones delete."""
        if root == EMPTY_TRIE_ROOT:
            return build_trie({k: v for k, v in values.items() if v}, self._nodes)
        trie = HexaryTrie(self._nodes, root)
        with trie.squash_changes() as batch:
            for key, value in values.items():
                if value:
                    batch.set(key, value)
                else:
                    batch.delete(key)
        return bytes(trie.root_hash)

    def _with_codes(self, changes: list[AccountChange]) -> tuple[list[AccountChange], list[bytes]]:
        hashes = {change.code_hash for change in changes} - {EMPTY_CODE_HASH}
        return changes, [self._codes[code_hash] for code_hash in hashes]

    def _walk(
        self, root: Hash32, reached: dict[bytes, bytes] | None = None
    ) -> Iterator[tuple[Hash32, bytes]]:
        """Yield the leaves below `root` in the order of their keys.

        Args:
            root: Of an account trie or a storage trie.
            reached: Collects the nodes passed; what is in it already is not entered again.
        """
        nodes = self._nodes
        if root == EMPTY_TRIE_ROOT:
            return
        stack: list[tuple[bytes | list[Any], str]] = [(root, "")]
        while stack:
            reference, path = stack.pop()
            node: Any = reference
            if isinstance(reference, bytes):
                if reached is not None:
                    if reference in reached:
                        continue
                    reached[reference] = nodes[reference]
                node = rlp_decode(nodes[reference])
            if len(node) == 17:
                children = [(child, f"{path}{i:x}") for i, child in enumerate(node[:16]) if child]
                stack.extend(reversed(children))
                continue
            nibbles, is_leaf = _decode_path(node[0])
            if is_leaf:
                yield bytes.fromhex(path + nibbles), node[1]
            else:
                stack.append((node[1], path + nibbles))


def _decode_path(encoded: bytes) -> tuple[str, bool]:
    digits = encoded.hex()
    flags = encoded[0] >> 4
    return digits[1:] if flags & 1 else digits[2:], bool(flags & 2)


def _decode_account(value: bytes) -> Account:
    nonce, balance, storage_root, code_hash = rlp_decode(value)
    return Account(
        nonce=int.from_bytes(nonce, "big"),
        balance=int.from_bytes(balance, "big"),
        storage_root=storage_root,
        code_hash=code_hash,
    )


def _full_change(
    address: Address, account: Account, slots: Sequence[tuple[Hash32, int]]
) -> AccountChange:
    return AccountChange(
        address=address,
        nonce=account.nonce,
        balance=account.balance,
        code_hash=account.code_hash,
        slots=tuple(slots),
    )
