"""The address that content has on IPFS, and its text form.

Only the hash is computed: nothing is stored anywhere. Content is cut and linked as `ipfs add` does
by default, and as solc assumes.

Spec:
    UnixFS and dag-pb of IPFS; CID version 0.
"""

from hashlib import sha256

CHUNK_BYTES = 256 * 1024
LINKS = 174
"""Of a node at most."""
_MULTIHASH = b"\x12\x20"
"""SHA-256, 32 bytes."""
_FILE = b"\x08\x02"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def hash_ipfs(content: bytes) -> bytes:
    """Return the multihash of a file, 34 bytes."""
    chunks = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)]
    nodes = [_leaf(chunk) for chunk in chunks or [b""]]
    while len(nodes) > 1:
        nodes = [_parent(nodes[at : at + LINKS]) for at in range(0, len(nodes), LINKS)]
    return nodes[0][0]


def encode_base58(data: bytes) -> str:
    """Return bytes in Bitcoin's base 58, as identifiers of IPFS are written."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + digits


_Node = tuple[bytes, int, int]
"""Multihash, size of the content, size of the encoded tree."""


def _leaf(chunk: bytes) -> _Node:
    content = _field(2, chunk) if chunk else b""
    encoded = _field(1, _FILE + content + b"\x18" + _varint(len(chunk)))
    return _hash(encoded), len(chunk), len(encoded)


def _parent(nodes: list[_Node]) -> _Node:
    links = b"".join(
        _field(2, _field(1, multihash) + _field(2, b"") + b"\x18" + _varint(size))
        for multihash, _, size in nodes
    )
    total = sum(content for _, content, _ in nodes)
    sizes = b"".join(b"\x20" + _varint(content) for _, content, _ in nodes)
    encoded = links + _field(1, _FILE + b"\x18" + _varint(total) + sizes)
    return _hash(encoded), total, len(encoded) + sum(size for _, _, size in nodes)


def _hash(encoded: bytes) -> bytes:
    return _MULTIHASH + sha256(encoded).digest()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
