"""What only the native engine has: the line to Rust, its faults, and work on several threads."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from coincurve import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.crypto import keccak256
from contractchain.errors import (
    DecodeError,
    InternalError,
    InvalidBlockError,
    InvalidTransactionError,
    NonceTooLowError,
    StateUnavailableError,
    ValidationError,
)
from contractchain.interfaces.execution_data import Message, TransactionRules
from contractchain.types import EMPTY_TRIE_ROOT, Fork, GenesisAccount
from evm_builders import ALICE, BOB, ETHER, TARGET, Bench, contract, legacy, sign, transfer, word

_native = pytest.importorskip("contractchain._native", exc_type=ImportError)
from contractchain.execution.revm import RevmEngine  # noqa: E402
from contractchain.execution.revm.engine import NATIVE_ABI  # noqa: E402
from contractchain.execution.revm.faults import make_error  # noqa: E402

COUNTER = contract(0, "SLOAD", 1, "ADD", 0, "SSTORE")
RULES = TransactionRules(fork=Fork.PRAGUE, chain_id=31337)


@pytest.mark.parametrize(
    "field", ["number", "timestamp", "gas_limit", "base_fee_per_gas", "excess_blob_gas"]
)
@pytest.mark.parametrize("value", [2**64, -1])
def test_a_block_field_out_of_range_is_a_typed_error(field: str, value: int) -> None:
    bench = Bench(RevmEngine())
    context = replace(bench.context, **{field: value})
    with pytest.raises(InvalidBlockError, match=field):
        bench.engine.execute_block(bench.root, context, [], strict=True)


@pytest.mark.parametrize("field", ["value", "max_fee_per_gas", "gas_limit"])
def test_a_message_field_out_of_range_is_a_typed_error(field: str) -> None:
    bench = Bench(RevmEngine())
    message = replace(Message(sender=ALICE.address, to=TARGET), **{field: 2**256})
    with pytest.raises(InvalidTransactionError, match=field):
        bench.engine.call(bench.root, bench.context, message)


def test_an_address_of_the_wrong_size_is_a_typed_error() -> None:
    engine = RevmEngine()
    with pytest.raises(DecodeError, match="expected 20 bytes, found 19"):
        engine.accounts(EMPTY_TRIE_ROOT, [bytes(19)])
    with pytest.raises(DecodeError, match="expected 32 bytes, found 3"):
        engine.has_state(b"abc")


def test_what_is_not_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        RevmEngine().decode_many(["0x00"], RULES)  # type: ignore[list-item]


def test_a_failed_diff_changes_nothing() -> None:
    bench = Bench(RevmEngine())
    with pytest.raises(DecodeError):
        bench.engine.apply_diffs(bench.root, [b"\xc2\xc0\xc0", b"\xc0"])
    bench.engine.release(bench.root)
    with pytest.raises(StateUnavailableError):
        bench.engine.accounts(bench.root, [ALICE.address])


def test_an_export_outlives_the_hold_on_its_state() -> None:
    engine = RevmEngine()
    bench = Bench(engine, alloc={TARGET: COUNTER})
    chunks = engine.export_state(bench.root)
    engine.release(bench.root)
    assert engine.apply_diffs(EMPTY_TRIE_ROOT, list(chunks)) == bench.root


def test_a_fault_of_an_unknown_kind_is_our_bug() -> None:
    assert isinstance(make_error("nonsense", {}), InternalError)


def test_an_extension_with_another_interface_is_refused() -> None:
    program = (
        "import contractchain._native as n, sys, types\n"
        "fake = types.ModuleType('contractchain._native')\n"
        "fake.__abi__ = n.__abi__ + 1\n"
        "import contractchain\n"
        "contractchain._native = sys.modules['contractchain._native'] = fake\n"
        "from contractchain.execution import find_engine_fault\n"
        "print(find_engine_fault('revm'))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    expected = f"has interface {NATIVE_ABI + 1}, this package needs {NATIVE_ABI}"
    assert expected in result.stdout


def test_threads_share_an_engine() -> None:
    engine = RevmEngine()
    bench = Bench(engine, alloc={TARGET: COUNTER})
    raws = [sign(transfer(nonce, to=TARGET)) for nonce in range(20)]
    roots: list[bytes] = []

    def work() -> None:
        for _ in range(10):
            execution = engine.execute_block(bench.root, bench.context, raws, strict=True)
            engine.accounts(execution.state_root, [ALICE.address])
            engine.release(execution.state_root)
            roots.append(execution.state_root)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(roots) == 40
    assert len(set(roots)) == 1
    assert not engine.has_state(roots[0])


def test_a_large_batch_keeps_its_order() -> None:
    raws = [sign(legacy(nonce)) for nonce in range(200)]
    raws[50] = b"\xc0"
    raws[151] = sign(legacy(151, gas_limit=20_999))
    results = RevmEngine().decode_many(raws, RULES)
    for index, result in enumerate(results):
        if index in (50, 151):
            assert isinstance(result, ValidationError)
        else:
            assert not isinstance(result, ValidationError)
            assert (result.nonce, result.sender, result.raw) == (index, ALICE.address, raws[index])


def test_a_known_transaction_is_checked_again_under_other_rules() -> None:
    engine = RevmEngine()
    raw = sign(transfer())
    assert not isinstance(engine.decode_many([raw], RULES)[0], ValidationError)
    for rules in (replace(RULES, chain_id=1), replace(RULES, fork=Fork.BERLIN)):
        assert isinstance(engine.decode_many([raw], rules)[0], InvalidTransactionError)


def test_the_first_invalid_transaction_ends_a_strict_block() -> None:
    bench = Bench(RevmEngine())
    raws = [sign(transfer(0)), sign(transfer(0)), b""]
    with pytest.raises(NonceTooLowError):
        bench.engine.execute_block(bench.root, bench.context, raws, strict=True)


def test_states_of_many_blocks_share_their_accounts() -> None:
    many = {keccak256(word(i))[:20]: GenesisAccount(balance=ETHER) for i in range(2000)}
    bench = Bench(RevmEngine(), alloc=many)
    roots = [bench.root]
    roots += [bench.execute(sign(transfer(nonce))).state_root for nonce in range(50)]
    for height, root in enumerate(roots):
        account = bench.engine.accounts(root, [ALICE.address])[0]
        assert account is not None
        assert account.nonce == height


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
@settings(max_examples=20)
def test_signatures_made_in_a_batch_recover_in_a_batch(digests: list[bytes]) -> None:
    signatures = _native.sign_hashes(digests, BOB.private_key)
    ours = [s[:64] + s[64:] for s in signatures]
    theirs = [
        PrivateKey(BOB.private_key).sign_recoverable(digest, hasher=None) for digest in digests
    ]
    assert ours == theirs
    packed = [digest + s for digest, s in zip(digests, signatures, strict=True)]
    assert _native.recover_addresses(packed) == [BOB.address] * len(digests)


def test_a_signature_that_recovers_nothing_gives_none() -> None:
    assert _native.recover_addresses([bytes(97), b"\x01" * 96 + b"\x02"]) == [None, None]
