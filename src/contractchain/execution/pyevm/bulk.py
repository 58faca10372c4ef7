"""A trie made at once from all its entries.

`trie` inserts one key after the other and encodes the path each time, which is slow for genesis
states and checkpoints. Here every node is encoded exactly once.

Spec:
    Yellow paper, appendix D.
"""

from collections.abc import Mapping
from typing import TypeAlias

from rlp.codec import encode_raw

from contractchain.crypto import keccak256
from contractchain.types import EMPTY_TRIE_ROOT, Hash32

Node: TypeAlias = list[object]
Entry: TypeAlias = tuple[str, bytes]
"""Key in hex digits, value."""


def build_trie(entries: Mapping[Hash32, bytes], nodes: dict[bytes, bytes]) -> Hash32:
    """Write the nodes of the trie that holds `entries` to `nodes` and return its root.

    Args:
        entries: Keys of one length, none of them empty; values not empty.
        nodes: Gets the encoding of each node under its hash.
    """
    if not entries:
        return EMPTY_TRIE_ROOT
    ordered = sorted((key.hex(), value) for key, value in entries.items())
    encoded = encode_raw(_build(ordered, 0, nodes))
    root = keccak256(encoded)
    nodes[root] = encoded
    return root


def _build(entries: list[Entry], depth: int, nodes: dict[bytes, bytes]) -> Node:
    first, last = entries[0][0], entries[-1][0]
    if len(entries) == 1:
        return [_encode_path(first[depth:], is_leaf=True), entries[0][1]]
    shared = depth
    while first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        child = _reference(_build(entries, shared, nodes), nodes)
        return [_encode_path(first[depth:shared], is_leaf=False), child]
    branch: Node = [b""] * 17
    start = 0
    while start < len(entries):
        digit = entries[start][0][depth]
        end = start + 1
        while end < len(entries) and entries[end][0][depth] == digit:
            end += 1
        branch[int(digit, 16)] = _reference(_build(entries[start:end], depth + 1, nodes), nodes)
        start = end
    return branch


def _reference(node: Node, nodes: dict[bytes, bytes]) -> object:
    encoded = encode_raw(node)
    if len(encoded) < 32:
        return node
    digest = keccak256(encoded)
    nodes[digest] = encoded
    return digest


def _encode_path(digits: str, *, is_leaf: bool) -> bytes:
    flag = 2 if is_leaf else 0
    if len(digits) % 2:
        return bytes.fromhex(f"{flag + 1:x}{digits}")
    return bytes.fromhex(f"{flag:x}0{digits}")
