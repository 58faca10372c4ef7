"""Message calls that leave no trace: `eth_call`, gas estimation, access lists."""

from dataclasses import replace
from typing import Any

from eth._utils.address import generate_contract_address

from contractchain.codec.state_diff import encode_state_diff
from contractchain.errors import (
    BlobFeeTooLowError,
    FeeTooLowError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    NonceOverflowError,
    PriorityFeeAboveMaxFeeError,
)
from contractchain.execution.pyevm.forks import open_state
from contractchain.execution.pyevm.overriding import (
    Overrides,
    override_accounts,
    override_precompiles,
)
from contractchain.execution.pyevm.states import StateStore
from contractchain.execution.pyevm.tracing import Recorder, start_tracing
from contractchain.execution.pyevm.transactions import (
    GAS_PER_BLOB,
    Run,
    RunResult,
    calculate_gas_price,
    execute_run,
)
from contractchain.execution.pyevm.world import World
from contractchain.execution.stateless import (
    MAX_NONCE,
    IntrinsicGas,
    calculate_intrinsic_gas,
    validate_init_code,
)
from contractchain.interfaces.execution_data import (
    BlockContext,
    CallResult,
    Message,
    TracedCall,
)
from contractchain.types import (
    AccessEntry,
    Address,
    Fork,
    Hash32,
    Outcome,
    Success,
)

MAX_ACCESS_LIST_RUNS = 8
"""Runs after which a list that keeps changing is given back as it is."""
CALL_STIPEND = 2_300
"""Gas that a call with value hands to the callee for free."""


def call(
    store: StateStore,
    root: Hash32,
    context: BlockContext,
    message: Message,
    overrides: Overrides,
) -> CallResult:
    """Execute a call; see `Simulator.call`."""
    return _call(_open(store, root, context, overrides), message)


def trace_call(
    store: StateStore,
    root: Hash32,
    context: BlockContext,
    message: Message,
    overrides: Overrides,
    recorder: Recorder,
) -> TracedCall:
    """Execute a call that is recorded; see `Tracer.trace_call`."""
    state = _open(store, root, context, overrides)
    start_tracing(state, recorder)
    result = _call(state, message)
    state.world.end_transaction()
    return TracedCall(result=result, state_diff=encode_state_diff(*state.world.collect_changes()))


def _call(state: Any, message: Message) -> CallResult:
    gas_limit = state.context.gas_limit if message.gas_limit is None else message.gas_limit
    result = _execute(state, message, gas_limit)
    return CallResult(outcome=result.outcome, gas_used=result.gas_used, logs=result.logs)


def estimate_gas(
    store: StateStore, root: Hash32, context: BlockContext, message: Message, overrides: Overrides
) -> int | Outcome:
    """Return the least sufficient gas limit; see `contractchain.interfaces.execution.Simulator`."""

    def attempt(gas_limit: int) -> RunResult:
        return _execute(_open(store, root, context, overrides), message, gas_limit)

    high = context.gas_limit if message.gas_limit is None else message.gas_limit
    balance = _open(store, root, context, overrides).world.get_balance(message.sender)
    if balance < message.value:
        raise InsufficientFundsError(balance=balance, required=message.value)
    if message.max_fee_per_gas:
        high = min(high, (balance - message.value) // message.max_fee_per_gas)
    result = attempt(high)
    if not isinstance(result.outcome, Success):
        return result.outcome
    low = result.gas_used - 1  # no limit below what was spent can do
    # Most calls need what they spent, or a 64th more for the frames below (EIP-150).
    spent = result.gas_used + result.refunded
    guesses = [result.gas_used, spent, (spent + CALL_STIPEND) * 64 // 63]
    required = _intrinsic_gas(context, message).required
    while low + 1 < high:
        middle = guesses.pop(0) if guesses else (low + high) // 2
        if not low < middle < high:
            continue
        if middle >= required and isinstance(attempt(middle).outcome, Success):
            high = middle
        else:
            low = middle
    return high


def create_access_list(
    store: StateStore, root: Hash32, context: BlockContext, message: Message
) -> tuple[tuple[AccessEntry, ...], CallResult]:
    """Return what the call touches; see `contractchain.interfaces.execution.Simulator`.

    Declaring what was touched changes gas, and with it perhaps what is touched; so the call is
    repeated with the list it gave until the list stays the same. Sender, target, beneficiary,
    precompiles and contracts made on the way are in the list only with slots of theirs.
    """
    gas_limit = context.gas_limit if message.gas_limit is None else message.gas_limit
    entries: tuple[AccessEntry, ...] = ()
    for _ in range(MAX_ACCESS_LIST_RUNS):
        declared = entries
        state = _open(store, root, context, {})
        result = _execute(state, replace(message, access_list=declared), gas_limit)
        entries = _touched(state, message)
        if entries == declared:
            break
    call_result = CallResult(outcome=result.outcome, gas_used=result.gas_used, logs=result.logs)
    return declared, call_result


def _open(store: StateStore, root: Hash32, context: BlockContext, overrides: Overrides) -> Any:
    world = World(store, root)
    override_accounts(world, overrides)
    state = open_state(world, context)
    override_precompiles(state, overrides)
    return state


def _execute(state: Any, message: Message, gas_limit: int) -> RunResult:
    return execute_message(state, message, gas_limit, counts_nonce=True)


def execute_message(
    state: Any,
    message: Message,
    gas_limit: int,
    *,
    validates: bool = False,
    counts_nonce: bool = False,
) -> RunResult:
    """Execute a call that nobody signed; the state is changed for good.

    Args:
        state: py-evm's state object.
        message: The call.
        gas_limit: What it may use.
        validates: Whether fees are due even if the call offers none.
        counts_nonce: Whether the sender must have a nonce after this one.

    Raises:
        InvalidTransactionError: fees, size of init code, nonce, intrinsic gas or funds are not
            right, in this order.
    """
    context: BlockContext = state.context
    world: World = state.world
    _validate_fees(state, message, validates=validates)
    if message.to is None:
        validate_init_code(message.data, context.fork)
    if counts_nonce and world.get_nonce(message.sender) == MAX_NONCE:
        raise NonceOverflowError()
    gas = _intrinsic_gas(context, message)
    if gas_limit < gas.required:
        raise IntrinsicGasTooLowError(gas_limit=gas_limit, required=gas.required)
    balance = world.get_balance(message.sender)
    blob_gas = GAS_PER_BLOB * len(message.blob_versioned_hashes)
    required = gas_limit * message.max_fee_per_gas + message.value
    required += blob_gas * message.max_fee_per_blob_gas
    if balance < required:
        raise InsufficientFundsError(balance=balance, required=required)
    price = 0
    if message.max_fee_per_gas:
        price = calculate_gas_price(
            message.max_fee_per_gas, message.max_priority_fee_per_gas, context
        )
    run = Run(
        sender=message.sender,
        to=message.to,
        value=message.value,
        data=message.data,
        gas_limit=gas_limit,
        gas_price=price,
        gas=gas,
        access_list=message.access_list,
        authorization_list=message.authorization_list,
        blob_versioned_hashes=message.blob_versioned_hashes,
    )
    usual_fee = state.blob_base_fee
    if blob_gas and not message.max_fee_per_blob_gas and not validates:
        state.blob_base_fee = 0
    try:
        return execute_run(state, run)
    finally:
        state.blob_base_fee = usual_fee


def _validate_fees(state: Any, message: Message, *, validates: bool) -> None:
    context: BlockContext = state.context
    max_fee = message.max_fee_per_gas
    if message.max_priority_fee_per_gas > max_fee:
        raise PriorityFeeAboveMaxFeeError(
            max_priority_fee_per_gas=message.max_priority_fee_per_gas, max_fee_per_gas=max_fee
        )
    is_due = (validates or max_fee > 0) and context.fork >= Fork.LONDON
    if is_due and max_fee < context.base_fee_per_gas:
        raise FeeTooLowError(max_fee_per_gas=max_fee, base_fee_per_gas=context.base_fee_per_gas)
    max_blob_fee = message.max_fee_per_blob_gas
    is_due = validates or max_blob_fee > 0
    if message.blob_versioned_hashes and is_due and max_blob_fee < state.blob_base_fee:
        raise BlobFeeTooLowError(
            max_fee_per_blob_gas=max_blob_fee, blob_base_fee=state.blob_base_fee
        )


def _intrinsic_gas(context: BlockContext, message: Message) -> IntrinsicGas:
    return calculate_intrinsic_gas(
        context.fork,
        message.data,
        is_creation=message.to is None,
        access_list=message.access_list,
        authorizations=len(message.authorization_list),
    )


def _touched(state: Any, message: Message) -> tuple[AccessEntry, ...]:
    world: World = state.world
    target = message.to
    if target is None:
        target = generate_contract_address(message.sender, world.get_nonce(message.sender) - 1)
    known = {
        *(message.sender, target, state.context.beneficiary),
        *state.computation_class.get_precompiles(),
    }
    slots: dict[Address, set[Hash32]] = {
        address: set()
        for address in world.accessed_addresses - known
        if not world.is_created(address)
    }
    for address, slot in world.accessed_slots:
        slots.setdefault(address, set()).add(slot.to_bytes(32, "big"))
    return tuple(
        AccessEntry(address=address, slots=tuple(sorted(slots[address])))
        for address in sorted(slots)
    )
