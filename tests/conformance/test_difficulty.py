"""Ethereum's difficulty tests: what a block's difficulty must be, by network."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from vectors import ETHEREUM_TESTS, find_top

from contractchain.chain.difficulty import MIN_DIFFICULTY, calculate_difficulty
from contractchain.types import EMPTY_UNCLES_HASH, ZERO_HASH, ChainConfig, Fork, Header

pytestmark = pytest.mark.skipif(
    not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
)

HOMESTEAD = ChainConfig(chain_id=1, blocks=((Fork.HOMESTEAD, 0),))
MAINNET = ChainConfig(chain_id=1, blocks=((Fork.HOMESTEAD, 1_150_000), (Fork.BYZANTIUM, 4_370_000)))
ROPSTEN = ChainConfig(
    chain_id=3,
    blocks=(
        (Fork.HOMESTEAD, 0),
        (Fork.BYZANTIUM, 1_700_000),
        (Fork.CONSTANTINOPLE, 4_230_000),
        (Fork.PETERSBURG, 4_939_394),
        (Fork.ISTANBUL, 6_485_846),
    ),
    extra={"muirGlacierBlock": 7_117_117},
)
NETWORKS = (
    ("difficulty", MAINNET, 14),
    ("difficultyCustomHomestead", HOMESTEAD, 30),
    ("difficultyCustomMainNetwork", MAINNET, 90),
    ("difficultyMainNetwork", MAINNET, 2254),
    ("difficultyRopsten", ROPSTEN, 2254),
)
"""File, rules, number of tests."""
NO_UNCLES = int.from_bytes(EMPTY_UNCLES_HASH, "big")


def read(file: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the tests of a file, numbers read; those of a parent below the minimum are none."""
    document = json.loads(Path(find_top() / "BasicTests" / f"{file}.json").read_text("utf-8"))
    for name, test in document.items():
        numbers = {key: int(text, 0) for key, text in test.items() if isinstance(text, str)}
        if numbers["parentDifficulty"] >= MIN_DIFFICULTY:
            yield name, numbers


@pytest.mark.parametrize(("file", "config", "count"), NETWORKS, ids=lambda value: str(value)[:30])
def test_the_difficulty_is_the_one_given(file: str, config: ChainConfig, count: int) -> None:
    faults = []
    tests = list(read(file))
    for name, test in tests:
        has_uncles = test.get("parentUncles", 0) not in (0, NO_UNCLES)
        parent = Header(
            parent_hash=ZERO_HASH,
            difficulty=test["parentDifficulty"],
            timestamp=test["parentTimestamp"],
            uncles_hash=ZERO_HASH if has_uncles else EMPTY_UNCLES_HASH,
        )
        got = calculate_difficulty(
            test["currentBlockNumber"], test["currentTimestamp"], parent, config
        )
        if got != test["currentDifficulty"]:
            faults.append((name, got, test))
    assert faults == []
    assert len(tests) == count
