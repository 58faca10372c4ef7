"""Every execution layer keeps world states by root: holds, diffs, exports, reads, proofs."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rlp import decode as rlp_decode
from trie import HexaryTrie

from contractchain.codec.proof import verify_proof
from contractchain.codec.rlp import encode, encode_int
from contractchain.codec.state_diff import (
    AccountChange,
    decode_state_diff,
    encode_state_diff,
)
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError, StateUnavailableError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    Account,
    Fork,
    GenesisAccount,
)
from evm_builders import (
    ALICE,
    BOB,
    ETHER,
    OTHER,
    TARGET,
    Bench,
    assemble,
    contract,
    diff_of,
    sign,
    transfer,
    word,
)

UNKNOWN = b"\x77" * 32

slots = st.dictionaries(
    st.integers(0, 300).map(word), st.integers(1, 2**256 - 1).map(word), max_size=8
)
accounts = st.builds(
    GenesisAccount,
    balance=st.integers(0, 2**256 - 1),
    nonce=st.integers(0, 2**64 - 1),
    code=st.sampled_from([b"", b"\x00", b"\x60\x01", bytes(40)]),
    storage=slots.map(lambda d: tuple(d.items())),
)
allocs = st.dictionaries(st.integers(0, 2**160 - 1).map(lambda n: n.to_bytes(20, "big")), accounts)


def state_root_by_trie(alloc: dict[bytes, GenesisAccount]) -> bytes:
    """The root that the independent `trie` library gives."""
    state = HexaryTrie({})
    for address, account in alloc.items():
        storage = HexaryTrie({})
        for slot, value in account.storage:
            storage[keccak256(slot)] = encode(encode_int(int.from_bytes(value, "big")))
        fields = (
            encode_int(account.nonce),
            encode_int(account.balance),
            storage.root_hash,
            keccak256(account.code),
        )
        state[keccak256(address)] = encode(fields)
    return state.root_hash


# Holds


def test_the_empty_state_is_always_there(engine: ExecutionLayer) -> None:
    assert engine.has_state(EMPTY_TRIE_ROOT)
    engine.retain(EMPTY_TRIE_ROOT)
    engine.release(EMPTY_TRIE_ROOT)
    engine.release(EMPTY_TRIE_ROOT)
    assert engine.has_state(EMPTY_TRIE_ROOT)
    assert engine.accounts(EMPTY_TRIE_ROOT, [ALICE.address]) == [None]
    assert list(engine.export_state(EMPTY_TRIE_ROOT)) == []


def test_a_state_is_there_until_its_last_hold_is_released(engine: ExecutionLayer) -> None:
    root = Bench(engine).root
    engine.retain(root)
    engine.release(root)
    assert engine.has_state(root)
    engine.release(root)
    assert not engine.has_state(root)


def test_executing_a_block_holds_the_new_state_once(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    before = bench.root
    after = bench.execute(sign(transfer(value=1))).state_root
    again = engine.execute_block(before, bench.context, [], strict=True).state_root
    assert again != after
    engine.release(after)
    assert not engine.has_state(after)
    assert engine.has_state(before)
    assert engine.accounts(before, [BOB.address])[0] == Account(balance=1000 * ETHER)


def test_a_block_that_changes_nothing_holds_its_parent_once_more(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.SHANGHAI)
    root = bench.execute().state_root
    engine.release(root)
    assert engine.has_state(root)
    engine.release(root)
    assert not engine.has_state(root)


def test_old_states_stay_as_they_were(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    roots = [bench.root]
    for nonce in range(5):
        bench.execute(sign(transfer(nonce, value=1)))
        roots.append(bench.root)
    balances = [engine.accounts(root, [BOB.address])[0].balance for root in roots]
    assert balances == [1000 * ETHER + n for n in range(6)]


def test_releasing_one_state_leaves_what_others_share(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("CALLVALUE NUMBER SSTORE")})
    for nonce in range(20):
        parent = bench.root
        bench.execute(sign(transfer(nonce, to=TARGET, value=nonce + 1)))
        engine.release(parent)
    assert [bench.slot(TARGET, n) for n in range(1, 21)] == list(range(1, 21))


@pytest.mark.parametrize(
    "use",
    [
        lambda e: e.retain(UNKNOWN),
        lambda e: e.apply_diffs(UNKNOWN, []),
        lambda e: list(e.export_state(UNKNOWN)),
        lambda e: e.accounts(UNKNOWN, [bytes(20)]),
        lambda e: e.storage(UNKNOWN, bytes(20), bytes(32)),
        lambda e: e.code(UNKNOWN, bytes(20)),
        lambda e: e.proof(UNKNOWN, bytes(20), []),
    ],
)
def test_an_unknown_state_is_an_error(engine: ExecutionLayer, use) -> None:
    assert not engine.has_state(UNKNOWN)
    with pytest.raises(StateUnavailableError) as raised:
        use(engine)
    assert raised.value.state_root == UNKNOWN


# Diffs


@given(allocs)
def test_a_state_has_the_root_that_an_independent_trie_gives(
    engine: ExecutionLayer, alloc: dict[bytes, GenesisAccount]
) -> None:
    assert engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(alloc)]) == state_root_by_trie(alloc)


@given(allocs)
def test_an_exported_state_restores_to_the_same_root(
    engine: ExecutionLayer, alloc: dict[bytes, GenesisAccount]
) -> None:
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(alloc)])
    chunks = list(engine.export_state(root))
    assert engine.apply_diffs(EMPTY_TRIE_ROOT, chunks) == root
    if len(chunks) == 1:
        assert chunks[0] == diff_of(alloc)


@given(allocs, allocs)
def test_the_diff_back_to_an_earlier_state_gives_its_root(
    engine: ExecutionLayer,
    first: dict[bytes, GenesisAccount],
    second: dict[bytes, GenesisAccount],
) -> None:
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(first)])
    gone = [AccountChange(address=address, cleared=bool(a.storage)) for address, a in first.items()]
    diffs = [encode_state_diff(gone, []), diff_of(second)]
    assert engine.apply_diffs(root, diffs) == state_root_by_trie(second)


def test_many_accounts_and_slots_are_exported_in_chunks(engine: ExecutionLayer) -> None:
    storage = tuple((word(n), word(1)) for n in range(12_000))
    alloc = {TARGET: contract("STOP", storage=storage), OTHER: GenesisAccount(balance=1)}
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(alloc)])
    chunks = list(engine.export_state(root))
    assert len(chunks) == 2
    assert engine.apply_diffs(EMPTY_TRIE_ROOT, chunks) == root


def test_the_diff_of_a_block_makes_its_state_from_the_parent(engine: ExecutionLayer) -> None:
    code = assemble("CALLVALUE NUMBER SSTORE", 0, "NUMBER", 1, "SWAP1 SUB SSTORE")
    bench = Bench(engine, alloc={TARGET: contract(code)})
    genesis, diffs = bench.root, []
    for nonce in range(6):
        raws = [sign(transfer(2 * nonce, to=TARGET, value=1))]
        raws.append(sign(transfer(2 * nonce + 1, to=None, data=b"\x60\x01")))
        diffs.append(bench.execute(*raws).state_diff)
    assert engine.apply_diffs(genesis, diffs) == bench.root


def test_a_diff_holds_only_what_changed_and_the_new_code(engine: ExecutionLayer) -> None:
    alloc = {TARGET: contract(5, 1, "SSTORE", 7, 2, "SSTORE", storage=((word(1), word(5)),))}
    bench = Bench(engine, Fork.SHANGHAI, alloc)
    diff = decode_state_diff(bench.execute(sign(transfer(to=TARGET))).state_diff)
    changes = {change.address: change for change in diff.accounts}
    assert set(changes) == {ALICE.address, TARGET, bench.context.beneficiary}
    assert changes[TARGET].slots == ((word(2), 7),)
    assert not changes[TARGET].cleared
    assert diff.codes == ()
    creation = bytes.fromhex("60fe60005360016000f3")
    diff = decode_state_diff(bench.execute(sign(transfer(1, to=None, data=creation))).state_diff)
    assert diff.codes == (b"\xfe",)


GOOD = diff_of({TARGET: GenesisAccount(balance=1, code=b"\x01", storage=((word(1), word(2)),))})


@pytest.mark.parametrize(
    "diff",
    [
        b"",
        b"\xc0",
        GOOD[:-1],
        GOOD + b"\x00",
        encode([[], [], []]),
        encode([[[b"\x01" * 19, [], b"", []]], []]),
        encode([[[TARGET, [b"", b""], b"", []]], []]),
        encode([[[TARGET, [b"", b"\x00", EMPTY_CODE_HASH], b"", []]], []]),
        encode([[[TARGET, [], b"\x02", []]], []]),
        encode([[[TARGET, [b"", b"\x01", EMPTY_CODE_HASH], b"", [[word(1)]]]], []]),
        encode([[[TARGET, [b"", b"\x01", EMPTY_CODE_HASH], b"", [[b"\x01", b"\x01"]]]], []]),
        encode([[[TARGET, [], b"", []], [OTHER[:1] * 20, [], b"", []]][::-1], []]),
        encode([[[TARGET, [], b"", []]] * 2, []]),
        encode([[[TARGET, [b"", b"\x01", b"\x09" * 32], b"", []]], []]),
    ],
)
def test_a_malformed_diff_is_refused_and_nothing_changes(
    engine: ExecutionLayer, diff: bytes
) -> None:
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [GOOD])
    with pytest.raises(DecodeError):
        engine.apply_diffs(root, [GOOD, diff])
    assert engine.has_state(root)
    engine.release(root)
    assert not engine.has_state(root)


@given(st.binary(max_size=100))
def test_any_bytes_as_a_diff_are_applied_or_refused(engine: ExecutionLayer, diff: bytes) -> None:
    with suppress(DecodeError):
        engine.apply_diffs(EMPTY_TRIE_ROOT, [diff])


# Reads and proofs


def test_reads_of_what_is_absent_are_empty(engine: ExecutionLayer) -> None:
    root = Bench(engine).root
    assert engine.accounts(root, [TARGET, ALICE.address]) == [
        None,
        Account(balance=1000 * ETHER),
    ]
    assert engine.accounts(root, []) == []
    assert engine.storage(root, TARGET, word(1)) == word(0)
    assert engine.code(root, TARGET) == b""
    assert engine.code(root, ALICE.address) == b""


@given(allocs, st.integers(0, 300))
def test_proofs_hold_against_an_independent_trie(
    engine: ExecutionLayer, alloc: dict[bytes, GenesisAccount], slot: int
) -> None:
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [diff_of(alloc)])
    for address in [*list(alloc)[:3], b"\x42" * 20]:
        proof = engine.proof(root, address, [word(slot)])
        leaf = prove(root, address, proof.nodes)
        assert verify_proof(root, keccak256(address), proof.nodes) == (leaf or None)
        (account,) = engine.accounts(root, [address])
        assert proof.account == account
        assert (leaf == b"") == (account is None)
        (slot_proof,) = proof.storage
        assert slot_proof.slot == word(slot)
        assert slot_proof.value == engine.storage(root, address, word(slot))
        if account is None:
            assert proof.storage_root == EMPTY_TRIE_ROOT
        else:
            assert rlp_decode(leaf)[2] == proof.storage_root == account.storage_root
        value = prove(proof.storage_root, word(slot), slot_proof.nodes)
        place = keccak256(word(slot))
        assert verify_proof(proof.storage_root, place, slot_proof.nodes) == (value or None)
        number = int.from_bytes(rlp_decode(value), "big") if value else 0
        assert word(number) == slot_proof.value


def prove(root: bytes, key: bytes, nodes: tuple[bytes, ...]) -> bytes:
    """Return the value that the proof gives, empty if it proves absence."""
    if root == EMPTY_TRIE_ROOT:
        assert nodes == ()
        return b""
    decoded = [rlp_decode(node) for node in nodes]
    return HexaryTrie.get_from_proof(root, keccak256(key), decoded)


def test_several_threads_may_use_the_layer_at_once(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("CALLVALUE NUMBER SSTORE")})
    contexts = [replace(bench.context, number=n) for n in range(1, 17)]
    raw = sign(transfer(to=TARGET, value=3))

    def execute(context) -> bytes:
        root = engine.execute_block(bench.root, context, [raw], strict=True).state_root
        value = engine.storage(root, TARGET, word(context.number))
        engine.release(root)
        return value

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(execute, contexts)) == [word(3)] * 16
