"""Fee arithmetic, against py-evm and against worked examples of the EIPs."""

from dataclasses import replace
from types import SimpleNamespace

from eth.vm.forks.cancun.state import fake_exponential
from eth.vm.forks.london.headers import calculate_expected_base_fee_per_gas
from hypothesis import given
from hypothesis import strategies as st

from contractchain.chain.fees import (
    GAS_PER_BLOB,
    calculate_base_fee_per_gas,
    calculate_blob_base_fee,
    calculate_effective_gas_price,
    calculate_excess_blob_gas,
    calculate_gas_limit,
)
from contractchain.types import Header
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

PARENT = Header(parent_hash=bytes(32), base_fee_per_gas=10**9)


@given(
    gas_limit=st.integers(5_000, 2**40),
    used=st.floats(0, 1),
    base_fee=st.integers(7, 10**15),
)
def test_the_base_fee_is_that_of_py_evm(gas_limit: int, used: float, base_fee: int) -> None:
    gas_used = int(gas_limit * used)
    parent = replace(PARENT, gas_limit=gas_limit, gas_used=gas_used, base_fee_per_gas=base_fee)
    theirs = SimpleNamespace(
        gas_limit=gas_limit, gas_used=gas_used, base_fee_per_gas=base_fee, block_number=1
    )
    assert calculate_base_fee_per_gas(parent) == calculate_expected_base_fee_per_gas(theirs)


def test_a_base_fee_rises_by_at_least_one_wei() -> None:
    parent = replace(PARENT, gas_limit=30_000_000, gas_used=15_000_001, base_fee_per_gas=1)
    assert calculate_base_fee_per_gas(parent) == 2


def test_the_first_london_block_starts_at_one_gwei() -> None:
    parent = replace(PARENT, base_fee_per_gas=None)
    assert calculate_base_fee_per_gas(parent, parent_is_london=False) == 10**9


@given(st.integers(0, 2**27))
def test_the_blob_base_fee_is_that_of_py_evm(excess: int) -> None:
    fraction = CANCUN_BLOBS.base_fee_update_fraction
    assert calculate_blob_base_fee(excess, CANCUN_BLOBS) == fake_exponential(1, excess, fraction)


def test_excess_blob_gas_is_what_is_used_beyond_the_target() -> None:
    parent = replace(PARENT, excess_blob_gas=GAS_PER_BLOB, blob_gas_used=9 * GAS_PER_BLOB)
    assert calculate_excess_blob_gas(parent, PRAGUE_BLOBS, is_osaka=False) == 4 * GAS_PER_BLOB
    idle = replace(PARENT, excess_blob_gas=GAS_PER_BLOB, blob_gas_used=0)
    assert calculate_excess_blob_gas(idle, PRAGUE_BLOBS, is_osaka=False) == 0


def test_a_schedule_that_allows_no_blobs_has_an_excess_all_the_same() -> None:
    """The parent may have had blobs, under the schedule before it."""
    none = BlobSchedule(target=0, max=0, base_fee_update_fraction=1_000_000)
    parent = replace(PARENT, excess_blob_gas=0, blob_gas_used=2 * GAS_PER_BLOB)
    assert calculate_excess_blob_gas(parent, none, is_osaka=True) == 0
    assert calculate_excess_blob_gas(parent, none, is_osaka=False) == 2 * GAS_PER_BLOB


@given(
    fraction=st.integers(1_000_000, 50_000_000),
    target=st.integers(1, 64),
    room=st.integers(0, 64),
    excess=st.integers(0, 2**28),
    blobs=st.integers(0, 128),
    base_fee=st.integers(0, 10**12),
)
def test_the_reserve_price_holds_under_any_schedule(
    fraction: int, target: int, room: int, excess: int, blobs: int, base_fee: int
) -> None:
    """EIP-7918, with the exponential of py-evm for the price of a blob."""
    schedule = BlobSchedule(target=target, max=target + room, base_fee_update_fraction=fraction)
    used = min(blobs, schedule.max) * GAS_PER_BLOB
    parent = replace(PARENT, excess_blob_gas=excess, blob_gas_used=used, base_fee_per_gas=base_fee)
    price = fake_exponential(1, excess, fraction)
    if excess + used < target * GAS_PER_BLOB:
        expected = 0
    elif 2**13 * base_fee > GAS_PER_BLOB * price:
        expected = excess + used * (schedule.max - schedule.target) // schedule.max
    else:
        expected = excess + used - target * GAS_PER_BLOB
    assert calculate_excess_blob_gas(parent, schedule, is_osaka=True) == expected


def test_from_osaka_on_cheap_blobs_keep_the_excess_from_falling() -> None:
    """EIP-7918: with a blob fee below the execution cost, excess grows with every blob."""
    parent = replace(
        PARENT,
        excess_blob_gas=10 * GAS_PER_BLOB,
        blob_gas_used=6 * GAS_PER_BLOB,
        base_fee_per_gas=10**9,
    )
    grown = calculate_excess_blob_gas(parent, PRAGUE_BLOBS, is_osaka=True)
    assert grown == 10 * GAS_PER_BLOB + 6 * GAS_PER_BLOB * 3 // 9
    cheap = replace(parent, base_fee_per_gas=1)
    assert calculate_excess_blob_gas(cheap, PRAGUE_BLOBS, is_osaka=True) == 10 * GAS_PER_BLOB


def test_a_parent_before_cancun_has_no_excess() -> None:
    assert (
        calculate_excess_blob_gas(
            PARENT, BlobSchedule(target=3, max=6, base_fee_update_fraction=1), is_osaka=False
        )
        == 0
    )


@given(st.integers(5_000, 2**40), st.integers(0, 2**41))
def test_a_gas_limit_moves_within_its_bounds_towards_what_is_wanted(
    parent: int, desired: int
) -> None:
    limit = calculate_gas_limit(parent, desired)
    assert limit >= 5_000
    assert abs(limit - parent) < max(parent // 1024, 1)
    assert abs(limit - max(desired, 5_000)) <= abs(parent - max(desired, 5_000))


def test_the_price_paid_is_capped_by_the_maximum() -> None:
    assert calculate_effective_gas_price(100, 10, 50) == 60
    assert calculate_effective_gas_price(55, 10, 50) == 55
    assert calculate_effective_gas_price(55, 10, None) == 55
