"""The native engine against Ethereum's executable specification (EELS).

py-evm ends with Prague, so from Osaka on nothing in this package tells the native engine whether it
is right. EELS does. It needs older versions of libraries that this package uses, so it runs in an
environment of its own, as a child process: `make eels` makes one at `build/eels`, and
`CTC_EELS_PYTHON` names the Python of another.
"""

import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contractchain.chain.system_contracts import system_accounts
from contractchain.conformance.networks import BLOBS
from contractchain.conformance.scenarios import (
    CHAIN_ID,
    Scenario,
    build_contexts,
    run_scenario,
)
from contractchain.errors import (
    AuthorizationListError,
    BlobFeeTooLowError,
    BlobTransactionError,
    DecodeError,
    FeeOverflowError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    InvalidSignatureError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    PriorityFeeAboveMaxFeeError,
    SenderHasCodeError,
    TransactionTypeError,
    ValidationError,
    WrongChainIdError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    BlockContext,
    BlockExecution,
    DecodedTransaction,
    TransactionRules,
)
from contractchain.types import Fork, GenesisAccount

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("specs_worker.py")
FORKS = {"prague": Fork.PRAGUE, "osaka": Fork.OSAKA, "bpo1": Fork.OSAKA, "bpo2": Fork.OSAKA}
"""Forks by the name that they have in EELS, oldest first."""
ROOTS = ("state_root", "transactions_root", "receipts_root", "withdrawals_root", "requests_hash")
EMPTY = GenesisAccount()
COMPARED = (*ROOTS, "logs_bloom", "gas_used", "blob_gas_used")
REASONS: dict[str, tuple[type[ValidationError], ...]] = {
    "DecodingError": (DecodeError,),
    "TransactionTypeError": (TransactionTypeError, DecodeError),
    # What decoding a creation ends with, if its type has no creations.
    "TypeError": (DecodeError, BlobTransactionError, AuthorizationListError),
    "InsufficientTransactionGasError": (IntrinsicGasTooLowError,),
    "NonceOverflowError": (NonceOverflowError,),
    "InitCodeTooLargeError": (InitCodeTooLargeError,),
    "TransactionGasLimitExceededError": (GasLimitExceededError,),
    "GasUsedExceedsLimitError": (GasLimitExceededError,),
    "BlobGasLimitExceededError": (BlobTransactionError,),
    # A legacy v that holds another chain id is a bad v.
    "InvalidSignatureError": (InvalidSignatureError, WrongChainIdError),
    "PriorityFeeGreaterThanMaxFeeError": (PriorityFeeAboveMaxFeeError,),
    "InsufficientMaxFeePerGasError": (FeeTooLowError,),
    # A gas price below the base fee has no class of its own.
    "InvalidBlock": (FeeTooLowError,),
    "NoBlobDataError": (BlobTransactionError,),
    "BlobCountExceededError": (BlobTransactionError,),
    "InvalidBlobVersionedHashError": (BlobTransactionError,),
    "InsufficientMaxFeePerBlobGasError": (BlobFeeTooLowError,),
    "TransactionTypeContractCreationError": (BlobTransactionError, AuthorizationListError),
    "EmptyAuthorizationListError": (AuthorizationListError,),
    "NonceMismatchError": (NonceTooHighError, NonceTooLowError),
    # EELS counts without bounds; who cannot pay so much cannot pay it.
    "InsufficientBalanceError": (InsufficientFundsError, FeeOverflowError),
    "InvalidSenderError": (SenderHasCodeError,),
}
"""Our errors by theirs, in the order in which EELS looks for them."""
ORDER: tuple[type[ValidationError], ...] = (
    *(DecodeError, TransactionTypeError, WrongChainIdError, NonceOverflowError),
    *(PriorityFeeAboveMaxFeeError, FeeOverflowError, BlobTransactionError),
    *(AuthorizationListError, InitCodeTooLargeError, FeeTooLowError, InvalidSignatureError),
    *(IntrinsicGasTooLowError, GasLimitExceededError, BlobTransactionError),
    *(BlobFeeTooLowError, SenderHasCodeError, NonceTooLowError, NonceTooHighError),
    InsufficientFundsError,
)
"""Our errors in the order in which the engines look for them (`interfaces/execution.py`)."""


@dataclass(frozen=True, kw_only=True)
class SpecsDifference:
    """The first thing that is not as the specification has it."""

    where: str
    ours: str
    theirs: str


def find_specs_python() -> str | None:
    """Return the Python of the environment that has EELS, None if there is none."""
    given = os.environ.get("CTC_EELS_PYTHON")
    made = ROOT / "build" / "eels" / "bin" / "python"
    return given or (str(made) if made.exists() else None)


class Specs:
    """EELS in a process of its own; a context manager."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, name: str, document: dict[str, Any]) -> Any:
        """Return the answer to one request of the worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({name: document}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process with EELS has ended"
        return json.loads(line)

    def compare(self, engine: ExecutionLayer, scenario: Scenario) -> SpecsDifference | None:
        """Return the first difference between an engine and EELS, None if they agree.

        Empty accounts are left out of the first state: since the merge there are none (EIP-7523),
        so EELS no longer has the rule that clears one that is touched, which the engines keep.
        """
        alloc = {a: account for a, account in scenario.alloc.items() if account != EMPTY}
        scenario = replace(scenario, alloc=alloc)
        result = run_scenario(engine, scenario)
        contexts = build_contexts(scenario)
        answer = self.ask("scenario", _to_request(engine, scenario, contexts, result.blocks))
        if answer["startRoot"] != _hex(result.start_root):
            return _difference("the first state root", result.start_root, answer["startRoot"])
        for number, (ours, theirs) in enumerate(
            zip(result.blocks, answer["blocks"], strict=True), 1
        ):
            found = _compare_block(f"block {number}", ours, theirs)
            if found is not None:
                return found
        return None


def name_specs_fork(scenario: Scenario) -> str:
    """Return the name in EELS of the fork that a scenario is under."""
    if scenario.fork is Fork.PRAGUE:
        return "prague"
    for name in ("bpo1", "bpo2"):
        if scenario.blob_schedule == BLOBS[name.upper()]:
            return name
    return "osaka"


def may_both_name(ours: type[ValidationError], theirs: str) -> bool:
    """Tell whether one transaction can be refused with an error of ours and with one of EELS.

    Either they are about the same fault. Or it has two: then each side names the one that it
    looks for first, so that each must look for the fault of the other later.
    """
    same = REASONS[theirs]
    if ours in same:
        return True
    names = list(REASONS)
    later_there = any(ours in REASONS[name] for name in names[names.index(theirs) + 1 :])
    later_here = any(error in same for error in ORDER[ORDER.index(ours) + 1 :])
    return later_there and later_here


def _compare_block(where: str, ours: object, theirs: dict[str, Any]) -> SpecsDifference | None:
    if not isinstance(ours, BlockExecution):
        refused_too = "error" in theirs
        return None if refused_too else _difference(where, ours, "a block")
    if "error" in theirs:
        return _difference(where, "a block", theirs["error"])
    if list(ours.included) != theirs["included"]:
        return _difference(
            f"{where}: included", (ours.included, ours.rejected), (theirs["included"], theirs)
        )
    rejected = dict(ours.rejected)
    for index, text in theirs["refused"]:
        error = rejected.get(index)
        if error is not None and not may_both_name(type(error), text.partition(":")[0]):
            return _difference(f"{where}: reason of transaction {index}", repr(error), text)
    for name in COMPARED:
        value = getattr(ours, name)
        shown = value if isinstance(value, int) else _hex(value)
        if shown != theirs[name]:
            return _difference(f"{where}: {name}", shown, theirs[name])
    return None


def _to_request(
    engine: ExecutionLayer,
    scenario: Scenario,
    contexts: list[BlockContext],
    results: tuple[object, ...],
) -> dict[str, Any]:
    alloc = dict(system_accounts(scenario.fork)) | scenario.alloc
    return {
        "fork": name_specs_fork(scenario),
        "chainId": CHAIN_ID,
        "depositContract": _hex(scenario.deposit_contract),
        "alloc": {
            _hex(address): [
                account.nonce,
                hex(account.balance),
                _hex(account.code),
                {_hex(slot): _hex(value) for slot, value in account.storage},
            ]
            for address, account in alloc.items()
        },
        "blocks": [
            _to_block(context) | {"transactions": _list_offered(engine, context, block, result)}
            for context, block, result in zip(
                contexts,
                (block.transactions for block in scenario.blocks),
                results,
                strict=False,  # the last context is that of the calls
            )
        ],
    }


def _to_block(context: BlockContext) -> dict[str, Any]:
    hashes = context.ancestor_hashes
    newest_first = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    return {
        "number": context.number,
        "timestamp": context.timestamp,
        "gasLimit": context.gas_limit,
        "coinbase": _hex(context.beneficiary),
        "baseFeePerGas": context.base_fee_per_gas,
        "prevRandao": _hex(context.prev_randao),
        "excessBlobGas": context.excess_blob_gas,
        "parentBeaconBlockRoot": _hex(context.parent_beacon_block_root or bytes(32)),
        "hashes": [_hex(value) for value in reversed(newest_first)],
        "withdrawals": [
            [w.index, w.validator_index, _hex(w.address), w.amount_gwei]
            for w in context.withdrawals or ()
        ],
    }


def _list_offered(
    engine: ExecutionLayer, context: BlockContext, raws: tuple[bytes, ...], result: object
) -> list[tuple[int, str]]:
    """Return the transactions that EELS is to try.

    Building skips whatever follows a transaction of the same sender that had no room; a rule of
    building, not of the protocol.
    """
    skipped = result.skipped if isinstance(result, BlockExecution) else ()
    assert context.blob_schedule is not None
    rules = TransactionRules(
        fork=context.fork,
        chain_id=context.chain_id,
        max_blobs=context.blob_schedule.max,
        base_fee_per_gas=context.base_fee_per_gas,
    )
    waiting: set[bytes] = set()
    offered = []
    for index, decoded in enumerate(engine.decode_many(raws, rules)):
        if index in skipped and isinstance(decoded, DecodedTransaction):
            if decoded.sender in waiting:
                continue
            waiting.add(decoded.sender)
        offered.append((index, _hex(raws[index])))
    return offered


def _difference(where: str, ours: object, theirs: object) -> SpecsDifference:
    shown = _hex(ours) if isinstance(ours, bytes) else str(ours)
    return SpecsDifference(where=where, ours=shown, theirs=str(theirs))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
