"""Damages what is valid: bytes, the items of RLP, the nodes of a JSON document, lines of YAML.

Everything comes from one `random.Random`, so that target, seed and number give an input back.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from contractchain.codec.rlp import decode, encode

MAX_INPUT_BYTES = 65_536
"""Longer inputs are cut."""
EDGE_BYTES = bytes((0, 1, 0x7F, 0x80, 0x81, 0xB7, 0xB8, 0xBF, 0xC0, 0xF7, 0xF8, 0xFB, 0xFF))
EDGE_LENGTHS = (
    *(b"\xb8\x00", b"\xb8\x37", b"\xb9\x00\xff", b"\xbf" + b"\xff" * 8, b"\xbb\xff\xff\xff\xff"),
    *(b"\xf8\x00", b"\xf8\x37", b"\xf9\x00\xff", b"\xff" + b"\xff" * 8, b"\xfb\x7f\xff\xff\xff"),
)
TEXTS: tuple[str, ...] = (
    *("", "0x", "0", "0x0", "0x00", "0X1", "0xzz", "0x-1", "-1", "+1", " 1", "1 ", "1_0", "0x1_0"),
    *("0x" + "f" * 64, "0x" + "f" * 65, "0x" + "ab" * 20, "0x" + "ab" * 32, "ab" * 20, "9" * 100),
    *("latest", "\x00", "\ud7ff", "é", "𝟙", "١", "\u2028", "\ufeff", "None", "true", "1e3", "NaN"),
    *("x" * 3_000, "9" * 5_000, "0x" + "0" * 5_000, "${HOME}", "../../etc/passwd", "{{x}}", "%s%n"),
)
NUMBERS: tuple[int | float, ...] = (
    *(0, 1, -1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**256 - 1, 2**256),
    *(10**400, -(10**400), 0.0, -0.0, 1.5, 1e308, 5e-324),
)
RAW_JSON = (
    *("NaN", "Infinity", "-Infinity", "1e400", "1e-400", "-0", "01", "1" * 5_000, '"\\ud800"'),
    *('"\\u0000"', "{", "[", '{"a":1,"a":2}', "[" * 3_000, "[" * 200 + "]" * 200, '{"a":' * 3_000),
    *("[" * 1_000 + "]" * 1_000, '{"a":' * 1_000 + "1" + "}" * 1_000, "\ufeff{}", "tru", "\x00"),
)
YAML_TOKENS = (
    *("*a", "&a x", "&a [*a]", "<<: *a", "!!python/object:os.system x", "!!binary x", "!!set {a}"),
    *("!!timestamp x", "2001-99-99", "2001-01-01", "0001-01-01 00:00:00+23:59", "1:99", "1:2:3.4"),
    *("9999-12-31 23:59:59-23:59", ".inf", "-.inf", ".nan", "0x", "0b1", "0o7", "017", "1_000"),
    *("? [1]", "? {a: b}", "{[1]: 2}", "{a: b, a: c}", "|", ">-", "'", '"', '"\\x"', '"\\ud800"'),
    *("!!int x", "!!float x", "!!bool x", "!!null x", "!!map []", "!!seq {}", "!!omap [a]", "!x y"),
    *("%YAML 1.1", "---", "...", "\t", "- ", "{", "}", "[", "]", ",", "#", "@", "`", "!", "=", "~"),
    *("1" * 5_000, "9" * 5_000 + ".0", "[" * 300, "{a: " * 300, "- " * 300, "!!int 0b", "+", "0x_"),
    *(
        "[[], {}]",
        "{1: 2}",
        "{null: 1}",
        "{true: 1}",
        "{1.5: 1}",
        "{2001-01-01: 1}",
        "500ms",
        "-1s",
    ),
)


def damage_bytes(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return `data` with one to four faults."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        data = random.choice(_BYTE_FAULTS)(random, data, others)
    return data[:MAX_INPUT_BYTES]


def damage_rlp(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return RLP with items changed, its lengths right; mostly, for half are damaged as bytes."""
    if random.random() < 0.4:
        return damage_bytes(random, data, others)
    prefix = data[:1] if data and data[0] < 0x80 else b""  # the type of an EIP-2718 envelope
    try:
        item = decode(data[len(prefix) :], "seed")
    except Exception:  # noqa: BLE001 - a seed of random bytes
        return damage_bytes(random, data, others)
    for _ in range(random.choice((1, 1, 2, 3))):
        item = _change_item(random, item)
        if len(encode(item)) > MAX_INPUT_BYTES:
            break  # what repeats it once more would not fit into memory
    if prefix and random.random() < 0.1:
        prefix = bytes((random.randrange(0x80),))
    damaged = prefix + encode(item)
    if random.random() < 0.1:
        damaged = damage_bytes(random, damaged, others)
    return damaged[:MAX_INPUT_BYTES]


def damage_json(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return a JSON document with nodes changed, or damaged as bytes."""
    roll = random.random()
    if roll < 0.15:
        return damage_bytes(random, data, others)
    if roll < 0.18:
        return random.choice(RAW_JSON).encode("utf-8", "surrogatepass")
    if roll < 0.19:
        return data.decode().encode(random.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))
    document = json.loads(data)
    for _ in range(random.choice((1, 1, 2, 3))):
        document = _change_node(random, document)
    text = json.dumps(document, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.05:
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(RAW_JSON) + text[at:]
    return text.encode("utf-8", "surrogatepass")[:MAX_INPUT_BYTES]


def damage_yaml(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Return YAML with lines and values changed, or damaged as bytes."""
    if random.random() < 0.2:
        return damage_bytes(random, data, others)
    lines = data.decode().splitlines()
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(lines) + 1)
        line = lines[at] if at < len(lines) else ""
        match random.randrange(6):
            case 0:
                lines[at : at + 1] = []
            case 1:
                lines.insert(at, line)
            case 2:
                lines.insert(at, random.choice(("  ", "", " ")) + random.choice(YAML_TOKENS))
            case 3:
                lines[at : at + 1] = [random.choice((" ", "   ", "\t", "- ")) + line]
            case _:
                key = line.partition(":")[0]
                value = random.choice((*YAML_TOKENS, *TEXTS))
                lines[at : at + 1] = [f"{key}: {value}"]
    return "\n".join(lines).encode("utf-8", "surrogatepass")[:MAX_INPUT_BYTES]


def _flip(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    if not data:
        return b"\x00"
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ (1 << random.randrange(8)),)) + data[at + 1 :]


def _set(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    value = random.choice(EDGE_BYTES) if random.random() < 0.7 else random.randrange(256)
    return data[:at] + bytes((value,)) + data[at + 1 :]


def _cut(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _remove(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.choice((1, 1, 2, 4, 32)) :]


def _insert(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.choice((1, 1, 2, 4, 32))) + data[at:]


def _insert_length(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = random.choice((0, 1, random.randrange(len(data) + 1)))
    width = random.choice((0, 1, 2, 3))
    return data[:at] + random.choice(EDGE_LENGTHS) + data[at + width :]


def _repeat(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    part = data[start : start + random.choice((1, 2, 8, 33))]
    return data[:start] + part * random.choice((2, 3, 100)) + data[start:]


def _splice(random: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def _noise(random: Random, _: bytes, __: Sequence[bytes]) -> bytes:
    return random.randbytes(random.choice((0, 1, 2, 9, 33, 100, 600)))


def _nest(random: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return random.choice((b"\xc1", b"\xf8", b"[", b"(")) * random.choice((10, 1_000, 20_000)) + data


Fault = Callable[[Random, bytes, Sequence[bytes]], bytes]
_COMMON: tuple[Fault, ...] = (_flip, _set, _remove, _insert, _insert_length, _cut)
_BYTE_FAULTS: tuple[Fault, ...] = (*(_COMMON * 8), *((_repeat, _splice) * 4), _noise, _nest)


def _change_item(random: Random, item: Any) -> Any:
    """Return an RLP item with something changed at a random place in it."""
    if isinstance(item, list) and item and random.random() < 0.8:
        at = random.randrange(len(item))
        return [*item[:at], _change_item(random, item[at]), *item[at + 1 :]]
    if isinstance(item, list):
        match random.randrange(5):
            case 0 if item:
                del item[random.randrange(len(item))]
                return item
            case 1 if item:
                return [*item, random.choice(item)]
            case 2 if item:
                return item * random.choice((2, 50))
            case 3:
                return b"".join(part for part in item if isinstance(part, bytes))
            case _:
                return [*item, random.choice((b"", [], b"\x00", random.randbytes(32)))]
    changed: tuple[Any, ...] = (
        *(b"", b"\x00", b"\x00" + item, item + b"\x00", item[:-1], item[1:], bytes(len(item))),
        *(b"\xff" * len(item), b"\xff" * 8, b"\xff" * 32, b"\xff" * 33, b"\x01" + bytes(8)),
        *([], [item], [[]], random.randbytes(len(item)), random.randbytes(32), b"\x01", b"\x1b"),
    )
    if random.random() < 0.01:
        nested: Any = item
        for _ in range(random.choice((5, 60, 600))):
            nested = [nested]
        return nested
    return random.choice(changed)


def _change_node(random: Random, node: Any) -> Any:
    """Return a JSON value with something changed at a random place in it."""
    if isinstance(node, dict) and node:
        key = random.choice(list(node))
        roll = random.random()
        if roll < 0.75:
            return {**node, key: _change_node(random, node[key])}
        if roll < 0.85:
            return {k: v for k, v in node.items() if k != key}
        name = random.choice((random.choice(TEXTS), key[:-1], key + "x", key.upper(), "0x0" + key))
        return {**node, name: node[key]}
    if isinstance(node, list) and node and random.random() < 0.8:
        at = random.randrange(len(node))
        return [*node[:at], _change_node(random, node[at]), *node[at + 1 :]]
    roll = random.random()
    if isinstance(node, str) and roll < 0.4:
        text = damage_bytes(random, node.encode(), (b"0x00",))[:2_000]
        return text.decode("latin-1")
    if roll < 0.65:
        return random.choice(TEXTS)
    if roll < 0.8:
        return random.choice(NUMBERS)
    values: tuple[Any, ...] = (
        None,
        True,
        False,
        [],
        {},
        [node],
        {"a": node},
        [node] * 20,
        [[]],
        "",
    )
    return random.choice(values)
