"""What a chain may be told besides its genesis."""

from dataclasses import dataclass, field

from contractchain.chain.mempool import PoolLimits
from contractchain.chain.retention import DEFAULT_WINDOW


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSettings:
    """Limits of one process's view of a chain; none of them changes a block's validity."""

    pool_limits: PoolLimits = field(default_factory=PoolLimits)
    state_window: int = DEFAULT_WINDOW
    """Canonical blocks whose states stay in memory."""
    simulation_gas: int = 50_000_000
    """Gas that the calls of one simulation of blocks may use together."""
    gas_limit: int | None = None
    """Gas per block that blocks built here move towards; None keeps the parent's."""
