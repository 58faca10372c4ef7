"""Difficulty of blocks before the merge, on chains that follow Ethereum's proof of work.

A chain follows it if its configuration has the key `ethash`; on others (development chains under
an early fork, clique) the consensus engine says what the difficulty is. The total difficulty, and
with it the block at which proof of work ends, is in `contractchain.chain.merge`.

Spec:
    Yellow paper, section 4.3.4; EIP-2, 100, 649, 1234, 2384, 3554, 4345, 5133.
"""

from contractchain.chain.forks import fork_of
from contractchain.errors import InvalidHeaderError
from contractchain.types import EMPTY_UNCLES_HASH, ChainConfig, Fork, Header

MIN_DIFFICULTY = 131_072
BOMB_PERIOD = 100_000
BOMB_DELAYS: tuple[tuple[str, int], ...] = (
    ("grayGlacierBlock", 11_400_000),
    ("arrowGlacierBlock", 10_700_000),
    ("muirGlacierBlock", 9_000_000),
)
"""Keys of `config` that postpone the bomb further, the latest first, with the whole delay."""
FORK_DELAYS: tuple[tuple[Fork, int], ...] = (
    (Fork.LONDON, 9_700_000),
    (Fork.CONSTANTINOPLE, 5_000_000),
    (Fork.BYZANTIUM, 3_000_000),
)


def validate_difficulty(header: Header, parent: Header, config: ChainConfig) -> None:
    """Check the difficulty of a header under proof of work; others pass.

    Raises:
        InvalidHeaderError: it is not what parent and timestamp demand.
    """
    if "ethash" not in config.extra or fork_of(config, header) >= Fork.PARIS:
        return
    if header.difficulty == 0:
        raise InvalidHeaderError("must not be 0 before the merge", field_name="difficulty")
    expected = calculate_difficulty(header.number, header.timestamp, parent, config)
    if header.difficulty != expected:
        raise InvalidHeaderError(
            f"must be {expected}, not {header.difficulty}", field_name="difficulty"
        )


def calculate_difficulty(number: int, timestamp: int, parent: Header, config: ChainConfig) -> int:
    """Return the difficulty of block `number` at `timestamp` (seconds)."""
    fork = config.fork_at(number, timestamp, merged=False)
    elapsed = timestamp - parent.timestamp
    step = parent.difficulty // 2048
    if fork >= Fork.BYZANTIUM:
        uncles = 2 if parent.uncles_hash != EMPTY_UNCLES_HASH else 1
        factor = max(uncles - elapsed // 9, -99)
    elif fork >= Fork.HOMESTEAD:
        factor = max(1 - elapsed // 10, -99)
    else:
        factor = 1 if elapsed < 13 else -1
    difficulty = max(parent.difficulty + step * factor, MIN_DIFFICULTY)
    period = max(number - _bomb_delay(number, fork, config), 0) // BOMB_PERIOD
    if period > 1:
        difficulty += 2 ** (period - 2)
    return difficulty


def _bomb_delay(number: int, fork: Fork, config: ChainConfig) -> int:
    delays = [
        delay
        for key, delay in BOMB_DELAYS
        if isinstance(first := config.extra.get(key), int) and number >= first
    ]
    delays += [delay for since, delay in FORK_DELAYS if fork >= since]
    return max(delays, default=0)
