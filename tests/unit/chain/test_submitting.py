"""What the pool takes, what it refuses and with which error, and what becomes of it."""

import pytest

from chain_cases import (
    ETHER,
    GWEI,
    LOGGER,
    REVERTER,
    Opened,
    accounts,
    make_genesis,
    make_raw,
    opened_chain,
)
from contractchain.chain import BlockTag, LogFilter
from contractchain.chain.deriving import calculate_contract_address
from contractchain.crypto import keccak256
from contractchain.errors import (
    AlreadyKnownError,
    ContractChainError,
    DecodeError,
    FeeTooLowError,
    GasLimitExceededError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    NonceTooLowError,
    SenderHasCodeError,
    TransactionTooLargeError,
    UnderpricedError,
    WrongChainIdError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Genesis, GenesisAccount, Revert, Success


def send(opened: Opened, raw: bytes) -> bytes:
    (result,) = opened.chain.submit([raw])
    assert isinstance(result, bytes), result
    return result


def refused(opened: Opened, raw: bytes) -> ContractChainError:
    (result,) = opened.chain.submit([raw])
    assert isinstance(result, ContractChainError)
    return result


def test_a_transfer_is_mined_when_submit_returns(instant: Opened) -> None:
    transaction = send(instant, make_raw(value=5))
    receipt = instant.chain.blocks.find_receipt(transaction)
    assert receipt is not None
    assert receipt.succeeded
    assert receipt.block_number == 1
    assert receipt.gas_used == 21_000
    assert instant.chain.state.get_account(accounts()[9].address).balance == 10_000 * ETHER + 5


def test_results_come_in_the_order_of_the_transactions(instant: Opened) -> None:
    results = instant.chain.submit(
        [make_raw(nonce=1), b"\x02junk", make_raw(nonce=0), make_raw(chain_id=5)]
    )
    assert [type(result) for result in results] == [
        bytes,
        DecodeError,
        bytes,
        WrongChainIdError,
    ]
    assert instant.chain.state.get_next_nonce(accounts()[0].address) == 2


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", DecodeError),
        (b"\xff\xff", DecodeError),
        (make_raw(chain_id=1), WrongChainIdError),
        (make_raw(gas_limit=20_999), IntrinsicGasTooLowError),
        (make_raw(gas_limit=30_000_001), GasLimitExceededError),
        (make_raw(max_fee=1, priority=1), FeeTooLowError),
        (make_raw(value=10_000 * ETHER), InsufficientFundsError),
        (make_raw(data=bytes(132_000), gas_limit=9_000_000), TransactionTooLargeError),
    ],
)
def test_each_broken_rule_has_its_error(
    manual: Opened, raw: bytes, error: type[ContractChainError]
) -> None:
    assert type(refused(manual, raw)) is error
    assert len(manual.chain.pool) == 0


def test_a_used_nonce_is_too_low(instant: Opened) -> None:
    send(instant, make_raw())
    error = refused(instant, make_raw(value=2))
    assert isinstance(error, NonceTooLowError)
    assert (error.got, error.expected) == (0, 1)


def test_what_waits_is_known(manual: Opened) -> None:
    send(manual, make_raw())
    assert isinstance(refused(manual, make_raw()), AlreadyKnownError)


def test_a_replacement_has_its_price(manual: Opened) -> None:
    send(manual, make_raw(max_fee=10 * GWEI))
    assert isinstance(refused(manual, make_raw(max_fee=10 * GWEI, value=9)), UnderpricedError)
    better = send(manual, make_raw(max_fee=11 * GWEI, priority=2 * GWEI, value=9))
    manual.chain.mine()
    assert manual.chain.blocks.find_receipt(better) is not None


def test_what_waits_counts_against_the_balance(manual: Opened) -> None:
    send(manual, make_raw(value=6_000 * ETHER))
    error = refused(manual, make_raw(nonce=1, value=6_000 * ETHER))
    assert isinstance(error, InsufficientFundsError)
    assert error.required > 12_000 * ETHER


def test_a_contract_sends_nothing(execution: ExecutionLayer) -> None:
    genesis = make_genesis()
    alloc = dict(genesis.alloc)
    alloc[accounts()[0].address] = GenesisAccount(balance=ETHER, code=b"\x00")
    changed = Genesis(
        config=genesis.config, alloc=tuple(sorted(alloc.items())), timestamp=genesis.timestamp
    )
    with opened_chain(execution, genesis=changed) as opened:
        assert isinstance(refused(opened, make_raw()), SenderHasCodeError)


def test_a_gap_waits_and_counts_once_it_is_closed(instant: Opened) -> None:
    sender = accounts()[0].address
    late = send(instant, make_raw(nonce=1))
    assert instant.chain.blocks.find_receipt(late) is None
    assert instant.chain.state.get_next_nonce(sender) == 0
    send(instant, make_raw(nonce=0))
    assert instant.chain.blocks.find_receipt(late) is not None
    assert instant.chain.state.get_next_nonce(sender) == 2


def test_waiting_transactions_count_for_the_next_nonce(manual: Opened) -> None:
    sender = accounts()[0].address
    for nonce in (0, 1, 3):
        send(manual, make_raw(nonce=nonce))
    assert manual.chain.state.get_next_nonce(sender) == 2
    assert manual.chain.state.get_account(sender).nonce == 0


def test_a_waiting_transaction_is_found_without_a_place(manual: Opened) -> None:
    transaction = send(manual, make_raw())
    found = manual.chain.blocks.find_transaction(transaction)
    assert found is not None
    assert found.block_number is None
    manual.chain.mine()
    found = manual.chain.blocks.find_transaction(transaction)
    assert found is not None
    assert found.block_number == 1
    assert found.effective_gas_price == 875_000_000 + GWEI


def test_the_pending_block_shows_what_would_be_mined(manual: Opened) -> None:
    receiver = accounts()[9].address
    send(manual, make_raw(value=7))
    pending = manual.chain.blocks.get_block(BlockTag.PENDING)
    assert pending.number == 1
    assert len(pending.transactions) == 1
    balance = manual.chain.state.get_account(receiver, BlockTag.PENDING).balance
    assert balance == 10_000 * ETHER + 7
    assert manual.chain.head().number == 0
    assert manual.chain.blocks.get_block(BlockTag.PENDING) is pending


def test_a_creation_says_where_its_contract_is(instant: Opened) -> None:
    init_code = bytes.fromhex("60015f5360015ff3")
    transaction = send(instant, make_raw(data=init_code, gas_limit=100_000, creates=True))
    receipt = instant.chain.blocks.find_receipt(transaction)
    assert receipt is not None
    expected = calculate_contract_address(accounts()[0].address, 0)
    assert receipt.contract_address == expected
    assert instant.chain.state.get_code(expected) == b"\x01"
    assert instant.chain.calls.find_outcome(transaction) == Success(created_address=expected)


def test_logs_have_their_places_and_are_found(manual: Opened) -> None:
    words = [bytes(31) + bytes((i,)) for i in range(1, 4)]
    for nonce, word in enumerate(words):
        send(manual, make_raw(nonce=nonce, to=LOGGER, data=word, gas_limit=80_000, value=0))
    manual.chain.mine(2)
    logs = manual.chain.blocks.find_logs(0, BlockTag.LATEST, LogFilter())
    assert [(log.index, log.transaction_index, log.data) for log in logs] == [
        (0, 0, words[0]),
        (1, 1, words[1]),
        (2, 2, words[2]),
    ]
    topic = logs[1].topics[0]
    wanted = LogFilter(addresses=frozenset([LOGGER]), topics=(frozenset([topic]),))
    assert manual.chain.blocks.find_logs(0, BlockTag.LATEST, wanted) == [logs[1]]
    other = LogFilter(topics=(frozenset([keccak256(b"")]),))
    assert manual.chain.blocks.find_logs(0, BlockTag.LATEST, other) == []
    any_first = LogFilter(topics=(frozenset(), frozenset([logs[2].topics[1]])))
    assert manual.chain.blocks.find_logs(0, BlockTag.LATEST, any_first) == [logs[2]]


def test_a_revert_is_mined_and_its_data_is_found(instant: Opened) -> None:
    transaction = send(instant, make_raw(to=REVERTER, gas_limit=60_000, value=0))
    receipt = instant.chain.blocks.find_receipt(transaction)
    assert receipt is not None
    assert not receipt.succeeded
    expected = Revert(data=bytes(28) + bytes.fromhex("deadbeef"))
    assert instant.chain.calls.find_outcome(transaction) == expected


def test_suggested_fees_get_a_transaction_mined(instant: Opened) -> None:
    fees = instant.chain.suggest_fees()
    raw = make_raw(max_fee=fees.max_fee_per_gas, priority=fees.max_priority_fee_per_gas)
    assert instant.chain.blocks.find_receipt(send(instant, raw)) is not None


def test_more_than_a_block_holds_drains_into_several(instant: Opened) -> None:
    count = 40
    raws = [
        make_raw(nonce=nonce, to=LOGGER, data=bytes(31) + b"\x01", gas_limit=2_000_000, value=0)
        for nonce in reversed(range(count))
    ]
    results = instant.chain.submit(raws)
    assert all(isinstance(result, bytes) for result in results)
    assert len(instant.chain.pool) == 0
    assert instant.chain.state.get_account(accounts()[0].address).nonce == count


def test_a_transaction_with_a_low_fee_waits_until_the_base_fee_falls(manual: Opened) -> None:
    low = send(manual, make_raw(max_fee=880_000_000, priority=1))
    full = [make_raw(1, nonce, data=b"\x01" * 100_000, gas_limit=4_100_000) for nonce in range(7)]
    assert all(isinstance(result, bytes) for result in manual.chain.submit(full))
    manual.chain.mine()
    if manual.chain.blocks.find_receipt(low) is None:
        assert manual.chain.pool.find(low) is not None
        manual.chain.mine(6)
    assert manual.chain.blocks.find_receipt(low) is not None
