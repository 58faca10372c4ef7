"""Names for the byte strings of the protocol."""

from typing import TypeAlias

Address: TypeAlias = bytes
"""20 bytes."""
Hash32: TypeAlias = bytes
"""32 bytes."""

ZERO_ADDRESS: Address = bytes(20)
ZERO_HASH: Hash32 = bytes(32)
EMPTY_CODE_HASH: Hash32 = bytes.fromhex(
    "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
)
"""keccak256 of nothing."""
EMPTY_TRIE_ROOT: Hash32 = bytes.fromhex(
    "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
)
"""Root of a Merkle-Patricia trie without entries: keccak256 of the RLP of the empty string."""
