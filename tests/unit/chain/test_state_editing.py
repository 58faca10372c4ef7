"""Blocks that set state: what they set, what they leave, and who takes them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_cases import (
    ETHER,
    GWEI,
    LOGGER,
    LOGGER_CODE,
    START,
    Opened,
    accounts,
    make_genesis,
    make_raw,
    opened_chain,
)
from contractchain.chain.importing import STATE_EDIT
from contractchain.chain.references import BlockTag
from contractchain.codec.block import encode_block
from contractchain.errors import MismatchError, UsageError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.node import EngineChoice, NodeConfig, open_local_chain
from contractchain.store import open_store
from contractchain.types import EMPTY_TRIE_ROOT, Address

ALICE, BOB = (account.address for account in accounts()[:2])
NOBODY: Address = b"\x99" * 20
HISTORY = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
WORD = (5).to_bytes(32, "big")


def edit(opened: Opened, address: Address = NOBODY, **changes: object) -> bytes:
    return opened.chain.edit_state({address: AccountOverride(**changes)})  # type: ignore[arg-type]


def test_what_is_set_is_there_at_once(manual: Opened) -> None:
    slots = {bytes(32): WORD, WORD: WORD}
    edit(manual, balance=7, nonce=3, code=b"\x5f", storage_diff=slots)
    account = manual.chain.state.get_account(NOBODY)
    assert (account.balance, account.nonce) == (7, 3)
    assert manual.chain.state.get_code(NOBODY) == b"\x5f"
    assert manual.chain.state.get_storage(NOBODY, WORD) == WORD
    edit(manual, storage_diff={WORD: bytes(32)}, code=b"")
    assert manual.chain.state.get_code(NOBODY) == b""
    assert manual.chain.state.get_storage(NOBODY, WORD) == bytes(32)
    assert manual.chain.state.get_storage(NOBODY, bytes(32)) == WORD


def test_each_edit_is_a_block_that_says_so(manual: Opened) -> None:
    before = manual.chain.head()
    assert edit(manual, balance=1) == manual.chain.head().hash
    block = manual.chain.blocks.get_block(BlockTag.LATEST)
    assert (block.number, block.header.parent_hash) == (before.number + 1, before.hash)
    assert (block.transactions, block.header.gas_used) == ((), 0)
    assert block.header.extra_data == STATE_EDIT


def test_transactions_see_what_was_set(instant: Opened) -> None:
    edit(instant, LOGGER, storage_diff={bytes(32): WORD})
    (tx,) = instant.chain.submit([make_raw(to=LOGGER, data=bytes(32), gas_limit=90_000, value=0)])
    assert isinstance(tx, bytes)
    receipt = instant.chain.blocks.find_receipt(tx)
    assert receipt is not None
    assert WORD in receipt.logs[0].topics  # the value before


def test_an_edit_that_changes_nothing_is_a_block_of_the_usual_state(manual: Opened) -> None:
    edit(manual)
    edit(manual, balance=0, nonce=0, code=b"")
    header = manual.chain.blocks.get_header(BlockTag.LATEST)
    root = manual.execution.apply_diffs(
        manual.chain.blocks.get_header(0).state_root, manual.store.iter_state_diffs(1, 2)
    )
    assert root == header.state_root
    assert manual.execution.accounts(root, [NOBODY]) == [None]


def test_an_account_left_empty_is_removed(manual: Opened) -> None:
    edit(manual, balance=5)
    edit(manual, balance=0)
    root = manual.chain.blocks.get_header(BlockTag.LATEST).state_root
    assert manual.execution.accounts(root, [NOBODY]) == [None]


def test_what_the_system_writes_in_the_same_block_stays(manual: Opened) -> None:
    far = (8_000).to_bytes(32, "big")
    edit(manual, HISTORY, storage_diff={far: WORD}, balance=3)
    assert manual.chain.state.get_storage(HISTORY, far) == WORD
    assert manual.chain.state.get_storage(HISTORY, bytes(32)) == manual.chain.genesis_hash


def test_the_pool_follows(manual: Opened) -> None:
    raws = [make_raw(nonce=nonce) for nonce in range(3)]
    waiting = manual.chain.submit([*raws, make_raw(1, value=ETHER)])
    edit(manual, ALICE, nonce=2)
    assert [manual.chain.pool.find(tx) is None for tx in waiting] == [True, True, False, False]
    edit(manual, BOB, balance=ETHER)
    assert manual.chain.pool.find(waiting[3]) is None
    edit(manual, ALICE, nonce=0)
    assert manual.chain.state.get_next_nonce(ALICE) == 0
    manual.chain.submit(raws[:2])
    manual.chain.mine()
    assert manual.chain.state.get_account(ALICE).nonce == 3


def test_a_snapshot_takes_an_edit_back(manual: Opened) -> None:
    snapshot = manual.chain.snapshot()
    edit(manual, balance=1)
    manual.chain.revert_to(snapshot)
    assert manual.chain.state.get_account(NOBODY).balance == 0
    assert manual.chain.head().number == 0


def test_a_fixed_timestamp_is_kept_for_the_block_after(manual: Opened) -> None:
    manual.chain.set_next_timestamp(START + 500)
    edit(manual, balance=1)
    manual.chain.mine()
    times = [manual.chain.blocks.get_header(number).timestamp for number in (1, 2)]
    assert times == [START + 1, START + 500]


@pytest.mark.parametrize(
    "changes", [{"storage": {}}, {"move_precompile_to": NOBODY}], ids=["storage", "precompile"]
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(manual: Opened, changes: dict) -> None:
    with pytest.raises(UsageError):
        edit(manual, **changes)
    assert manual.chain.head().number == 0


def test_another_chain_refuses_the_block_and_says_why(
    manual: Opened, execution: ExecutionLayer
) -> None:
    edit(manual, balance=1)
    raw = encode_block(manual.chain.blocks.get_block(1))
    with (
        opened_chain(execution, instant=False, genesis=make_genesis()) as other,
        pytest.raises(MismatchError) as caught,
    ):
        other.chain.import_block(raw)
    assert caught.value.field_name == "state_root"
    assert "sets state" in (caught.value.hint or "")


@pytest.mark.parametrize("checking", ["py-evm", "auto"])
def test_an_edited_chain_opens_again_and_is_verified(tmp_path: Path, checking: str) -> None:
    config = NodeConfig(data_dir=tmp_path, engine=EngineChoice.AUTO)
    with open_local_chain(config) as node:
        node.chain.edit_state({NOBODY: AccountOverride(balance=9, code=LOGGER_CODE)})
        fees = {"max_fee": 20 * GWEI, "priority": GWEI}
        (sent,) = node.chain.submit([make_raw(to=NOBODY, gas_limit=90_000, value=0, **fees)])
        assert isinstance(sent, bytes)
        node.chain.edit_state({NOBODY: AccountOverride(storage_diff={WORD: WORD})})
        head = node.chain.head()
    with open_local_chain(config) as node:
        assert node.chain.head().hash == head.hash
        assert node.chain.state.get_storage(NOBODY, WORD) == WORD
        done = node.chain.verify(0, head.number, create_engine(checking))
        assert (done.blocks, done.transactions, done.edited) == (3, 1, 2)


@settings(max_examples=30)
@given(
    steps=st.lists(
        st.dictionaries(
            st.sampled_from([NOBODY, ALICE, LOGGER, HISTORY]),
            st.builds(
                AccountOverride,
                balance=st.sampled_from([None, 0, 1, 2**255]),
                nonce=st.sampled_from([None, 0, 1, 2**64 - 2]),
                code=st.sampled_from([None, b"", b"\x00", LOGGER_CODE]),
                storage_diff=st.dictionaries(
                    st.sampled_from([bytes(32), WORD]), st.sampled_from([bytes(32), WORD])
                ),
            ),
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_edits_give_the_state_that_is_recorded(steps: list[dict]) -> None:
    execution = create_engine("auto")
    with opened_chain(execution, instant=False, store=open_store("memory", None)) as opened:
        for edits in steps:
            opened.chain.edit_state(edits)
            for address, wanted in edits.items():
                account = opened.chain.state.get_account(address)
                if wanted.balance is not None:
                    assert account.balance == wanted.balance
                if wanted.nonce is not None:
                    assert account.nonce == wanted.nonce
                if wanted.code is not None:
                    assert opened.chain.state.get_code(address) == wanted.code
                for slot, value in wanted.storage_diff.items():
                    if address != HISTORY:
                        assert opened.chain.state.get_storage(address, slot) == value
        diffs = opened.store.iter_state_diffs(0, len(steps))
        other = create_engine("py-evm")
        head = opened.chain.blocks.get_header(BlockTag.LATEST)
        assert other.apply_diffs(EMPTY_TRIE_ROOT, list(diffs)) == head.state_root
