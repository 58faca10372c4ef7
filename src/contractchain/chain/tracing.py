"""What happened inside transactions that are in a block, and what would happen inside a call.

A block is executed again on the state of its parent: opened by the system calls at its start, and
then transaction by transaction, each on the state that those before it have left.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.context import build_call_context, build_context
from contractchain.chain.dao import execute_block
from contractchain.chain.overriding import override_context, override_state
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.resolving import Resolver
from contractchain.chain.retention import StateRetention
from contractchain.chain.simulation_plan import BlockOverrides
from contractchain.chain.tracers import TraceBudget, Tracer, TracerOptions, TraceSubject
from contractchain.chain.tracers import create_tracer as new_tracer
from contractchain.codec.block import decode_block
from contractchain.codec.receipt import decode_receipt
from contractchain.codec.transaction import decode_transaction, hash_authorization
from contractchain.crypto import Signature, recover_address
from contractchain.errors import (
    InvalidSignatureError,
    NotTraceableError,
    TransactionNotFoundError,
    UnknownParentError,
)
from contractchain.interfaces.execution import ExecutionLayer, TraceSink
from contractchain.interfaces.execution_data import AccountOverride, BlockContext, Message
from contractchain.types import (
    Address,
    Authorization,
    Block,
    ChainConfig,
    Hash32,
    SetCodeTransaction,
    TraceEvent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRequest:
    """What is wanted of a trace."""

    tracer: TracerOptions
    budget: TraceBudget


class Traces:
    """Executions told from inside; `chain.traces`. Every result is text in JSON."""

    def __init__(
        self,
        execution: ExecutionLayer,
        canonical: CanonicalChain,
        resolver: Resolver,
        retention: StateRetention,
        config: ChainConfig,
    ) -> None:
        self._execution = execution
        self._canonical = canonical
        self._resolver = resolver
        self._retention = retention
        self._config = config

    def trace_transaction(self, transaction_hash: Hash32, request: TraceRequest) -> str:
        """Return the trace of a transaction that is in a block.

        Raises:
            TransactionNotFoundError: it is in none.
            TraceLimitError: it takes more than `request` allows.
        """
        place = self._canonical.find_transaction(transaction_hash)
        if place is None:
            raise TransactionNotFoundError(hash=transaction_hash)
        block, index = place
        results = self._trace(block.block, request, first=index, last=index)
        return next(iter([text for _, text in results]))

    def trace_block(self, reference: BlockReference, request: TraceRequest) -> str:
        """Return the traces of all transactions of a block, each with its hash.

        Raises:
            BlockNotFoundError: there is no such block.
            NotTraceableError: it is the genesis block.
            TraceLimitError: they take more than `request` allows.
        """
        return self._trace_whole(self._resolver.get(reference).block, request)

    def trace_encoded_block(self, encoded: bytes, request: TraceRequest) -> str:
        """Return the traces of a block whose parent is known, in the chain or not.

        Raises:
            DecodeError: it is no block.
            UnknownParentError: its parent is not known.
            ValidationError: a transaction of it cannot be executed.
            NotTraceableError, TraceLimitError: as `trace_block`.
        """
        return self._trace_whole(decode_block(encoded), request)

    def trace_call(
        self,
        message: Message,
        request: TraceRequest,
        at: BlockReference = BlockTag.LATEST,
        overrides: Mapping[Address, AccountOverride] | None = None,
        block_overrides: BlockOverrides | None = None,
    ) -> str:
        """Return the trace of a call, which is executed as `chain.calls.call` does.

        Raises:
            InvalidTransactionError: the call cannot be executed.
            TraceLimitError: as `trace_transaction`.
        """
        block = self._resolver.get(at)
        ancestors = self._canonical.list_ancestor_hashes(block.header.parent_hash)
        context = build_call_context(block.block, self._config, ancestors, message)
        if block_overrides is not None:
            context = override_context(context, block_overrides)
        tracer = new_tracer(request.tracer, request.budget)
        with self._retention.hold(block.number, block.state_root) as root:
            traced = self._execution.trace_call(
                root,
                context,
                message,
                _sink_of(tracer, request.budget),
                overrides,
                options=tracer.wanted,
            )
            with (
                self._derive(root, override_state(self._execution, root, overrides or {})) as first,
                self._derive(root, traced.state_diff) as last,
            ):
                subject = TraceSubject(
                    fork=context.fork,
                    sender=message.sender,
                    beneficiary=context.beneficiary,
                    authorities=_list_authorities(message.authorization_list),
                    gas_limit=(
                        context.gas_limit if message.gas_limit is None else message.gas_limit
                    ),
                    result=traced.result,
                    reader=self._execution,
                    root_before=first,
                    root_after=last,
                    block_number=context.number,
                )
                return tracer.build(subject)

    @contextmanager
    def _derive(self, root: Hash32, diff: bytes) -> Iterator[Hash32]:
        derived = self._execution.apply_diffs(root, [diff])
        try:
            yield derived
        finally:
            self._execution.release(derived)

    def _trace_whole(self, block: Block, request: TraceRequest) -> str:
        last = len(block.transactions) - 1
        parts = (
            f'{{"txHash":"0x{found.hex()}","result":{text}}}'
            for found, text in self._trace(block, request, first=0, last=last)
        )
        return f"[{','.join(parts)}]"

    def _trace(
        self, block: Block, request: TraceRequest, *, first: int, last: int
    ) -> Iterator[tuple[Hash32, str]]:
        """Yield hash and trace of the transactions from `first` to `last`."""
        header = block.header
        if header.number == 0 or header.number == self._canonical.first:
            raise NotTraceableError()
        parent = self._canonical.find_by_hash(header.parent_hash)
        if parent is None:
            raise UnknownParentError(parent_hash=header.parent_hash)
        ancestors = self._canonical.list_ancestor_hashes(header.parent_hash)
        context = build_context(block, self._config, ancestors)
        with self._retention.hold(parent.number, parent.state_root) as root:
            opened = execute_block(
                self._execution,
                root,
                replace(context, closes=False),
                block.transactions[:first],
                config=self._config,
                strict=True,
            )
        run = _Run(self._execution, block, context, opened.state_root)
        run.logs = sum(len(decode_receipt(raw).logs) for raw in opened.receipts)
        try:
            for index in range(first, last + 1):
                yield run.trace(index, request)
        finally:
            run.close()


class _Run:
    """A block that is executed transaction by transaction; holds the state of the last."""

    def __init__(
        self, execution: ExecutionLayer, block: Block, context: BlockContext, root: Hash32
    ) -> None:
        self._execution = execution
        self._block = block
        self._context = replace(context, opens=False, closes=False)
        self._root = root
        self.logs = 0

    def trace(self, index: int, request: TraceRequest) -> tuple[Hash32, str]:
        """Return hash and trace of the next transaction."""
        raw = self._block.transactions[index]
        tracer = new_tracer(request.tracer, request.budget)
        traced = self._execution.trace_transaction(
            self._root,
            self._context,
            [raw],
            _sink_of(tracer, request.budget),
            options=tracer.wanted,
        )
        before, self._root = self._root, traced.execution.state_root
        try:
            transaction = decode_transaction(raw)
            authorizations: Sequence[Authorization] = ()
            if isinstance(transaction, SetCodeTransaction):
                authorizations = transaction.authorization_list
            transaction_hash = traced.execution.hashes[0]
            subject = TraceSubject(
                fork=self._context.fork,
                sender=traced.execution.senders[0],
                beneficiary=self._context.beneficiary,
                authorities=_list_authorities(authorizations),
                gas_limit=transaction.gas_limit,
                result=traced.result,
                reader=self._execution,
                root_before=before,
                root_after=self._root,
                block_number=self._context.number,
                block_hash=self._block.hash,
                transaction_hash=transaction_hash,
                transaction_index=index,
                first_log=self.logs,
            )
            self.logs += len(traced.result.logs)
            return transaction_hash, tracer.build(subject)
        finally:
            self._execution.release(before)

    def close(self) -> None:
        """Give up the state."""
        self._execution.release(self._root)


def _sink_of(tracer: Tracer, budget: TraceBudget) -> TraceSink:
    take, count = tracer.take, budget.count_event

    def sink(event: TraceEvent) -> None:
        count()
        take(event)

    return sink


def _list_authorities(authorizations: Sequence[Authorization]) -> tuple[Address, ...]:
    found = []
    for authorization in authorizations:
        signature = Signature(authorization.y_parity, authorization.r, authorization.s)
        try:
            found.append(recover_address(hash_authorization(authorization), signature))
        except InvalidSignatureError:
            continue
    return tuple(found)
