"""Blocks that nobody mined: calls one after the other, in blocks of their own, kept nowhere.

Spec:
    execution-apis, `eth_simulateV1` and its notes. Where these leave room, as geth: gas limit,
    beneficiary and difficulty are those of the block before; what one simulation may use is bounded
    besides the gas limits of its blocks.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.context import BLOCKHASH_WINDOW, build_next_context
from contractchain.chain.fees import calculate_effective_gas_price
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.resolving import Resolver
from contractchain.chain.retention import StateRetention
from contractchain.chain.simulated_transactions import build_transaction, validate_call
from contractchain.chain.simulation_plan import (
    BlockOverrides,
    BlockPlan,
    CallPlan,
    CallView,
    SimulatedBlockView,
    SimulationPlan,
    complete_blocks,
)
from contractchain.chain.views import LogView, TransactionView
from contractchain.codec.block import encode_withdrawal, hash_header
from contractchain.codec.receipt import calculate_bloom, encode_receipt
from contractchain.codec.roots import calculate_list_root
from contractchain.codec.transaction import encode_unsigned_transaction, hash_transaction
from contractchain.errors import CallRefusedError, InvalidHeaderError, ValidationError
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext
from contractchain.interfaces.simulation_data import (
    Event,
    SimulatedBlock,
    SimulatedCall,
    SimulationTerms,
    Transfer,
)
from contractchain.types import (
    ZERO_HASH,
    Address,
    Block,
    ChainConfig,
    Fork,
    Hash32,
    Header,
    Log,
    Receipt,
    Success,
)

T = TypeVar("T")

TRANSFER_EMITTER: Address = b"\xee" * 20
"""Emits the logs that stand for movements of ether (ERC-7528)."""
TRANSFER_TOPIC: Hash32 = bytes.fromhex(
    "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
)
"""keccak256 of `Transfer(address,address,uint256)`."""


class Simulations:
    """Simulates blocks on those of one chain; `chain.simulations`."""

    def __init__(
        self,
        execution: ExecutionLayer,
        canonical: CanonicalChain,
        resolver: Resolver,
        retention: StateRetention,
        *,
        config: ChainConfig,
        gas: int,
    ) -> None:
        self._execution = execution
        self._canonical = canonical
        self._resolver = resolver
        self._retention = retention
        self._config = config
        self._gas = gas

    def simulate(
        self, plan: SimulationPlan, at: BlockReference = BlockTag.LATEST
    ) -> tuple[SimulatedBlockView, ...]:
        """Execute the calls of a plan in blocks on top of the block `at`.

        Raises:
            BlockNotFoundError: there is no such block.
            BlockOrderError: numbers or timestamps do not rise.
            SimulationLimitError: too many blocks.
            CallRefusedError: a call cannot be part of its block; names the reason.
            InvalidOverrideError: an account or a precompile cannot be changed like that.
            InvalidBlockError: a block cannot be as it is wanted.
        """
        base = self._resolver.get(at)
        blocks = complete_blocks(plan.blocks, base.header)
        with self._retention.hold(base.number, base.state_root) as root:
            self._execution.retain(root)
            run = _Run(
                self._execution,
                self._config,
                plan,
                header=base.header,
                block_hash=base.hash,
                ancestors=self._canonical.list_ancestor_hashes(base.hash),
                gas=self._gas,
            )
            try:
                return tuple(run.simulate(block) for block in blocks)
            finally:
                self._execution.release(run.root)


class _Run:
    """A simulation on its way; holds the state of its last block."""

    def __init__(
        self,
        execution: ExecutionLayer,
        config: ChainConfig,
        plan: SimulationPlan,
        *,
        header: Header,
        block_hash: Hash32,
        ancestors: bytes,
        gas: int,
    ) -> None:
        self._execution = execution
        self._config = config
        self._plan = plan
        self.root = header.state_root
        """State of the last block."""
        self._header = header
        self._hash = block_hash
        self._ancestors = ancestors
        self._gas = gas
        """What all calls to come may use together."""

    def simulate(self, plan: BlockPlan) -> SimulatedBlockView:
        """Simulate the next block."""
        context = self._build_context(plan.block)
        _validate_calls(plan.calls, context)
        terms = SimulationTerms(
            validates=self._plan.validates,
            traces_transfers=self._plan.traces_transfers,
            gas=self._gas,
        )
        calls = tuple(item.call for item in plan.calls)
        result = self._execution.simulate_block(self.root, context, calls, terms, plan.accounts)
        self._execution.release(self.root)
        self.root = result.state_root
        view = _build_view(context, plan.calls, result)
        self._gas -= result.gas_used
        self._header, self._hash = view.block.header, view.block.hash
        self._ancestors = (self._hash + self._ancestors)[: 32 * BLOCKHASH_WINDOW]
        return view

    def _build_context(self, wanted: BlockOverrides) -> BlockContext:
        parent = self._header
        difficulty = parent.difficulty
        if difficulty and wanted.difficulty is not None:
            difficulty = wanted.difficulty
        attributes = BuildAttributes(
            timestamp=wanted.timestamp or 0,
            beneficiary=_first(wanted.beneficiary, parent.beneficiary),
            prev_randao=_first(wanted.prev_randao, ZERO_HASH),
            difficulty=difficulty,
        )
        context = build_next_context(parent, self._hash, self._config, attributes, self._ancestors)
        if wanted.withdrawals and context.fork < Fork.SHANGHAI:
            raise InvalidHeaderError("has no place before Shanghai", field_name="withdrawals")
        base_fee = context.base_fee_per_gas if self._plan.validates else 0
        if wanted.base_fee_per_gas is not None and context.fork >= Fork.LONDON:
            base_fee = wanted.base_fee_per_gas
        return replace(
            context,
            gas_limit=_first(wanted.gas_limit, parent.gas_limit),
            base_fee_per_gas=base_fee,
            blob_base_fee=wanted.blob_base_fee,
            withdrawals=wanted.withdrawals or context.withdrawals,
            parent_beacon_block_root=(
                wanted.parent_beacon_block_root
                if wanted.parent_beacon_block_root and context.fork >= Fork.CANCUN
                else context.parent_beacon_block_root
            ),
        )


def _first(value: T | None, otherwise: T) -> T:
    return otherwise if value is None else value


def _validate_calls(calls: Sequence[CallPlan], context: BlockContext) -> None:
    blobs = 0
    for index, plan in enumerate(calls):
        try:
            blobs += validate_call(plan, context, blobs)
        except ValidationError as error:
            raise CallRefusedError(
                block_number=context.number, index=index, reason=error
            ) from error


def _build_view(
    context: BlockContext, plans: Sequence[CallPlan], result: SimulatedBlock
) -> SimulatedBlockView:
    transactions = [
        build_transaction(plan, call, context)
        for plan, call in zip(plans, result.calls, strict=True)
    ]
    raws = tuple(map(encode_unsigned_transaction, transactions))
    receipts = _build_receipts([t.type for t in transactions], result.calls)
    header = _build_header(context, result, raws, receipts)
    block = Block(
        header=header,
        hash=hash_header(header),
        transactions=raws,
        withdrawals=context.withdrawals,
    )
    views = tuple(
        TransactionView(
            hash=hash_transaction(raw),
            sender=plan.call.message.sender,
            transaction=transaction,
            raw=raw,
            block_number=header.number,
            block_hash=block.hash,
            index=index,
            effective_gas_price=calculate_effective_gas_price(
                plan.call.message.max_fee_per_gas,
                plan.call.message.max_priority_fee_per_gas,
                header.base_fee_per_gas,
            ),
            timestamp=header.timestamp,
        )
        for index, (plan, transaction, raw) in enumerate(
            zip(plans, transactions, raws, strict=True)
        )
    )
    return SimulatedBlockView(
        block=block, transactions=views, calls=_build_calls(block, views, result.calls)
    )


def _build_receipts(types: Sequence[int], calls: Sequence[SimulatedCall]) -> list[Receipt]:
    receipts = []
    gas_used = 0
    for kind, call in zip(types, calls, strict=True):
        gas_used += call.gas_used
        receipts.append(
            Receipt(
                type=kind,
                succeeded=isinstance(call.outcome, Success),
                state_root=call.state_root,
                cumulative_gas_used=gas_used,
                logs=tuple(event for event in call.events if isinstance(event, Log)),
            )
        )
    return receipts


def _build_header(
    context: BlockContext,
    result: SimulatedBlock,
    raws: Sequence[bytes],
    receipts: Sequence[Receipt],
) -> Header:
    is_cancun = context.fork >= Fork.CANCUN
    withdrawals_root = None
    if context.withdrawals is not None:
        withdrawals_root = calculate_list_root(list(map(encode_withdrawal, context.withdrawals)))
    return Header(
        parent_hash=context.parent_hash,
        beneficiary=context.beneficiary,
        state_root=result.state_root,
        transactions_root=calculate_list_root(raws),
        receipts_root=calculate_list_root(list(map(encode_receipt, receipts))),
        logs_bloom=calculate_bloom([log for receipt in receipts for log in receipt.logs]),
        difficulty=context.difficulty,
        number=context.number,
        gas_limit=context.gas_limit,
        gas_used=result.gas_used,
        timestamp=context.timestamp,
        prev_randao=context.prev_randao,
        base_fee_per_gas=context.base_fee_per_gas if context.fork >= Fork.LONDON else None,
        withdrawals_root=withdrawals_root,
        blob_gas_used=result.blob_gas_used if is_cancun else None,
        excess_blob_gas=context.excess_blob_gas if is_cancun else None,
        parent_beacon_block_root=context.parent_beacon_block_root,
        requests_hash=result.requests_hash,
    )


def _build_calls(
    block: Block, transactions: Sequence[TransactionView], calls: Sequence[SimulatedCall]
) -> tuple[CallView, ...]:
    views = []
    first = 0
    for transaction, call in zip(transactions, calls, strict=True):
        logs = tuple(
            _build_log(_to_log(event), block, transaction, first + place)
            for place, event in enumerate(call.events)
        )
        first += len(logs)
        views.append(
            CallView(
                outcome=call.outcome,
                gas_used=call.gas_used,
                max_gas_used=call.max_gas_used,
                logs=logs,
            )
        )
    return tuple(views)


def _build_log(log: Log, block: Block, transaction: TransactionView, index: int) -> LogView:
    return LogView(
        address=log.address,
        topics=log.topics,
        data=log.data,
        block_number=block.number,
        block_hash=block.hash,
        timestamp=block.header.timestamp,
        transaction_hash=transaction.hash,
        transaction_index=transaction.index or 0,
        index=index,
    )


def _to_log(event: Event) -> Log:
    if not isinstance(event, Transfer):
        return event
    return Log(
        address=TRANSFER_EMITTER,
        topics=(TRANSFER_TOPIC, event.sender.rjust(32, b"\0"), event.recipient.rjust(32, b"\0")),
        data=event.value.to_bytes(32, "big"),
    )
