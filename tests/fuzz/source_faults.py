"""Damages Solidity: tokens left out, swapped, doubled or from elsewhere; bytes; deep nesting.

Everything comes from one `random.Random`, so that seed and number give an input back.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

MAX_CHARACTERS = 60_000
"""Longer inputs are cut."""
_TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|[A-Za-z_$][\w$]*|\d[\w.]*"
    r"|=>|->|:=|\+\+|--|&&|\|\||<<=?|>>=?|\*\*|[-+*/%&|^=!<>]=?|.",
    re.S,
)
_VOCABULARY = """
    contract interface library abstract is function modifier constructor receive fallback returns
    public private internal external pure view payable virtual override uint256 int8 bool address
    string bytes bytes4 bytes32 mapping struct enum event error emit revert require assert if else
    for while do break continue return try catch unchecked assembly new delete type using global
    memory storage calldata constant immutable transient indexed anonymous this super msg.sender
    abi.encode abi.decode type(uint8).max 0 1 0xff 1.5e3 1e999 2**255 -1 'x' hex"00" unicode"é"
    true _ $ 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ether 115792089237316195423570985 ( ) { }
    [ ] ; , . = == => + - * / % ** ! ~ << >> >>> ? : += ++ && || -> := let leave switch case default
    sload mload add(1,2) x.slot layout at pragma import solidity ^0.8.0 abicoder v1 experimental
    // /* */ /** @param @return @inheritdoc “ é 💥 " ' \\
"""
WORDS = (*_VOCABULARY.split(), "\u00a0", "\u202e", "\ufeff", "\x00", "\r", "\u2028")
_NESTED = (
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("-", "1", ""),
    ("!", "true", ""),
    ("a.", "b", ""),
    ("f(", "", ")"),
    ("{", "", "}"),
    ("if (a) ", "b;", ""),
    ("a ? b : ", "c", ""),
    ("1 + ", "2", ""),
    ("1 ** ", "2", ""),
    ("a = ", "b", ""),
    ("mapping(uint => ", "uint", ")"),
    ("uint", "", "[]"),
    ("unchecked { ", "", "}"),
    ("assembly { ", "", "}"),
    ("add(", "1", ", 2)"),
    ("function(", "", ") external"),
    ("/*", "", "*/"),
    ('"a" ', "", ""),
)
_DEPTHS = (30, 110, 130, 400, 2_000, 10_000)

Fault = Callable[[Random, list[str], Sequence[str]], list[str]]


def damage_source(random: Random, text: str, others: Sequence[str]) -> str:
    """Return `text` with one to four faults; parts may come from `others`."""
    tokens = _TOKEN.findall(text)
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        tokens = random.choice(_FAULTS)(random, tokens, others)
    return "".join(tokens)[:MAX_CHARACTERS]


def _place(random: Random, tokens: list[str]) -> int:
    return random.randrange(len(tokens) + 1)


def _remove(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    at = _place(random, tokens)
    return tokens[:at] + tokens[at + random.choice((1, 1, 1, 2, 5, 20)) :]


def _double(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    at = _place(random, tokens)
    part = tokens[at : at + random.choice((1, 1, 2, 8, 40))]
    return tokens[:at] + part * random.choice((2, 2, 3, 30)) + tokens[at + len(part) :]


def _swap(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    if len(tokens) < 2:
        return tokens
    one, two = random.randrange(len(tokens)), random.randrange(len(tokens))
    out = list(tokens)
    out[one], out[two] = out[two], out[one]
    return out


def _replace(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    at = _place(random, tokens)
    return [*tokens[:at], random.choice(WORDS), *tokens[at + 1 :]]


def _insert(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    at = _place(random, tokens)
    return [*tokens[:at], " ", random.choice(WORDS), " ", *tokens[at:]]


def _rename(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    """Write one name instead of another everywhere, so that the text stays well-formed."""
    names = [token for token in tokens if token[:1].isalpha()]
    if not names:
        return tokens
    old, new = random.choice(names), random.choice((*names, "uint256", "C", "1"))
    return [new if token == old else token for token in tokens]


def _splice(random: Random, tokens: list[str], others: Sequence[str]) -> list[str]:
    other = _TOKEN.findall(random.choice(others))
    start = _place(random, other)
    at = _place(random, tokens)
    return tokens[:at] + other[start : start + random.choice((5, 30, 200))] + tokens[at:]


def _cut(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    return tokens[: _place(random, tokens)]


def _noise(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    at = _place(random, tokens)
    noise = "".join(
        chr(random.choice((random.randrange(128), random.randrange(0x300)))) for _ in "ab"
    )
    return [*tokens[:at], noise, *tokens[at:]]


def _nest(random: Random, tokens: list[str], _: Sequence[str]) -> list[str]:
    before, middle, after = random.choice(_NESTED)
    depth = random.choice(_DEPTHS)
    at = _place(random, tokens)
    if random.random() < 0.3:
        after = ""
    return [*tokens[:at], before * depth + middle + after * depth, *tokens[at:]]


_FAULTS: tuple[Fault, ...] = (
    *((_remove, _double, _swap, _replace, _insert, _rename, _rename) * 6),
    *((_splice, _cut, _noise) * 2),
    _nest,
)
