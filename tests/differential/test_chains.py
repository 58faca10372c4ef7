"""Two engines, one chain: byte-identical blocks from the same transactions, accepted by the other.

Random sequences of transfers, calls, creations, reverts and invalid transactions are sent to both.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import eth  # noqa: F401  (raises the recursion limit, which Hypothesis wants to know beforehand)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_cases import (
    GWEI,
    LOGGER,
    REVERTER,
    Opened,
    accounts,
    make_genesis,
    make_raw,
    opened_chain,
)
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.errors import EngineUnavailableError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Address, Fork, LegacyTransaction

INIT_CODES = (
    b"",
    bytes.fromhex("60015f5360015ff3"),  # deploys 0x01
    bytes.fromhex("5f5ffd"),  # reverts
    bytes.fromhex("fe"),  # invalid opcode
    bytes.fromhex("60ef5f5360015ff3"),  # code starting with 0xef
    bytes.fromhex("6001600055600260015560015f5360015ff3"),  # storage in the constructor
)
TARGETS: tuple[Address, ...] = (
    LOGGER,
    REVERTER,
    *(account.address for account in accounts()[:3]),
    bytes(19) + b"\x01",  # ecrecover
    bytes(19) + b"\x05",  # modexp
    b"\x77" * 20,  # nobody
)

orders = st.fixed_dictionaries(
    {
        "sender": st.integers(0, 3),
        "target": st.integers(-len(INIT_CODES), len(TARGETS) - 1),
        "value": st.sampled_from([0, 0, 1, 10**18]),
        "data": st.sampled_from([b"", bytes(32), b"\xff" * 32, b"\x01" * 100]),
        "gas_limit": st.sampled_from([21_000, 30_000, 60_000, 200_000, 3_000_000]),
        "priority": st.integers(0, 3).map(lambda gwei: gwei * GWEI),
        "skip": st.integers(0, 9).map(lambda chance: chance == 0),
    }
)
batches = st.lists(st.lists(orders, max_size=5), min_size=1, max_size=5)


def both_engines() -> list[ExecutionLayer]:
    try:
        return [create_engine("revm"), create_engine("py-evm")]
    except EngineUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
def pair() -> Iterator[list[Opened]]:
    with ExitStack() as stack:
        yield [stack.enter_context(opened_chain(e, instant=False)) for e in both_engines()]


def write_raws(batch: list[dict[str, object]], nonces: dict[int, int]) -> list[bytes]:
    raws = []
    for order in batch:
        sender, target = order["sender"], order["target"]
        assert isinstance(sender, int)
        assert isinstance(target, int)
        if order["skip"]:
            nonces[sender] += 1
        creates = target < 0
        raws.append(
            make_raw(
                sender,
                nonces[sender],
                to=None if creates else TARGETS[target],
                creates=creates,
                data=INIT_CODES[target] if creates else order["data"],  # type: ignore[arg-type]
                value=order["value"],  # type: ignore[arg-type]
                gas_limit=order["gas_limit"],  # type: ignore[arg-type]
                priority=order["priority"],  # type: ignore[arg-type]
            )
        )
        nonces[sender] += 1
    return raws


def run(opened: Opened, batch_raws: list[list[bytes]]) -> list[object]:
    outcomes: list[object] = []
    for raws in batch_raws:
        results = opened.chain.submit(raws)
        outcomes.append([r if isinstance(r, bytes) else type(r) for r in results])
        opened.chain.mine()
    return outcomes


@settings(max_examples=40)
@given(batches=batches)
def test_both_engines_build_the_same_bytes(batches: list[list[dict[str, object]]]) -> None:
    engines = both_engines()
    nonces = dict.fromkeys(range(4), 0)
    batch_raws = [write_raws(batch, nonces) for batch in batches]
    with ExitStack() as stack:
        first, second = (stack.enter_context(opened_chain(e, instant=False)) for e in engines)
        assert run(first, batch_raws) == run(second, batch_raws)
        for number in range(1, len(batches) + 1):
            mine, theirs = (o.store.get_record(number) for o in (first, second))
            assert mine == theirs
        last = first.chain.head().number
        first.chain.verify(1, last, create_engine("py-evm"))
        second.chain.verify(1, last, create_engine("revm"))


def test_each_engine_accepts_the_others_chain(pair: list[Opened]) -> None:
    nonces = dict.fromkeys(range(4), 0)
    for producer, importer in (pair, pair[::-1]):
        start = producer.chain.head().number
        for nonce in range(3):
            batch = [
                make_raw(0, nonces[0], to=LOGGER, data=bytes((nonce,)) * 32, gas_limit=90_000),
                make_raw(1, nonces[1], to=REVERTER, gas_limit=50_000, value=0),
                make_raw(2, nonces[2], creates=True, data=INIT_CODES[5], gas_limit=300_000),
            ]
            for sender in range(3):
                nonces[sender] += 1
            producer.chain.submit(batch)
            producer.chain.mine()
        for number in range(start + 1, producer.chain.head().number + 1):
            importer.chain.import_block(producer.chain.blocks.get_encoded(number))
        assert importer.chain.head().hash == producer.chain.head().hash


@pytest.mark.parametrize("fork", [f for f in Fork if f <= Fork.PRAGUE])
def test_engines_agree_under_every_fork_that_both_run(fork: Fork) -> None:
    engines = both_engines()
    genesis = make_genesis(fork=fork)
    raws = [
        make_legacy(0, 0, LOGGER, b"\x01" * 32),
        make_legacy(0, 1, REVERTER, b""),
        make_legacy(1, 0, None, INIT_CODES[5]),
        make_legacy(2, 0, TARGETS[-1], b""),
    ]
    records = []
    for engine in engines:
        with opened_chain(engine, genesis=genesis, instant=False) as opened:
            assert all(isinstance(r, bytes) for r in opened.chain.submit(raws))
            opened.chain.mine(2)
            records.append([opened.store.get_record(n) for n in range(3)])
    assert records[0] == records[1]


def make_legacy(sender: int, nonce: int, to: Address | None, data: bytes) -> bytes:
    transaction = LegacyTransaction(
        nonce=nonce, gas_price=20 * GWEI, gas_limit=400_000, to=to, data=data
    )
    return encode_transaction(sign_transaction(transaction, accounts()[sender].private_key))
