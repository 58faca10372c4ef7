"""A connection to a node over JSON-RPC, by HTTP or WebSocket, one request at a time.

Every wait for an answer is bounded, and so is its size. The parser has a nesting limit of its own:
the one of Python's `json` is Python's recursion limit, which py-evm raises beyond what the C stack
can hold.

Spec:
    ethereum/execution-apis; JSON-RPC 2.0.
"""

import json
import time
from contextlib import suppress
from typing import Any, TypeVar

import orjson

from contractchain.chain import (
    BlockReference,
    BlockTag,
    LogFilter,
    LogView,
    ReceiptView,
    SuggestedFees,
    TransactionView,
)
from contractchain.chain.references import describe_reference
from contractchain.chain.simulation_plan import SimulationPlan
from contractchain.chain.tracers import CallTracerOptions, TracerOptions
from contractchain.chain.tracers.options import to_config
from contractchain.client.call_trees import read_failure
from contractchain.client.connection import AccountState, BlockSummary, SimulatedBlock
from contractchain.client.http_transport import HttpTransport
from contractchain.client.registry import ChainIdentity
from contractchain.client.rpc_json import (
    read_block,
    read_bytes,
    read_logs,
    read_quantity,
    read_receipt,
    read_transaction,
    write_log_filter,
    write_message,
    write_reference,
)
from contractchain.client.simulation_json import read_simulation, write_simulation
from contractchain.client.subscriptions import Subscription, Wanted
from contractchain.client.transport import PushTransport, Transport, parse_url
from contractchain.codec.hexadecimal import to_hex
from contractchain.errors import (
    BlockNotFoundError,
    DecodeError,
    NodeRefusedError,
    NodeResponseError,
    ReceiptTimeoutError,
    UsageError,
)
from contractchain.interfaces.execution_data import CallResult, Message
from contractchain.types import Address, Halt, Hash32, Outcome, Revert, Success

T = TypeVar("T")
TIMEOUT_SECONDS = 30
POLL_SECONDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
DEFAULT_PRIORITY_FEE = 1_000_000_000
_HALTS = {
    "out of gas": "out-of-gas",
    "outofgas": "out-of-gas",
    "invalid opcode": "invalid-opcode",
    "invalidfeopcode": "invalid-opcode",
    "opcodenotfound": "invalid-opcode",
    "invalid jump": "invalid-jump",
    "invalidjump": "invalid-jump",
    "stack underflow": "stack-underflow",
    "stackunderflow": "stack-underflow",
    "stack limit": "stack-overflow",
    "stackoverflow": "stack-overflow",
    "max code size exceeded": "code-size-limit",
    "evm error": "",
}
"""What nodes say of a call that failed exceptionally, in lower case, and the reason it is."""


class RemoteConnection:
    """Reads from, calls on and sends to a node."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Prepare to talk to a node; nothing is sent yet.

        Args:
            url: `http://host:port/path`, `https://…`, `ws://…` or `wss://…`, with user and password
                if need be.
            timeout_seconds: For one request.

        Raises:
            UsageError: not such a URL.
        """
        address = parse_url(url)
        if address.is_websocket:
            from contractchain.client.websocket_transport import WebSocketTransport

            self._pushing: PushTransport | None = WebSocketTransport(address, timeout_seconds)
            self._transport: Transport = self._pushing
        else:
            self._pushing = None
            self._transport = HttpTransport(address, timeout_seconds)
        self._url = address.shown
        self._asked = 0
        self._identity: ChainIdentity | None = None

    @property
    def place(self) -> str:
        """The URL, without user and password."""
        return self._url

    @property
    def can_push(self) -> bool:
        """Whether the node can tell of what happens on this connection."""
        return self._pushing is not None

    def request(self, method: str, *params: Any) -> Any:
        """Return the result of one JSON-RPC request.

        Raises:
            NodeUnreachableError: nobody answers, or not in time.
            NodeResponseError: the answer is not JSON-RPC.
            NodeRefusedError: the answer is an error.
        """
        self._asked += 1
        body = {"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params}
        status, answer = self._transport.exchange(json.dumps(body).encode(), self._asked)
        try:
            document = orjson.loads(answer)
        except ValueError:
            document = None
        if not isinstance(document, dict) or not {"result", "error"} & set(document):
            raise NodeResponseError(
                f"the answer is not JSON-RPC ({status}: {_excerpt(answer)})",
                url=self._url,
            )
        error = document.get("error")
        if error is not None:
            raise self._refusal(method, error)
        return document["result"]

    def _refusal(self, method: str, error: object) -> NodeRefusedError:
        fields = error if isinstance(error, dict) else {"message": str(error)}
        data = fields.get("data")
        if isinstance(data, dict):
            data = data.get("data") or data.get("result")
        code = fields.get("code")
        return NodeRefusedError(
            str(fields.get("message", ""))[:500],
            url=self._url,
            method=method,
            rpc_code=code if isinstance(code, int) else 0,
            data=data if isinstance(data, str) else "",
        )

    def identity(self) -> ChainIdentity:
        """Return chain id and genesis hash, which are asked for once."""
        if self._identity is None:
            chain_id = self._read(read_quantity, self.request("eth_chainId"))
            genesis_hash = self.get_block(BlockTag.EARLIEST).hash
            self._identity = ChainIdentity(chain_id=chain_id, genesis_hash=genesis_hash)
        return self._identity

    def get_block(self, reference: BlockReference) -> BlockSummary:
        """Return a block. Raises BlockNotFoundError."""
        if isinstance(reference, bytes):
            found = self.request("eth_getBlockByHash", to_hex(reference), False)
        else:
            found = self.request("eth_getBlockByNumber", write_reference(reference), False)
        if found is None:
            raise BlockNotFoundError(block=describe_reference(reference))
        block: BlockSummary = self._read(read_block, found)
        return block

    def get_account(self, address: Address, at: BlockReference) -> AccountState:
        """Return an account as of a block."""
        where = (to_hex(address), write_reference(at))
        return AccountState(
            balance=self._read(read_quantity, self.request("eth_getBalance", *where)),
            nonce=self._read(read_quantity, self.request("eth_getTransactionCount", *where)),
            code=self.get_code(address, at),
        )

    def get_code(self, address: Address, at: BlockReference) -> bytes:
        """Return the runtime code at an address; empty if it is no contract."""
        result = self.request("eth_getCode", to_hex(address), write_reference(at))
        return bytes(self._read(read_bytes, result))

    def find_transaction(self, transaction_hash: Hash32) -> TransactionView | None:
        """Return a transaction, mined or pending."""
        found = self.request("eth_getTransactionByHash", to_hex(transaction_hash))
        return None if found is None else self._read(read_transaction, found)

    def find_receipt(self, transaction_hash: Hash32) -> ReceiptView | None:
        """Return a receipt, None while the transaction is not mined."""
        found = self.request("eth_getTransactionReceipt", to_hex(transaction_hash))
        return None if found is None else self._read(read_receipt, found)

    def find_outcome(self, transaction_hash: Hash32) -> Outcome | None:
        """Return how a mined transaction ended.

        A receipt does not say why a transaction failed, so it is traced. On a node without traces
        it is called again on the state before its block: exact if it was the first of its block,
        otherwise the likely reason. None if the call succeeds there although the transaction
        failed.
        """
        receipt = self.find_receipt(transaction_hash)
        view = self.find_transaction(transaction_hash)
        if receipt is None or view is None:
            return None
        if receipt.succeeded:
            return Success(created_address=receipt.contract_address)
        with suppress(NodeRefusedError, NodeResponseError):
            top = self.trace(transaction_hash, CallTracerOptions(only_top_call=True))
            failure: Outcome = self._read(read_failure, top)
            return failure
        message = Message(
            sender=view.sender,
            to=view.transaction.to,
            value=view.transaction.value,
            data=view.transaction.data,
            gas_limit=view.transaction.gas_limit,
        )
        outcome = self.call(message, max(receipt.block_number - 1, 0)).outcome
        return None if isinstance(outcome, Success) else outcome

    def call(self, message: Message, at: BlockReference) -> CallResult:
        """Execute a message call; the gas used is not known over JSON-RPC and reads as 0."""
        try:
            result = self.request("eth_call", write_message(message), write_reference(at))
        except NodeRefusedError as error:
            return CallResult(outcome=_outcome_of(error), gas_used=0)
        return CallResult(outcome=Success(return_data=self._read(read_bytes, result)), gas_used=0)

    def estimate_gas(self, message: Message) -> int | Outcome:
        """Return the least gas limit that succeeds now, or the failure at any limit."""
        try:
            result = self.request("eth_estimateGas", write_message(message))
        except NodeRefusedError as error:
            return _outcome_of(error)
        gas: int = self._read(read_quantity, result)
        return gas

    def simulate(self, plan: SimulationPlan, at: BlockReference) -> tuple[SimulatedBlock, ...]:
        """Execute calls in blocks on top of a block, as `eth_simulateV1` of the node does."""
        result = self.request("eth_simulateV1", write_simulation(plan), write_reference(at))
        try:
            return read_simulation(result, plan)
        except DecodeError as error:
            raise NodeResponseError(str(error), url=self._url) from error

    def trace(self, transaction_hash: Hash32, tracer: TracerOptions) -> Any:
        """Return what a tracer of the node tells of a mined transaction."""
        return self.request("debug_traceTransaction", to_hex(transaction_hash), to_config(tracer))

    def get_next_nonce(self, address: Address) -> int:
        """Return the nonce for the next transaction of an account."""
        result = self.request("eth_getTransactionCount", to_hex(address), "pending")
        nonce: int = self._read(read_quantity, result)
        return nonce

    def suggest_fees(self) -> SuggestedFees:
        """Return fees for a transaction that is sent now."""
        base_fee = self.get_block(BlockTag.LATEST).header.base_fee_per_gas or 0
        try:
            priority = self._read(read_quantity, self.request("eth_maxPriorityFeePerGas"))
        except NodeRefusedError:
            priority = DEFAULT_PRIORITY_FEE
        return SuggestedFees(
            base_fee_per_gas=base_fee,
            max_priority_fee_per_gas=priority,
            max_fee_per_gas=2 * base_fee + priority,
            blob_base_fee=0,
        )

    def submit(self, raw: bytes) -> Hash32:
        """Send a signed transaction. Raises NodeRefusedError if it is not taken."""
        result = self.request("eth_sendRawTransaction", to_hex(raw))
        return bytes(self._read(read_bytes, result))

    def wait_for_receipt(self, transaction_hash: Hash32, *, timeout_seconds: int) -> ReceiptView:
        """Return the receipt once the transaction is in a block."""
        deadline = time.monotonic() + timeout_seconds
        pauses = iter(POLL_SECONDS)
        pause = 0.0
        while True:
            receipt = self.find_receipt(transaction_hash)
            if receipt is not None:
                return receipt
            if time.monotonic() > deadline:
                raise ReceiptTimeoutError(
                    transaction_hash=transaction_hash, timeout_seconds=timeout_seconds
                )
            pause = next(pauses, pause)
            time.sleep(pause)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def subscribe(self, wanted: Wanted[T]) -> Subscription[T]:
        """Have the node tell of what happens, as an iterator.

        Args:
            wanted: `NEW_HEADS`, `NEW_TRANSACTIONS` or `new_logs(…)`.

        Raises:
            UsageError: the connection is not by `ws://` or `wss://`.
            NodeRefusedError: the node has no such subscriptions.
        """
        if self._pushing is None:
            raise UsageError(
                f"{self._url} cannot tell of what happens",
                hint="HTTP only answers: connect by ws:// or wss://",
            )
        identifier = self.request("eth_subscribe", *wanted.parameters)
        return Subscription(self, self._pushing, wanted, str(identifier))

    def find_logs(
        self, wanted: LogFilter, first: BlockReference, last: BlockReference
    ) -> list[LogView]:
        """Return the matching logs of the blocks `first` to `last`."""
        bounds = {"fromBlock": write_reference(first), "toBlock": write_reference(last)}
        found = self.request("eth_getLogs", write_log_filter(wanted) | bounds)
        logs: list[LogView] = self._read(read_logs, found)
        return logs

    def _read(self, read: Any, value: Any) -> Any:
        try:
            return read(value)
        except DecodeError as error:
            raise NodeResponseError(str(error), url=self._url) from error


def _outcome_of(error: NodeRefusedError) -> Outcome:
    """Return the failure of a call that a node reports as an error.

    Raises:
        NodeRefusedError: the error is about something else.
    """
    message = error.message.lower()
    if error.data.startswith("0x") and (error.rpc_code == 3 or "revert" in message):
        try:
            return Revert(data=read_bytes(error.data))
        except DecodeError:
            raise error from None
    if "revert" in message:
        return Revert()
    for text, reason in _HALTS.items():
        if text in message:
            return Halt(reason=reason or f"other: {error.message}")
    raise error


def _excerpt(answer: bytes) -> str:
    text = answer[:80].decode(errors="replace").strip()
    return repr(text) if text else "no body"
