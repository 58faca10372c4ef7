"""Roots of the tries over the lists of a block.

Spec:
    Yellow paper, section 4.3.2: key is the RLP of the index.
"""

from collections.abc import Sequence

from contractchain.codec.rlp import encode, encode_int
from contractchain.codec.trie import build_trie
from contractchain.types import Hash32


def calculate_list_root(values: Sequence[bytes]) -> Hash32:
    """Return the root of the trie that maps the RLP of each index to a value."""
    return build_trie({encode(encode_int(i)): value for i, value in enumerate(values)})
