"""The accounts of a genesis in the text that a store keeps, read when they are asked for.

Opening a chain needs few of them or none: its state is in the store. As Python objects a million
accounts take a quarter of a minute and most of a gigabyte. The text must be of `encode_genesis`,
which writes an account per line, and unchanged since; that is for the caller to know.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from contractchain.chain.genesis_file import (
    ACCOUNTS_AT_ONCE,
    ALLOCATION_END,
    ALLOCATION_START,
    decode_accounts,
    decode_genesis,
)
from contractchain.types import Address, Genesis, GenesisAccount

_START, _END = ALLOCATION_START.encode(), ALLOCATION_END.encode()
_LINE_START = re.compile(rb'\n    "0x([0-9a-f]{40})": ')


class StoredAllocation(Collection[tuple[Address, GenesisAccount]]):
    """The accounts in the order of the text, and what equals a tuple of them."""

    def __init__(self, text: bytes, start: int) -> None:
        """`start` is where the line of the first account ends the one before it."""
        self._text = text
        self._start = start
        self._end = len(text) - len(_END)

    def __len__(self) -> int:
        return self._text.count(b"\n", self._start, self._end)

    def __iter__(self) -> Iterator[tuple[Address, GenesisAccount]]:
        lines = self._iter_lines()
        while some := list(islice(lines, ACCOUNTS_AT_ONCE)):
            yield from _parse_lines(b"".join(some))

    def __contains__(self, entry: object) -> bool:
        return any(entry == known for known in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | StoredAllocation) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def find(self, addresses: Collection[Address]) -> dict[Address, GenesisAccount]:
        """Return those accounts that are among `addresses`; no other is parsed."""
        wanted = {address.hex().encode() for address in addresses}
        starts = (
            found.start()
            for found in _LINE_START.finditer(self._text, self._start, self._end)
            if found[1] in wanted
        )
        ends = ((at, self._text.index(b"\n", at + 1)) for at in starts)
        return dict(_parse_lines(b"".join(self._text[at:end] for at, end in ends)))

    def _iter_lines(self) -> Iterator[bytes]:
        at = self._start
        while at < self._end:
            end = self._text.find(b"\n", at + 1, self._end)
            end = self._end if end < 0 else end
            yield self._text[at:end]
            at = end


def read_stored_genesis(text: bytes) -> Genesis:
    """Return the genesis of a text that `encode_genesis` made; its accounts are read later.

    Raises:
        ConfigError: it is of something else.
    """
    at = text.find(_START)
    if at < 0 or not text.endswith(_END):
        return decode_genesis(text)
    genesis = decode_genesis(text[:at] + b"\n}")
    return replace(genesis, alloc=StoredAllocation(text, at + len(_START)))


def find_genesis_accounts(
    genesis: Genesis, addresses: Collection[Address]
) -> dict[Address, GenesisAccount]:
    """Return those accounts of a genesis that are among `addresses`."""
    alloc = genesis.alloc
    if isinstance(alloc, StoredAllocation):
        return alloc.find(addresses)
    wanted = frozenset(addresses)
    return {address: account for address, account in alloc if address in wanted}


def _parse_lines(lines: bytes) -> Collection[tuple[Address, GenesisAccount]]:
    return decode_accounts(b"{" + lines.removesuffix(b",") + b"}")
