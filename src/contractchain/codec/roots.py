"""Roots of the tries over the lists of a block.

Spec:
    Yellow paper, section 4.3.2: key is the RLP of the index.
"""

from collections.abc import Sequence

from trie import HexaryTrie

from contractchain.codec.rlp import encode, encode_int
from contractchain.types import EMPTY_TRIE_ROOT, Hash32


def calculate_list_root(values: Sequence[bytes]) -> Hash32:
    """Return the root of the trie that maps the RLP of each index to a value."""
    if not values:
        return EMPTY_TRIE_ROOT
    trie = HexaryTrie({}, prune=True)
    for index, value in enumerate(values):
        trie.set(encode(encode_int(index)), value)
    return bytes(trie.root_hash)
