"""Blocks from elsewhere: accepted whole, or refused with the field that is wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chain_cases import LOGGER, Opened, make_raw, opened_chain
from contractchain.codec.block import encode_block, hash_header
from contractchain.errors import (
    ContractChainError,
    DecodeError,
    InvalidBlockError,
    InvalidTransactionError,
    MismatchError,
    UnknownParentError,
)
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import Verdict
from contractchain.types import Block, Withdrawal


@pytest.fixture
def produced() -> list[Block]:
    """Blocks of another chain with the same genesis."""
    with opened_chain(create_engine("auto"), instant=False) as other:
        for nonce in range(3):
            data = bytes(31) + bytes((nonce + 1,))
            other.chain.submit(
                [
                    make_raw(0, nonce),
                    make_raw(1, nonce, to=LOGGER, data=data, gas_limit=90_000, value=0),
                ]
            )
            other.chain.mine()
        return [other.chain.blocks.get_block(number) for number in (1, 2, 3)]


def resealed(block: Block, **changes: object) -> Block:
    header = replace(block.header, **changes)  # type: ignore[arg-type]
    return replace(block, header=header, hash=hash_header(header))


def test_a_chain_is_imported_block_by_block(manual: Opened, produced: list[Block]) -> None:
    for block in produced:
        assert manual.chain.import_block(encode_block(block)) == block.hash
    assert manual.chain.head().hash == produced[-1].hash
    assert len(manual.chain.blocks.get_receipts(3)) == 2


def test_importing_twice_changes_nothing(manual: Opened, produced: list[Block]) -> None:
    for block in [*produced, *produced]:
        manual.chain.import_block(encode_block(block))
    assert manual.chain.head().number == 3


def test_a_block_without_its_parent_is_refused(manual: Opened, produced: list[Block]) -> None:
    assert manual.chain.validate(produced[1]).verdict is Verdict.UNKNOWN_PARENT
    with pytest.raises(UnknownParentError):
        manual.chain.import_block(encode_block(produced[1]))


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("state_root", bytes(32)),
        ("transactions_root", bytes(32)),
        ("receipts_root", bytes(32)),
        ("withdrawals_root", bytes(32)),
        ("requests_hash", bytes(32)),
        ("logs_bloom", b"\x01" + bytes(255)),
        ("gas_used", 21_000),
        ("blob_gas_used", 2**17),
    ],
)
def test_what_execution_gives_is_compared_and_named(
    manual: Opened, produced: list[Block], field_name: str, value: object
) -> None:
    bad = resealed(produced[0], **{field_name: value})
    with pytest.raises(MismatchError) as caught:
        manual.chain.import_block(encode_block(bad))
    assert caught.value.field_name == field_name
    assert caught.value.got == value
    assert manual.chain.head().number == 0
    verdict = manual.chain.validate(bad)
    assert verdict.verdict is Verdict.INVALID
    assert field_name in (verdict.reason or "")


def add_withdrawal(block: Block) -> Block:
    paid = Withdrawal(index=0, validator_index=0, address=bytes(20), amount_gwei=1)
    return replace(block, withdrawals=(paid,))


def drop_transaction(block: Block) -> Block:
    return replace(block, transactions=block.transactions[1:])


def repeat_transaction(block: Block) -> Block:
    return replace(block, transactions=block.transactions + block.transactions[:1])


def add_uncle(block: Block) -> Block:
    return replace(block, uncles=(block.header,))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (add_withdrawal, MismatchError),
        (drop_transaction, MismatchError),
        (repeat_transaction, InvalidTransactionError),
        (add_uncle, InvalidBlockError),
        (lambda block: replace(block, withdrawals=None), InvalidBlockError),
        (lambda block: replace(block, transactions=(b"\x05\x01",)), DecodeError),
        (lambda block: resealed(block, timestamp=0), InvalidBlockError),
    ],
)
def test_a_changed_body_is_refused(
    manual: Opened,
    produced: list[Block],
    change: Callable[[Block], Block],
    error: type[ContractChainError],
) -> None:
    with pytest.raises(error):
        manual.chain.import_block(encode_block(change(produced[0])))
    manual.chain.import_block(encode_block(produced[0]))
    assert manual.chain.head().number == 1


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\xf8\x01", b"\x80" * 50])
def test_what_is_no_block_is_a_decode_error(manual: Opened, data: bytes) -> None:
    with pytest.raises(DecodeError):
        manual.chain.import_block(data)


def test_an_invalid_block_leaves_no_state_behind(manual: Opened, produced: list[Block]) -> None:
    bad = resealed(produced[0], receipts_root=bytes(32))
    for _ in range(3):
        manual.chain.validate(bad)
    assert not manual.execution.has_state(produced[0].header.state_root)


def test_a_block_held_as_a_candidate_is_forgotten_on_request(
    manual: Opened, produced: list[Block]
) -> None:
    assert manual.chain.validate(produced[0]).verdict is Verdict.VALID
    assert manual.execution.has_state(produced[0].header.state_root)
    manual.chain.discard(produced[0].hash)
    assert manual.chain.find_block(produced[0].hash) is None
    assert not manual.execution.has_state(produced[0].header.state_root)
