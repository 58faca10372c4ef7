"""Random values of ABI types and random calldata, from one seeded source.

Small and extreme numbers are likely, and so is what contracts have returned before: it is what
they take again. Calldata is now and then cut off, or has a word spoilt.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import eth_abi
from run_files import selector, type_of

Json = dict[str, Any]
TEXTS = ["", "abc", "x" * 31, "0x1234567890abcdef", "a long text, longer than one word for sure"]
MEMORY = 40
"""How many words that contracts returned are kept."""


@dataclass(slots=True, kw_only=True)
class RandomCalls:
    """Makes arguments and calldata."""

    random: random.Random
    people: list[bytes]
    """Addresses that are likely."""
    payloads: list[Json] = field(default_factory=list)
    """Functions whose calldata is a likely value of `bytes`."""
    words: list[bytes] = field(default_factory=list)
    """32-byte values that are likely: `remember` collects them."""

    def remember(self, data: bytes) -> None:
        """Keep the first words of what a call returned."""
        for start in range(0, min(len(data) - 31, 96), 32):
            word = data[start : start + 32]
            if word not in self.words:
                self.words.append(word)
        del self.words[:-MEMORY]

    def value(self, kind: str, components: list[Json] | None) -> Any:
        """Return a value of an ABI type."""
        pick = self.random
        if kind.endswith("]"):
            inner, _, size = kind[:-1].rpartition("[")
            count = int(size) if size else pick.choice([0, 1, 2, 3])
            return [self.value(inner, components) for _ in range(count)]
        if kind.startswith(("uint", "int")):
            return self._number(kind)
        makers: dict[str, Callable[[], Any]] = {
            "bool": lambda: pick.random() < 0.5,
            "address": lambda: pick.choice(self.people),
            "string": lambda: pick.choice(TEXTS),
            "bytes": self._bytes,
            "function": lambda: pick.randbytes(24),
        }
        if kind in makers:
            return makers[kind]()
        if kind.startswith("bytes"):
            size = int(kind[5:])
            if self.words and pick.random() < 0.3:
                return pick.choice(self.words)[:size]
            return pick.choice([bytes(size), pick.randbytes(size)])
        assert components is not None, kind
        return tuple(self.value(item["type"], item.get("components")) for item in components)

    def _number(self, kind: str) -> int:
        pick = self.random
        bits = int(kind.removeprefix("u").removeprefix("int"))
        low, high = (
            (0, 2**bits - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )
        some = [0, 1, 2, -1, pick.randrange(-100, 100), pick.randrange(100)]
        some += [pick.randrange(10**20), pick.randrange(low, high + 1), low, high]
        if self.words and pick.random() < 0.2:
            some = [int.from_bytes(pick.choice(self.words), "big")]
        return max(low, min(high, pick.choice(some)))

    def _bytes(self) -> bytes:
        pick = self.random
        if self.payloads and pick.random() < 0.8:
            return self.calldata(pick.choice(self.payloads))
        return pick.randbytes(pick.choice([0, 1, 32, 64, 65, pick.randrange(100)]))

    def encode(self, inputs: list[Json]) -> bytes:
        """Return random arguments."""
        values = [self.value(item["type"], item.get("components")) for item in inputs]
        return bytes(eth_abi.encode([type_of(item) for item in inputs], values))

    def calldata(self, function: Json) -> bytes:
        """Return calldata of a function, now and then cut off or with a word spoilt."""
        data = selector(function) + self.encode(function["inputs"])
        damage = self.random.random()
        if damage < 0.06:
            return data[: self.random.randrange(len(data) + 1)]
        if damage < 0.14 and len(data) > 36:
            at = 4 + 32 * self.random.randrange((len(data) - 4) // 32)
            return data[:at] + self._damage(data[at : at + 32]) + data[at + 32 :]
        return data

    def _damage(self, word: bytes) -> bytes:
        """Return another word: any, one near by, one with a bit set, or one at the end."""
        pick = self.random
        number = int.from_bytes(word, "big")
        some = [
            pick.getrandbits(256),
            number + pick.choice([-32, -1, 1, 32]),
            number ^ 1 << pick.randrange(256),
            2 ** pick.choice([64, 255, 256]) - pick.choice([1, 32, 64]),
            pick.randrange(0, 300, 4),
        ]
        return (pick.choice(some) % 2**256).to_bytes(32, "big")
