"""Whole blocks of calls that nobody signed, on a state that may be changed beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth._utils.address import generate_contract_address

from contractchain.errors import (
    CallRefusedError,
    GasLimitExceededError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    SimulationLimitError,
    ValidationError,
)
from contractchain.execution.pyevm.events import add_transfer, start_recording
from contractchain.execution.pyevm.forks import open_state
from contractchain.execution.pyevm.overriding import (
    Overrides,
    override_accounts,
    override_precompiles,
)
from contractchain.execution.pyevm.simulation import execute_message
from contractchain.execution.pyevm.states import StateStore
from contractchain.execution.pyevm.system import close_block, open_block
from contractchain.execution.pyevm.transactions import GAS_PER_BLOB, RunResult
from contractchain.execution.pyevm.world import World
from contractchain.execution.stateless import MAX_NONCE
from contractchain.interfaces.execution_data import BlockContext, Message
from contractchain.interfaces.simulation_data import (
    Event,
    PlannedCall,
    SimulatedBlock,
    SimulatedCall,
    SimulationTerms,
)
from contractchain.types import Fork, Hash32, Log, Success


@dataclass(slots=True)
class _Block:
    """A block while it is simulated."""

    gas_used: int = 0
    blob_gas_used: int = 0
    calls: list[SimulatedCall] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)


def simulate_block(
    store: StateStore,
    parent_root: Hash32,
    context: BlockContext,
    calls: Sequence[PlannedCall],
    terms: SimulationTerms,
    overrides: Overrides,
) -> SimulatedBlock:
    """Simulate a block; see `contractchain.interfaces.execution.Simulator`."""
    world = World(store, parent_root)
    override_accounts(world, overrides)
    state = open_state(world, context)
    override_precompiles(state, overrides)
    open_block(state)
    block = _Block()
    for index, call in enumerate(calls):
        try:
            _take(store, state, block, call, terms)
        except ValidationError as error:
            raise CallRefusedError(
                block_number=context.number, index=index, reason=error
            ) from error
    requests_hash = close_block(state, block.logs)
    changes, codes = world.collect_changes()
    return SimulatedBlock(
        state_root=store.apply(parent_root, changes, codes),
        requests_hash=requests_hash,
        gas_used=block.gas_used,
        blob_gas_used=block.blob_gas_used,
        calls=tuple(block.calls),
    )


def _take(
    store: StateStore, state: Any, block: _Block, call: PlannedCall, terms: SimulationTerms
) -> None:
    context: BlockContext = state.context
    world: World = state.world
    message = call.message
    gas_limit = _find_gas_limit(context, block, message, terms)
    held = world.get_nonce(message.sender)
    nonce = held if call.nonce is None else call.nonce
    _validate_nonce(message, nonce, held, terms)
    if terms.traces_transfers:
        start_recording(state)
        recipient = message.to or generate_contract_address(message.sender, held)
        add_transfer(state.events, message.sender, recipient, message.value)
    result = execute_message(state, message, gas_limit, validates=terms.validates)
    world.end_transaction()
    block.gas_used += result.gas_used
    block.blob_gas_used += GAS_PER_BLOB * len(message.blob_versioned_hashes)
    block.logs.extend(result.logs)
    state_root = None
    if context.fork < Fork.BYZANTIUM:
        state_root = store.calculate_root(world.state_root, world.collect_changes()[0])
    block.calls.append(
        SimulatedCall(
            nonce=nonce,
            gas_limit=gas_limit,
            outcome=result.outcome,
            gas_used=result.gas_used,
            max_gas_used=result.max_gas_used,
            events=_events_of(state, result, terms),
            state_root=state_root,
        )
    )


def _find_gas_limit(
    context: BlockContext, block: _Block, message: Message, terms: SimulationTerms
) -> int:
    """Return what the call asks for, within what block and simulation have left."""
    available = context.gas_limit - block.gas_used
    wanted = available if message.gas_limit is None else message.gas_limit
    if wanted > available:
        raise GasLimitExceededError(gas_limit=wanted, available=available)
    left = terms.gas - block.gas_used
    if left <= 0:
        raise SimulationLimitError("the gas that one simulation may use is used up")
    return min(wanted, left)


def _validate_nonce(message: Message, nonce: int, held: int, terms: SimulationTerms) -> None:
    if not terms.validates:
        if message.to is None and held == MAX_NONCE:
            raise NonceOverflowError()
    elif nonce > held:
        raise NonceTooHighError(got=nonce, expected=held)
    elif nonce < held:
        raise NonceTooLowError(got=nonce, expected=held)
    elif nonce == MAX_NONCE:
        raise NonceOverflowError()


def _events_of(state: Any, result: RunResult, terms: SimulationTerms) -> tuple[Event, ...]:
    if not isinstance(result.outcome, Success):
        return ()
    return tuple(state.events) if terms.traces_transfers else result.logs
