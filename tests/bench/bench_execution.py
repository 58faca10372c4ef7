"""One block of signed counter increments on both engines, and where the native one spends it.

Usage: python tests/bench/bench_execution.py [TRANSACTIONS] [--skip-reference] [--repeat N]
           [--library N]

A block carries the increments of 100 senders. Each engine starts from raw bytes: decoding, recovery
of every sender, execution, receipts, all roots and the state diff are in the time. The results of
both engines must be the same, byte by byte. `--library` also runs the first N of the transactions
through py-evm's own virtual machine and state database, which our reference engine does not use.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from coincurve import PrivateKey

from contractchain import _native
from contractchain.chain.system_contracts import system_accounts
from contractchain.codec.state_diff import decode_state_diff
from contractchain.codec.transaction import encode_transaction, hash_for_signing, sign_transaction
from contractchain.crypto import keccak256
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext, BlockExecution, TransactionRules
from contractchain.types import (
    EMPTY_TRIE_ROOT,
    DynamicFeeTransaction,
    Fork,
    GenesisAccount,
    Transaction,
)

sys.path.insert(0, str(Path(__file__).parents[1]))
from evm_builders import BENEFICIARY, CHAIN_ID, ETHER, TARGET, contract, diff_of

SENDERS = 100
INCREMENT = bytes.fromhex("d09de08a")
FOUND, FAIL = 24, 42
# Refuse value, dispatch on the selector, add one with an overflow check, store.
COUNTER = contract(
    *("CALLVALUE", FAIL, "JUMPI", 0, "CALLDATALOAD", 224, "SHR", b"\x63" + INCREMENT, "EQ"),
    *(FOUND, "JUMPI", 0, 0, "REVERT JUMPDEST", 0, "SLOAD DUP1", 1, "ADD DUP1 SWAP2 GT"),
    *(FAIL, "JUMPI", 0, "SSTORE STOP JUMPDEST", 0, 0, "REVERT"),
)

T = TypeVar("T")


def make_block(count: int) -> tuple[bytes, list[Transaction], list[bytes]]:
    """Return the genesis diff, the transactions, and their encodings."""
    keys = [keccak256(bytes((index,))) for index in range(SENDERS)]
    public = [PrivateKey(key).public_key.format(compressed=False)[1:] for key in keys]
    accounts = {keccak256(key)[12:]: GenesisAccount(balance=1000 * ETHER) for key in public}
    accounts.update(system_accounts(Fork.PRAGUE))
    accounts[TARGET] = COUNTER
    transactions = []
    for index in range(count):
        unsigned = DynamicFeeTransaction(
            chain_id=CHAIN_ID,
            nonce=index // SENDERS,
            max_priority_fee_per_gas=1,
            max_fee_per_gas=10**10,
            gas_limit=60_000,
            to=TARGET,
            data=INCREMENT,
        )
        transactions.append(sign_transaction(unsigned, keys[index % SENDERS]))
    return diff_of(accounts), transactions, [encode_transaction(t) for t in transactions]


def make_context(count: int) -> BlockContext:
    """Return a block with room for everything."""
    return BlockContext(
        fork=Fork.PRAGUE,
        chain_id=CHAIN_ID,
        number=1,
        timestamp=1_700_000_000,
        gas_limit=60_000 * count,
        beneficiary=BENEFICIARY,
        base_fee_per_gas=7,
        parent_beacon_block_root=bytes(32),
        withdrawals=(),
    )


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return the result, the wall time and the CPU time of the process, in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def run(
    name: str, genesis: bytes, raws: list[bytes]
) -> tuple[ExecutionLayer, BlockExecution, float, float]:
    """Execute the block on a fresh engine."""
    engine = create_engine(name)
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [genesis])
    context = make_context(len(raws))
    work = lambda: engine.execute_block(root, context, raws, strict=True)  # noqa: E731
    execution, wall, cpu = timed(work)
    assert len(execution.included) == len(raws) and not execution.failures
    return engine, execution, wall, cpu


def print_row(name: str, wall: float, cpu: float, count: int, share: float | None = None) -> None:
    """Print seconds, microseconds of wall and CPU time per transaction, and a share."""
    part = "" if share is None else f"{share:7.0%}"
    per_wall, per_cpu = wall / count * 1e6, cpu / count * 1e6
    print(f"{name:34}{wall:9.3f} s{per_wall:10.2f} us/tx{per_cpu:10.2f} us CPU/tx{part}")


def print_profile(genesis: bytes, transactions: list[Transaction], raws: list[bytes]) -> None:
    """Print what the parts of the block cost the native engine, on their own, in CPU time."""
    count = len(raws)
    signatures = [
        hash_for_signing(t)
        + t.r.to_bytes(32, "big")
        + t.s.to_bytes(32, "big")
        + bytes((t.y_parity,))
        for t in transactions
    ]
    _, recover_wall, recover = timed(lambda: _native.recover_addresses(signatures))
    rules = TransactionRules(fork=Fork.PRAGUE, chain_id=CHAIN_ID)
    decoder = create_engine("revm")
    _, decode_wall, decode = timed(lambda: decoder.decode_many(raws, rules))
    engine, _, wall, cpu = run("revm", genesis, raws)
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [genesis])
    context = make_context(count)
    work = lambda: engine.execute_block(root, context, raws, strict=True)  # noqa: E731
    _, warm_wall, warm = timed(work)
    print_row("whole block from raw bytes", wall, cpu, count, 1.0)
    print_row("  signature recovery alone", recover_wall, recover, count, recover / cpu)
    print_row("  the block, senders known", warm_wall, warm, count, warm / cpu)
    print_row("decode_many alone (not in the block)", decode_wall, decode, count)


def run_library(genesis: bytes, raws: list[bytes]) -> tuple[float, float]:
    """Return wall and CPU time of py-evm as it ships: decode, apply, and the roots of the block."""
    from eth.chains.base import MiningChain
    from eth.consensus import NoProofConsensus
    from eth.db.atomic import AtomicDB
    from eth.vm.forks.prague import PragueVM

    diff = decode_state_diff(genesis)
    codes = {keccak256(code): code for code in diff.codes}
    state = {
        change.address: {
            "balance": change.balance,
            "nonce": change.nonce,
            "code": codes.get(change.code_hash, b""),
            "storage": {int.from_bytes(slot, "big"): value for slot, value in change.slots},
        }
        for change in diff.accounts
    }
    vm_class = PragueVM.configure(consensus_class=NoProofConsensus)
    chain_class = MiningChain.configure(vm_configuration=((0, vm_class),), chain_id=CHAIN_ID)
    header = {"difficulty": 0, "gas_limit": 120_000 * len(raws), "timestamp": 1}
    vm = chain_class.from_genesis(AtomicDB(), header, state).get_vm()

    def work() -> None:
        builder = vm.get_transaction_builder()
        transactions = [builder.decode(raw) for raw in raws]
        result = vm.apply_all_transactions(transactions, vm.get_block().header)
        new_header, receipts, computations = result
        assert not any(computation.is_error for computation in computations)
        vm.set_block_transactions_and_withdrawals(
            vm.get_block(), new_header, transactions, receipts, ()
        )

    return timed(work)[1:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transactions", nargs="?", type=int, default=10_000)
    parser.add_argument("--skip-reference", action="store_true", help="leave py-evm out")
    parser.add_argument("--repeat", type=int, default=3, help="runs of the native engine")
    parser.add_argument("--library", type=int, default=0, help="run so many on py-evm as it ships")
    arguments = parser.parse_args()
    count = arguments.transactions
    genesis, transactions, raws = make_block(count)
    print(f"a block of {count} counter increments by {SENDERS} senders")
    runs = [run("revm", genesis, raws) for _ in range(arguments.repeat)]
    for _, _, wall, cpu in runs:
        print_row("revm", wall, cpu, count)
    print_profile(genesis, transactions, raws)
    if arguments.library:
        wall, cpu = run_library(genesis, raws[: arguments.library])
        print_row(f"py-evm as it ships ({arguments.library})", wall, cpu, arguments.library)
    if arguments.skip_reference:
        return
    _, reference, wall, cpu = run("py-evm", genesis, raws)
    print_row("py-evm", wall, cpu, count)
    same = reference == runs[0][1]
    best, worst = min(r[2] for r in runs), max(r[2] for r in runs)
    print(f"same result: {same}; revm is {wall / worst:.1f} to {wall / best:.1f} times as fast")
    least, most = min(r[3] for r in runs), max(r[3] for r in runs)
    print(f"in CPU time {cpu / most:.1f} to {cpu / least:.1f} times")
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
