"""Arithmetic of fees and gas limits between a block and its parent.

Spec:
    EIP-1559, 4844, 7691, 7840, 7918.
"""

from contractchain.errors import InvalidHeaderError
from contractchain.types import Header
from contractchain.types.fork import BlobSchedule

ELASTICITY = 2
"""A block may use twice its gas target."""
BASE_FEE_CHANGE_DENOMINATOR = 8
INITIAL_BASE_FEE = 10**9
"""Wei per gas of the first London block."""
GAS_LIMIT_ADJUSTMENT = 1024
"""The gas limit moves by less than this fraction of the parent's."""
MIN_GAS_LIMIT = 5_000
GAS_PER_BLOB = 2**17
MIN_BLOB_BASE_FEE = 1
"""Wei per blob gas."""
BLOB_BASE_COST = 2**13
"""Gas; price floor of a blob in terms of execution (EIP-7918)."""
SUGGESTED_PRIORITY_FEE = 10**9
"""Wei per gas."""


def calculate_base_fee_per_gas(parent: Header, *, parent_is_london: bool = True) -> int:
    """Return the base fee that a child of `parent` must carry, in wei per gas.

    The fee moves towards the gas target by at most one eighth per block.

    Args:
        parent: Header of the preceding block.
        parent_is_london: False for the last block before London.

    Raises:
        InvalidHeaderError: a London parent that carries no base fee.

    Spec:
        EIP-1559.
    """
    if not parent_is_london:
        return INITIAL_BASE_FEE
    fee = parent.base_fee_per_gas
    if fee is None:
        raise InvalidHeaderError("the parent carries no base fee", field_name="base_fee_per_gas")
    target = parent.gas_limit // ELASTICITY
    if parent.gas_used == target or target == 0:
        return fee
    if parent.gas_used > target:
        step = fee * (parent.gas_used - target) // target // BASE_FEE_CHANGE_DENOMINATOR
        return fee + max(step, 1)
    return fee - fee * (target - parent.gas_used) // target // BASE_FEE_CHANGE_DENOMINATOR


def calculate_excess_blob_gas(parent: Header, schedule: BlobSchedule, *, is_osaka: bool) -> int:
    """Return the excess blob gas that a child of `parent` must carry.

    Args:
        parent: Header of the preceding block; one before Cancun counts as having none.
        schedule: Blob parameters in force for the child.
        is_osaka: Whether the child is under Osaka, where blobs have a reserve price.

    Spec:
        EIP-4844, EIP-7918.
    """
    used = parent.blob_gas_used or 0
    excess = parent.excess_blob_gas or 0
    target = schedule.target * GAS_PER_BLOB
    if excess + used < target:
        return 0
    if is_osaka:
        blob_fee = calculate_blob_base_fee(excess, schedule)
        if BLOB_BASE_COST * (parent.base_fee_per_gas or 0) > GAS_PER_BLOB * blob_fee:
            # A schedule may allow no blobs at all.
            return excess + used * (schedule.max - schedule.target) // max(schedule.max, 1)
    return excess + used - target


def calculate_blob_base_fee(excess_blob_gas: int, schedule: BlobSchedule) -> int:
    """Return the blob base fee, in wei per blob gas.

    Spec:
        EIP-4844 `fake_exponential`.
    """
    denominator = schedule.base_fee_update_fraction
    index = 1
    total = 0
    term = MIN_BLOB_BASE_FEE * denominator
    while term > 0:
        total += term
        term = term * excess_blob_gas // (denominator * index)
        index += 1
    return total // denominator


def calculate_gas_limit(parent_gas_limit: int, desired: int) -> int:
    """Return the gas limit closest to `desired` that a child block may have."""
    room = max(parent_gas_limit // GAS_LIMIT_ADJUSTMENT - 1, 0)
    low = max(parent_gas_limit - room, MIN_GAS_LIMIT)
    return min(max(desired, low), parent_gas_limit + room)


def calculate_effective_gas_price(
    max_fee_per_gas: int, max_priority_fee_per_gas: int, base_fee_per_gas: int | None
) -> int:
    """Return what a transaction pays, in wei per gas (EIP-1559)."""
    if base_fee_per_gas is None:
        return max_fee_per_gas
    return min(max_fee_per_gas, base_fee_per_gas + max_priority_fee_per_gas)
