"""One transaction on a state: is it allowed here, what does it do, who pays.

py-evm runs the message; what surrounds it is here, once for all forks, because py-evm has it
spread over a class per fork and tied to its own transaction classes.

Spec:
    Yellow paper, section 6; EIP-161, 1559, 2929, 3529, 3607, 4844, 7623, 7702.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth._utils.address import generate_contract_address
from eth.exceptions import ContractCreationCollision
from eth.exceptions import Revert as RevertError
from eth.vm.message import Message as EvmMessage

from contractchain.codec.transaction import hash_authorization
from contractchain.crypto import Signature, recover_address
from contractchain.errors import (
    BlobFeeTooLowError,
    FeeTooLowError,
    InsufficientFundsError,
    InvalidSignatureError,
    NonceTooHighError,
    NonceTooLowError,
    SenderHasCodeError,
)
from contractchain.execution.pyevm.forks import name_halt
from contractchain.execution.pyevm.frames import make_log
from contractchain.execution.pyevm.world import World
from contractchain.execution.stateless import (
    AUTHORIZATION_GAS,
    MAX_NONCE,
    IntrinsicGas,
    fees_of,
    intrinsic_gas_of,
)
from contractchain.interfaces.execution_data import BlockContext
from contractchain.types import (
    ZERO_ADDRESS,
    AccessEntry,
    Address,
    Authorization,
    BlobTransaction,
    Fork,
    Halt,
    Hash32,
    LegacyTransaction,
    Log,
    Outcome,
    Revert,
    SetCodeTransaction,
    Success,
    Transaction,
)

GAS_PER_BLOB = 131_072
DELEGATION_PREFIX = b"\xef\x01\x00"
EXISTING_AUTHORITY_REFUND = AUTHORIZATION_GAS - 12_500
SELF_DESTRUCT_REFUND = 24_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything a transaction or a simulated call needs, rules of encoding left behind."""

    sender: Address
    to: Address | None
    value: int
    data: bytes
    gas_limit: int
    gas_price: int
    """Wei per gas that is paid."""
    gas: IntrinsicGas
    access_list: tuple[AccessEntry, ...] = ()
    authorization_list: tuple[Authorization, ...] = ()
    blob_versioned_hashes: tuple[Hash32, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What came of a run."""

    outcome: Outcome
    gas_used: int
    """Refunds deducted, floor applied."""
    max_gas_used: int
    """Before refunds, floor applied."""
    refunded: int
    """Gas."""
    logs: tuple[Log, ...]


def calculate_gas_price(max_fee: int, max_priority_fee: int, context: BlockContext) -> int:
    """Return what is paid per unit of gas, in wei (EIP-1559)."""
    if context.fork < Fork.LONDON:
        return max_fee
    return min(max_fee, context.base_fee_per_gas + max_priority_fee)


def run_of(transaction: Transaction, sender: Address, context: BlockContext) -> Run:
    """Return a checked transaction as a run in a block."""
    access_list: tuple[AccessEntry, ...] = ()
    if not isinstance(transaction, LegacyTransaction):
        access_list = transaction.access_list
    authorizations: tuple[Authorization, ...] = ()
    if isinstance(transaction, SetCodeTransaction):
        authorizations = transaction.authorization_list
    blobs: tuple[Hash32, ...] = ()
    if isinstance(transaction, BlobTransaction):
        blobs = transaction.blob_versioned_hashes
    return Run(
        sender=sender,
        to=transaction.to,
        value=transaction.value,
        data=transaction.data,
        gas_limit=transaction.gas_limit,
        gas_price=calculate_gas_price(*fees_of(transaction), context),
        gas=intrinsic_gas_of(transaction, context.fork),
        access_list=access_list,
        authorization_list=authorizations,
        blob_versioned_hashes=blobs,
    )


def validate_against_state(transaction: Transaction, sender: Address, state: Any) -> None:
    """Check the rules that need the block and the state.

    Raises:
        InvalidTransactionError: a rule is broken; the subclass says which.
    """
    context: BlockContext = state.context
    world: World = state.world
    max_fee, _ = fees_of(transaction)
    required = transaction.gas_limit * max_fee + transaction.value
    if context.fork >= Fork.LONDON and max_fee < context.base_fee_per_gas:
        raise FeeTooLowError(max_fee_per_gas=max_fee, base_fee_per_gas=context.base_fee_per_gas)
    if isinstance(transaction, BlobTransaction):
        max_blob_fee = transaction.max_fee_per_blob_gas
        if max_blob_fee < state.blob_base_fee:
            raise BlobFeeTooLowError(
                max_fee_per_blob_gas=max_blob_fee, blob_base_fee=state.blob_base_fee
            )
        required += GAS_PER_BLOB * len(transaction.blob_versioned_hashes) * max_blob_fee
    code = world.get_code(sender)
    if code and not (context.fork >= Fork.PRAGUE and is_delegation(code)):
        raise SenderHasCodeError()
    nonce = world.get_nonce(sender)
    if transaction.nonce < nonce:
        raise NonceTooLowError(got=transaction.nonce, expected=nonce)
    if transaction.nonce > nonce:
        raise NonceTooHighError(got=transaction.nonce, expected=nonce)
    balance = world.get_balance(sender)
    if balance < required:
        raise InsufficientFundsError(balance=balance, required=required)


def execute_run(state: Any, run: Run) -> RunResult:
    """Execute a run that the sender can pay for; the state is changed for good."""
    context: BlockContext = state.context
    world: World = state.world
    blob_fee = GAS_PER_BLOB * len(run.blob_versioned_hashes) * state.blob_base_fee
    upfront = run.gas_limit * run.gas_price + blob_fee
    world.set_balance(run.sender, world.get_balance(run.sender) - upfront)
    nonce = world.get_nonce(run.sender)
    world.set_nonce(run.sender, (nonce + 1) & MAX_NONCE)  # a simulation may pass the last one
    created = None if run.to is not None else generate_contract_address(run.sender, nonce)
    if context.fork >= Fork.BERLIN:
        _warm_up(world, run, created)
    refund = apply_authorizations(world, run.authorization_list, context.chain_id)
    computation = _compute(state, run, created, refund)

    gas_left = computation.get_gas_remaining()
    refund = computation.get_gas_refund()
    destroyed = computation.get_accounts_for_deletion()
    if context.fork < Fork.LONDON:
        refund += SELF_DESTRUCT_REFUND * len(destroyed)
    spent = run.gas_limit - gas_left
    refunded = min(refund, spent // (5 if context.fork >= Fork.LONDON else 2))
    gas_used = max(spent - refunded, run.gas.floor)

    _pay(world, run.sender, (run.gas_limit - gas_used) * run.gas_price)
    tip = run.gas_price
    if context.fork >= Fork.LONDON:
        tip = max(run.gas_price - context.base_fee_per_gas, 0)
    _pay(world, context.beneficiary, gas_used * tip)
    for address in destroyed:
        world.delete_account(address)
    if context.fork >= Fork.SPURIOUS_DRAGON:
        world.delete_touched_empty_accounts()
    return RunResult(
        outcome=_outcome_of(computation, created),
        gas_used=gas_used,
        max_gas_used=max(spent, run.gas.floor),
        refunded=refunded,
        logs=logs_of(computation),
    )


def apply_authorizations(
    world: World, authorizations: Sequence[Authorization], chain_id: int
) -> int:
    """Set the delegations that are valid, skip the others, and return the gas to refund."""
    refund = 0
    for authorization in authorizations:
        if authorization.chain_id not in (0, chain_id) or authorization.nonce == MAX_NONCE:
            continue
        signature = Signature(authorization.y_parity, authorization.r, authorization.s)
        try:
            authority = recover_address(hash_authorization(authorization), signature)
        except InvalidSignatureError:
            continue
        world.mark_address_warm(authority)
        code = world.get_code(authority)
        if code and not is_delegation(code):
            continue
        if world.get_nonce(authority) != authorization.nonce:
            continue
        if world.account_exists(authority):
            refund += EXISTING_AUTHORITY_REFUND
        target = authorization.address
        world.set_code(authority, b"" if target == ZERO_ADDRESS else DELEGATION_PREFIX + target)
        world.increment_nonce(authority)
    return refund


def is_delegation(code: bytes) -> bool:
    """Tell whether the code delegates to another account's (EIP-7702)."""
    return len(code) == 23 and code.startswith(DELEGATION_PREFIX)


def logs_of(computation: Any) -> tuple[Log, ...]:
    """Return the logs of a computation, in order; none if it failed."""
    return tuple(make_log(*entry) for entry in computation.get_log_entries())


def _pay(world: World, address: Address, amount: int) -> None:
    world.set_balance(address, world.get_balance(address) + amount)


def _warm_up(world: World, run: Run, created: Address | None) -> None:
    world.warm_up(run.sender)
    target = run.to if created is None else created
    if target is not None:
        world.warm_up(target)
    for entry in run.access_list:
        world.warm_up(entry.address, (int.from_bytes(slot, "big") for slot in entry.slots))


def _compute(state: Any, run: Run, created: Address | None, refund: int) -> Any:
    world: World = state.world
    context = state.get_transaction_context_class()(
        gas_price=run.gas_price,
        origin=run.sender,
        blob_versioned_hashes=run.blob_versioned_hashes,
    )
    code, delegate = run.data, None
    if run.to is not None:
        code = world.get_code(run.to)
        if state.context.fork >= Fork.PRAGUE and is_delegation(code):
            delegate = code[len(DELEGATION_PREFIX) :]
            world.mark_address_warm(delegate)
            code = world.get_code(delegate)
    message = EvmMessage(
        gas=run.gas_limit - run.gas.intrinsic,
        to=b"" if run.to is None else run.to,
        sender=run.sender,
        value=run.value,
        data=b"" if run.to is None else run.data,
        code=code,
        create_address=created,
        code_address=delegate,
        refund=refund,
        is_delegation=delegate is not None,
    )
    computation_class = state.computation_class
    if created is None:
        return computation_class.apply_message(state, message, context)
    if world.account_has_code_or_nonce(created):
        computation = state.get_computation(message, context)
        computation.error = ContractCreationCollision("the address is taken")
        recorder = vars(state).get("recorder")
        if recorder is not None:
            recorder.start(message)
            recorder.finish(computation)
        return computation
    return computation_class.apply_create_message(state, message, context)


def _outcome_of(computation: Any, created: Address | None) -> Outcome:
    if computation.is_success:
        return Success(return_data=bytes(computation.output), created_address=created)
    if isinstance(computation.error, RevertError):
        return Revert(data=bytes(computation.output))
    return Halt(reason=name_halt(computation.error))
