"""Whatever bytes come in: a typed error, nothing adopted, no state left behind."""

from collections.abc import Iterator
from dataclasses import replace

import eth  # noqa: F401  (raises the recursion limit, which Hypothesis wants to know beforehand)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_cases import LOGGER, Opened, make_raw, opened_chain
from contractchain.codec.block import decode_block, encode_block
from contractchain.errors import ContractChainError, ValidationError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer


@pytest.fixture
def opened(engine: ExecutionLayer) -> Iterator[Opened]:
    with opened_chain(engine, instant=False) as opened:
        yield opened


def make_block(opened: Opened) -> bytes:
    opened.chain.submit(
        [
            make_raw(0, 0),
            make_raw(1, 0, to=LOGGER, data=b"\x07" * 32, gas_limit=90_000, value=0),
            make_raw(2, 0, creates=True, data=b"\x60\x01", gas_limit=90_000),
        ]
    )
    block = opened.build()
    opened.chain.discard(block.hash)
    return encode_block(block)


def test_a_block_with_any_byte_changed_is_refused(opened: Opened) -> None:
    encoded = make_block(opened)
    header = decode_block(encoded).header
    root = header.state_root
    randao = encoded.index(b"\xa0" + bytes(32) + b"\x88" + bytes(8)) + 1
    limit = encoded.index(b"\x84" + header.gas_limit.to_bytes(4, "big")) + 1
    free = {*range(randao, randao + 32), limit + 2, limit + 3}
    """May be anything, or almost: the gas limit may be a little off its parent's."""
    positions = [n for n in range(len(encoded)) if n not in free]

    @settings(max_examples=100)
    @given(
        position=st.sampled_from(positions),
        value=st.integers(1, 255),
        length=st.none() | st.integers(0, len(encoded)),
    )
    def run(position: int, value: int, length: int | None) -> None:
        damaged = bytearray(encoded)
        damaged[position] ^= value
        with pytest.raises(ValidationError):
            opened.chain.import_block(bytes(damaged[:length]))
        assert opened.chain.head().number == 0
        assert not opened.execution.has_state(root)

    run()
    opened.chain.import_block(encoded)
    assert opened.chain.head().number == 1


def test_a_block_with_a_changed_transaction_is_refused(opened: Opened) -> None:
    block = decode_block(make_block(opened))

    @settings(max_examples=60)
    @given(st.integers(0, 2), st.integers(0, 10**6), st.integers(1, 255))
    def run(which: int, position: int, value: int) -> None:
        transactions = list(block.transactions)
        raw = bytearray(transactions[which])
        raw[position % len(raw)] ^= value
        transactions[which] = bytes(raw)
        with pytest.raises(ValidationError):
            opened.chain._execute(replace(block, transactions=tuple(transactions)))

    run()


@given(st.lists(st.binary(max_size=120), max_size=4))
def test_any_bytes_sent_get_an_answer_each(raws: list[bytes]) -> None:
    with opened_chain(create_engine("auto")) as opened:
        results = opened.chain.submit(raws)
    assert len(results) == len(raws)
    assert all(isinstance(result, ContractChainError) for result in results)
