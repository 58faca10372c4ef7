"""The process that gets killed: mines under load and acknowledges each block on its output.

Usage: mining_child.py DATA_DIR STORE SEED. A line `NUMBER HASH STATE_ROOT` is written after the
block is the head, which is when a user could first see a receipt of it.
"""

import os
import sys
from pathlib import Path
from random import Random

from chain_cases import LOGGER, accounts, make_genesis, make_raw
from contractchain.chain import HeadChange
from contractchain.chain.genesis_file import encode_genesis
from contractchain.node import NodeConfig, StoreChoice, open_local_chain


def main() -> None:
    folder, store, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    genesis = folder / "genesis.json"
    if not genesis.exists():
        genesis.write_text(encode_genesis(make_genesis()))
    config = NodeConfig(data_dir=folder / "data", store=StoreChoice(store), genesis=genesis)
    random = Random(seed)
    with open_local_chain(config) as node:
        acknowledge(node.chain.head().number, node.chain.head().hash, root(node))
        node.chain.subscribe(lambda change: on_change(node, change))
        nonces = [node.chain.state.get_next_nonce(a.address) for a in accounts()[:4]]
        for _ in range(100_000):
            batch = []
            for _ in range(random.randint(1, 6)):
                sender = random.randrange(4)
                batch.append(
                    make_raw(
                        sender,
                        nonces[sender],
                        to=LOGGER,
                        data=random.randbytes(32),
                        gas_limit=100_000,
                        value=0,
                        priority=0,
                    )
                )
                nonces[sender] += 1
            node.chain.submit(batch)
            if random.random() < 0.03:
                reorganise(node)
                nonces = [node.chain.state.get_next_nonce(a.address) for a in accounts()[:4]]


def on_change(node, change: HeadChange) -> None:
    if change.applied:
        acknowledge(change.number, change.hash, root(node))


def root(node) -> bytes:
    return node.chain.blocks.get_header().state_root


def reorganise(node) -> None:
    """Go back to a snapshot: the acknowledged head moves back, and says so first."""
    snapshot = node.chain.snapshot()
    head = node.chain.head()
    back_to = root(node)
    node.chain.mine(2)
    write(f"back {head.number} {head.hash.hex()} {back_to.hex()}")
    node.chain.revert_to(snapshot)


def acknowledge(number: int, block_hash: bytes, state_root: bytes) -> None:
    write(f"head {number} {block_hash.hex()} {state_root.hex()}")


def write(line: str) -> None:
    os.write(1, line.encode() + b"\n")


if __name__ == "__main__":
    main()
