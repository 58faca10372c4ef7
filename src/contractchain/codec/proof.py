"""Merkle proofs: the nodes between a root and a key, made and checked.

A proof shows what a trie holds under a key, or that it holds nothing there. Whoever knows the root
from elsewhere needs no trust in whoever made the proof; `eth_getProof` gives such proofs. Keys are
those of the trie: hash the address or slot first.

Spec:
    Yellow paper, appendix D; EIP-1186.
"""

from collections.abc import Iterable, Mapping, Sequence

from contractchain.codec.rlp import Item, as_list, decode
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError, InvalidProofError
from contractchain.types import EMPTY_TRIE_ROOT, Hash32

NOTHING = b""
"""Reference to no node."""


def build_proof(nodes: Mapping[Hash32, bytes], root: Hash32, key: bytes) -> tuple[bytes, ...]:
    """Return the encoded nodes from the root towards a key, whether or not it is there.

    A node that is shorter than a hash is part of its parent and not listed on its own.

    Args:
        nodes: Encoded nodes by hash; see `contractchain.codec.trie.build_trie`.
        root: Of the trie.
        key: As the trie has it.

    Raises:
        InvalidProofError: a node is missing or malformed.
    """
    passed: list[bytes] = []
    _look_up(nodes, root, key, passed)
    return tuple(passed)


def verify_proof(root: Hash32, key: bytes, proof: Iterable[bytes]) -> bytes | None:
    """Return the value that the trie with this root holds under a key, None if it holds none.

    Nodes that are not needed are ignored.

    Args:
        root: Known from elsewhere, say from a header.
        key: As the trie has it.
        proof: Encoded nodes.

    Raises:
        InvalidProofError: the nodes prove neither.
    """
    return _look_up({keccak256(node): node for node in proof}, root, key, [])


def _look_up(
    nodes: Mapping[Hash32, bytes], root: Hash32, key: bytes, passed: list[bytes]
) -> bytes | None:
    """Return the value under a key; collects the nodes that are not part of their parent."""
    if root == EMPTY_TRIE_ROOT:
        return None
    reference: Item = root
    digits = key.hex()
    while reference != NOTHING:
        node = _resolve(reference, nodes, passed)
        if len(node) == 17:
            if not digits:
                return _value_of(node[16])
            reference, digits = node[int(digits[0], 16)], digits[1:]
            continue
        if len(node) != 2:
            raise InvalidProofError(f"a node of {len(node)} items; there are 2 or 17")
        path, is_leaf = _decode_path(node[0])
        if is_leaf:
            return _value_of(node[1]) if path == digits else None
        if not digits.startswith(path):
            return None
        reference, digits = node[1], digits[len(path) :]
    return None


def _resolve(reference: Item, nodes: Mapping[Hash32, bytes], passed: list[bytes]) -> Sequence[Item]:
    """Return the node that a reference names by its hash, or is."""
    if not isinstance(reference, bytes):
        return reference
    encoded = nodes.get(reference)
    if encoded is None:
        raise InvalidProofError(f"node 0x{reference.hex()} is missing")
    passed.append(encoded)
    try:
        return as_list(decode(encoded, "trie node"), "trie node")
    except DecodeError as error:
        raise InvalidProofError(str(error)) from error


def _decode_path(encoded: Item) -> tuple[str, bool]:
    """Return the digits of a compact path, and whether it is a leaf's."""
    if not isinstance(encoded, bytes) or not encoded:
        raise InvalidProofError("a node has no path")
    digits = encoded.hex()
    flags = int(digits[0], 16)
    if flags > 3 or (not flags & 1 and digits[1] != "0"):
        raise InvalidProofError(f"`{digits}` is not a path")
    return digits[1:] if flags & 1 else digits[2:], flags >= 2


def _value_of(item: Item) -> bytes | None:
    if not isinstance(item, bytes):
        raise InvalidProofError("a value is a list")
    return item or None
