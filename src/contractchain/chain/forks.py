"""Which rules a block is under.

Whether a block comes after the merge is read off its difficulty: proof of work never has
difficulty 0, proof of stake always. That the difficulty itself is right is checked with the header.
"""

from contractchain.types import ChainConfig, Fork, Genesis, Header


def fork_of(config: ChainConfig, header: Header) -> Fork:
    """Return the fork that a header is under."""
    return fork_at(config, header.number, header.timestamp, header.difficulty)


def fork_at(config: ChainConfig, number: int, timestamp: int, difficulty: int) -> Fork:
    """Return the fork of a block with these values (seconds for `timestamp`)."""
    merged = config.terminal_total_difficulty is not None and (
        difficulty == 0 or config.terminal_total_difficulty == 0
    )
    return config.fork_at(number, timestamp, merged=merged)


def fork_of_genesis(genesis: Genesis) -> Fork:
    """Return the fork that the genesis block is under."""
    terminal = genesis.config.terminal_total_difficulty
    merged = terminal is not None and genesis.difficulty >= terminal
    return genesis.config.fork_at(genesis.number, genesis.timestamp, merged=merged)
