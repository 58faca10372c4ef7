"""What a simulation of blocks is asked for, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from contractchain.chain.headers import MAX_TIMESTAMP
from contractchain.chain.views import LogView, TransactionView
from contractchain.errors import BlockOrderError, InvalidHeaderError, SimulationLimitError
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.interfaces.simulation_data import PlannedCall
from contractchain.types import Address, Block, Hash32, Header, Outcome, Withdrawal

MAX_BLOCKS = 256
"""Of one simulation, those that fill gaps included; as many as BLOCKHASH reaches back."""
DEFAULT_SECONDS = 12
"""Between two blocks of which nobody says when they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOverrides:
    """Fields of a block that differ from those it would have; None where they do not."""

    number: int | None = None
    """The blocks between are simulated without calls."""
    timestamp: int | None = None
    """Seconds."""
    gas_limit: int | None = None
    """None: that of the block before, as with `beneficiary` and `difficulty`."""
    beneficiary: Address | None = None
    difficulty: int | None = None
    """Counts before the merge only."""
    prev_randao: Hash32 | None = None
    """None: zero, as with `parent_beacon_block_root`."""
    base_fee_per_gas: int | None = None
    """Wei per gas; None: what follows from the block before if fees are validated, else 0."""
    blob_base_fee: int | None = None
    """Wei per blob gas, for calls only: no header has it."""
    parent_beacon_block_root: Hash32 | None = None
    withdrawals: tuple[Withdrawal, ...] | None = None
    """None: there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """A call, and the transaction that stands for it in the block."""

    call: PlannedCall
    type: int | None = None
    """EIP-2718; None: the newest that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """A block that is to be simulated."""

    block: BlockOverrides = BlockOverrides()
    accounts: Mapping[Address, AccountOverride] = field(default_factory=dict)
    """Changes to the state before the block."""
    calls: tuple[CallPlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """Blocks that are to be simulated one after the other."""

    blocks: tuple[BlockPlan, ...]
    validates: bool = False
    """Whether nonces must be right and the base fee be paid."""
    traces_transfers: bool = False
    """Whether movements of ether appear among the logs (ERC-7528)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A simulated call."""

    outcome: Outcome
    gas_used: int
    max_gas_used: int
    """Before refunds."""
    logs: tuple[LogView, ...]
    """Movements of ether among them if they are traced; those are in no receipt and no bloom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBlockView:
    """A simulated block; nothing of it is kept by the chain."""

    block: Block
    """Its transactions are not signed."""
    transactions: tuple[TransactionView, ...]
    calls: tuple[CallView, ...]


def complete_blocks(plans: tuple[BlockPlan, ...], base: Header) -> list[BlockPlan]:
    """Return the blocks that follow `base`, gaps filled, each with its number and timestamp.

    Raises:
        BlockOrderError: a number or timestamp is not above the one before.
        SimulationLimitError: more than 256 blocks.
        InvalidHeaderError: a timestamp beyond 64 bits.
    """
    blocks: list[BlockPlan] = []
    number, timestamp = base.number, base.timestamp
    for plan in plans:
        wanted = number + 1 if plan.block.number is None else plan.block.number
        if wanted <= number:
            raise BlockOrderError(field_name="number", got=wanted, previous=number)
        if wanted - base.number > MAX_BLOCKS:
            raise SimulationLimitError(f"one simulation has at most {MAX_BLOCKS} blocks")
        while number + 1 < wanted:
            number, timestamp = number + 1, timestamp + DEFAULT_SECONDS
            blocks.append(BlockPlan(block=BlockOverrides(number=number, timestamp=timestamp)))
        given = plan.block.timestamp
        if given is not None and given <= timestamp:
            raise BlockOrderError(field_name="timestamp", got=given, previous=timestamp)
        number, timestamp = wanted, timestamp + DEFAULT_SECONDS if given is None else given
        if timestamp > MAX_TIMESTAMP:
            raise InvalidHeaderError("beyond 64 bits", field_name="timestamp")
        dated = replace(plan.block, number=number, timestamp=timestamp)
        blocks.append(replace(plan, block=dated))
    return blocks
