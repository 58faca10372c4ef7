"""What a block does besides its transactions: system calls, withdrawals, rewards, requests.

Spec:
    EIP-4788, 2935, 4895, 6110, 7002, 7251, 7685; yellow paper, section 11.3 (rewards).
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from eth.vm.message import Message as EvmMessage

from contractchain.errors import InvalidBlockError
from contractchain.execution.pyevm.world import World
from contractchain.interfaces.execution_data import BlockContext
from contractchain.types import ZERO_HASH, Address, Fork, Hash32, Log

SYSTEM_ADDRESS = bytes.fromhex("fffffffffffffffffffffffffffffffffffffffe")
SYSTEM_CALL_GAS = 30_000_000
BEACON_ROOTS_ADDRESS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
HISTORY_ADDRESS = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
WITHDRAWAL_REQUESTS_ADDRESS = bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002")
CONSOLIDATION_REQUESTS_ADDRESS = bytes.fromhex("0000bbddc7ce488642fb579f8b00f3a590007251")

DEPOSIT_REQUEST, WITHDRAWAL_REQUEST, CONSOLIDATION_REQUEST = b"\x00", b"\x01", b"\x02"
DEPOSIT_EVENT = bytes.fromhex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5")
DEPOSIT_FIELDS = ((160, 48), (256, 32), (320, 8), (384, 96), (512, 8))
"""(offset, length) of public key, withdrawal credentials, amount, signature, index."""
DEPOSIT_LOG_BYTES = 576

GWEI = 10**9
ETHER = 10**18


def open_block(state: Any) -> None:
    """Make the system calls that come before the transactions; the genesis block has none."""
    context: BlockContext = state.context
    if context.number == 0:
        return
    if context.fork >= Fork.CANCUN:
        _call(state, BEACON_ROOTS_ADDRESS, context.parent_beacon_block_root or ZERO_HASH)
    if context.fork >= Fork.PRAGUE:
        _call(state, HISTORY_ADDRESS, context.parent_hash)


def close_block(state: Any, logs: Iterable[Log]) -> Hash32 | None:
    """Pay withdrawals and rewards, collect the requests, and return their hash.

    Returns:
        The requests hash, None before Prague.

    Raises:
        InvalidBlockError: a request contract has no code or fails, or a deposit log is malformed.
    """
    context: BlockContext = state.context
    world: World = state.world
    if context.fork >= Fork.SHANGHAI:
        for withdrawal in context.withdrawals or ():
            _pay(world, withdrawal.address, withdrawal.amount_gwei * GWEI)
    if context.fork < Fork.PARIS:
        _pay_rewards(world, context)
    _finish(state)
    if context.fork < Fork.PRAGUE:
        return None
    requests = (
        DEPOSIT_REQUEST + b"".join(_parse_deposits(logs, context.deposit_contract)),
        WITHDRAWAL_REQUEST + _call_checked(state, WITHDRAWAL_REQUESTS_ADDRESS, "withdrawal"),
        CONSOLIDATION_REQUEST
        + _call_checked(state, CONSOLIDATION_REQUESTS_ADDRESS, "consolidation"),
    )
    digests = (sha256(request).digest() for request in requests if len(request) > 1)
    return sha256(b"".join(digests)).digest()


def _pay_rewards(world: World, context: BlockContext) -> None:
    reward = 5 * ETHER
    if context.fork >= Fork.CONSTANTINOPLE:
        reward = 2 * ETHER
    elif context.fork >= Fork.BYZANTIUM:
        reward = 3 * ETHER
    for number, beneficiary in context.uncles:
        _pay(world, beneficiary, (8 - (context.number - number)) * reward // 8)
    _pay(world, context.beneficiary, reward + len(context.uncles) * (reward // 32))


def _call(state: Any, address: Address, data: bytes) -> Any:
    """Call a system contract; without code there, nothing happens and None is returned."""
    code = state.world.get_code(address)
    if not code:
        return None
    if state.context.fork >= Fork.BERLIN:
        state.world.mark_address_warm(address)
    context = state.get_transaction_context_class()(gas_price=0, origin=SYSTEM_ADDRESS)
    message = EvmMessage(
        gas=SYSTEM_CALL_GAS, to=address, sender=SYSTEM_ADDRESS, value=0, data=data, code=code
    )
    computation = state.computation_class.apply_message(state, message, context)
    for destroyed in computation.get_accounts_for_deletion():
        state.world.delete_account(destroyed)
    _finish(state)
    return computation


def _call_checked(state: Any, address: Address, name: str) -> bytes:
    computation = _call(state, address, b"")
    if computation is None:
        raise InvalidBlockError(
            f"the {name} request contract 0x{address.hex()} has no code",
            hint="the genesis must hold the system contracts of Prague",
        )
    if computation.is_error:
        raise InvalidBlockError(f"the {name} request contract 0x{address.hex()} failed")
    return bytes(computation.output)


def _finish(state: Any) -> None:
    if state.context.fork >= Fork.SPURIOUS_DRAGON:
        state.world.delete_touched_empty_accounts()
    state.world.end_transaction()


def _parse_deposits(logs: Iterable[Log], contract: Address) -> Iterable[bytes]:
    for log in logs:
        if log.address == contract and log.topics[:1] == (DEPOSIT_EVENT,):
            yield _parse_deposit(log.data)


def _parse_deposit(data: bytes) -> bytes:
    def word(at: int) -> int:
        return int.from_bytes(data[at : at + 32], "big")

    has_layout = len(data) == DEPOSIT_LOG_BYTES and all(
        word(32 * i) == offset and word(offset) == length
        for i, (offset, length) in enumerate(DEPOSIT_FIELDS)
    )
    if not has_layout:
        raise InvalidBlockError("a deposit log is not laid out as EIP-6110 says")
    return b"".join(data[offset + 32 : offset + 32 + n] for offset, n in DEPOSIT_FIELDS)


def _pay(world: World, address: Address, amount: int) -> None:
    world.set_balance(address, world.get_balance(address) + amount)
