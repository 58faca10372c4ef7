"""Checks of a header against its parent that need no state and no consensus engine.

Seals and whose turn it is are the engine's (`HeaderRules.verify`); difficulty before the merge is
in `contractchain.chain.difficulty`; roots are compared when the block is executed.

Spec:
    Yellow paper, section 4.3.4; EIP-1559, 3675, 4895, 4844, 4788, 7685, 7691.
"""

from contractchain.chain.dao import validate_mark
from contractchain.chain.difficulty import validate_difficulty
from contractchain.chain.fees import (
    ELASTICITY,
    GAS_LIMIT_ADJUSTMENT,
    GAS_PER_BLOB,
    MIN_GAS_LIMIT,
    calculate_base_fee_per_gas,
    calculate_excess_blob_gas,
)
from contractchain.chain.forks import fork_of
from contractchain.errors import InvalidHeaderError
from contractchain.types import EMPTY_UNCLES_HASH, ChainConfig, Fork, Header

MAX_EXTRA_DATA_BYTES = 32
MAX_GAS_LIMIT = 2**63 - 1
MAX_TIMESTAMP = 2**64 - 1
FIELDS_SINCE: tuple[tuple[str, Fork], ...] = (
    ("base_fee_per_gas", Fork.LONDON),
    ("withdrawals_root", Fork.SHANGHAI),
    ("blob_gas_used", Fork.CANCUN),
    ("excess_blob_gas", Fork.CANCUN),
    ("parent_beacon_block_root", Fork.CANCUN),
    ("requests_hash", Fork.PRAGUE),
)
"""Optional fields and the fork from which on a header has them."""


def validate_header(
    header: Header,
    parent: Header,
    config: ChainConfig,
    *,
    max_extra_data_bytes: int | None = MAX_EXTRA_DATA_BYTES,
) -> None:
    """Check that a header may follow `parent`, whose hash it names.

    Args:
        header: The header to check.
        parent: Header of the block it builds on.
        config: Fork schedule.
        max_extra_data_bytes: None if the consensus engine keeps its own data there.

    Raises:
        InvalidHeaderError: the first rule that is broken, with the field.
    """
    fork = fork_of(config, header)
    if header.number != parent.number + 1:
        raise _fault("number", f"must be {parent.number + 1}, not {header.number}")
    if not parent.timestamp < header.timestamp <= MAX_TIMESTAMP:
        raise _fault(
            "timestamp", f"must be above the parent's {parent.timestamp}, not {header.timestamp}"
        )
    if max_extra_data_bytes is not None and len(header.extra_data) > max_extra_data_bytes:
        raise _fault(
            "extra_data", f"at most {max_extra_data_bytes} bytes, not {len(header.extra_data)}"
        )
    validate_mark(header, config)
    is_first_london = fork >= Fork.LONDON > fork_of(config, parent)
    _validate_gas(header, parent, is_first_london=is_first_london)
    _validate_presence(header, fork)
    if fork >= Fork.LONDON:
        _validate_base_fee(header, parent, is_first_london=is_first_london)
    if fork >= Fork.PARIS:
        _validate_after_merge(header)
    validate_difficulty(header, parent, config)
    if fork >= Fork.CANCUN:
        _validate_blobs(header, parent, config, fork)


def _fault(field_name: str, message: str) -> InvalidHeaderError:
    return InvalidHeaderError(message, field_name=field_name)


def _validate_presence(header: Header, fork: Fork) -> None:
    for name, since in FIELDS_SINCE:
        is_there = getattr(header, name) is not None
        if is_there != (fork >= since):
            verb = "has no place before" if is_there else "must be there from"
            raise _fault(name, f"{verb} {since.value}, the block is under {fork.value}")


def _validate_gas(header: Header, parent: Header, *, is_first_london: bool) -> None:
    if not MIN_GAS_LIMIT <= header.gas_limit <= MAX_GAS_LIMIT:
        raise _fault(
            "gas_limit", f"must be from {MIN_GAS_LIMIT} to {MAX_GAS_LIMIT}, not {header.gas_limit}"
        )
    parent_limit = parent.gas_limit
    if is_first_london:
        parent_limit *= ELASTICITY
    room = parent_limit // GAS_LIMIT_ADJUSTMENT
    if abs(header.gas_limit - parent_limit) >= max(room, 1):
        raise _fault(
            "gas_limit",
            f"{header.gas_limit} is not within {room - 1} of the parent's {parent_limit}",
        )
    if header.gas_used > header.gas_limit:
        raise _fault("gas_used", f"{header.gas_used} exceeds the gas limit {header.gas_limit}")


def _validate_base_fee(header: Header, parent: Header, *, is_first_london: bool) -> None:
    expected = calculate_base_fee_per_gas(parent, parent_is_london=not is_first_london)
    if header.base_fee_per_gas != expected:
        raise _fault("base_fee_per_gas", f"must be {expected}, not {header.base_fee_per_gas}")


def _validate_after_merge(header: Header) -> None:
    if header.difficulty != 0:
        raise _fault("difficulty", f"must be 0 after the merge, not {header.difficulty}")
    if header.nonce != bytes(8):
        raise _fault("nonce", "must be zero after the merge")
    if header.uncles_hash != EMPTY_UNCLES_HASH:
        raise _fault("uncles_hash", "must be that of the empty list after the merge")


def _validate_blobs(header: Header, parent: Header, config: ChainConfig, fork: Fork) -> None:
    schedule = config.blob_schedule_at(header.timestamp)
    if schedule is None:
        raise _fault("excess_blob_gas", "the chain has no blob schedule for this time")
    used = header.blob_gas_used or 0
    if used > schedule.max * GAS_PER_BLOB:
        raise _fault("blob_gas_used", f"{used} exceeds {schedule.max} blobs")
    if used % GAS_PER_BLOB:
        raise _fault("blob_gas_used", f"{used} is not a multiple of {GAS_PER_BLOB}")
    expected = calculate_excess_blob_gas(parent, schedule, is_osaka=fork >= Fork.OSAKA)
    if header.excess_blob_gas != expected:
        raise _fault("excess_blob_gas", f"must be {expected}, not {header.excess_blob_gas}")
