"""Conversions between types, as laws and as cases."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.ast import DataLocation
from contractchain.lang.semantics.conversions import (
    find_common_type,
    is_explicitly_convertible,
    is_implicitly_convertible,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    ADDRESS_PAYABLE,
    BOOL,
    ArrayType,
    BytesType,
    FixedBytesType,
    IntegerType,
    RationalType,
    StringLiteralType,
    StringType,
    Type,
)

integers = st.builds(IntegerType, st.integers(1, 32).map(lambda size: size * 8), st.booleans())
fixed_bytes = st.builds(FixedBytesType, st.integers(1, 32))
values = st.one_of(integers, fixed_bytes, st.sampled_from((ADDRESS, ADDRESS_PAYABLE, BOOL)))
MEMORY, STORAGE, CALLDATA = DataLocation.MEMORY, DataLocation.STORAGE, DataLocation.CALLDATA


@given(values, values)
def test_what_converts_by_itself_converts_when_asked(source: Type, target: Type) -> None:
    if is_implicitly_convertible(source, target):
        assert is_explicitly_convertible(source, target)


@given(values, values)
def test_conversion_both_ways_means_the_same_type(left: Type, right: Type) -> None:
    if is_implicitly_convertible(left, right) and is_implicitly_convertible(right, left):
        assert left == right


@given(values, values)
def test_the_common_type_takes_both_and_is_one_of_them(left: Type, right: Type) -> None:
    common = find_common_type(left, right)
    if common is not None:
        assert common in (left, right)
        assert is_implicitly_convertible(left, common)
        assert is_implicitly_convertible(right, common)


@given(integers, st.integers(-(2**256), 2**256))
def test_a_literal_fits_exactly_the_integers_that_hold_it(type_: IntegerType, value: int) -> None:
    fits = type_.minimum <= value <= type_.maximum
    assert is_implicitly_convertible(RationalType(Fraction(value)), type_) == fits


@given(st.integers(-(2**255), 2**256 - 1))
def test_the_smallest_integer_type_of_a_literal_is_the_smallest(value: int) -> None:
    type_ = RationalType(Fraction(value)).integer_type
    assert type_ is not None
    assert type_.minimum <= value <= type_.maximum
    if type_.bits > 8:
        smaller = IntegerType(type_.bits - 8, type_.is_signed)
        assert not smaller.minimum <= value <= smaller.maximum


@pytest.mark.parametrize(
    ("source", "target", "implicit", "explicit"),
    [
        (IntegerType(256, False), ADDRESS, False, False),
        (IntegerType(160, False), ADDRESS, False, True),
        (ADDRESS, IntegerType(160, False), False, True),
        (ADDRESS_PAYABLE, IntegerType(160, False), False, False),
        (ADDRESS_PAYABLE, ADDRESS, True, True),
        (ADDRESS, ADDRESS_PAYABLE, False, True),
        (IntegerType(8, True), IntegerType(256, False), False, False),
        (IntegerType(8, True), IntegerType(8, False), False, True),
        (IntegerType(8, False), IntegerType(16, True), False, False),
        (FixedBytesType(4), FixedBytesType(32), True, True),
        (FixedBytesType(32), FixedBytesType(4), False, True),
        (FixedBytesType(4), IntegerType(32, False), False, True),
        (FixedBytesType(4), IntegerType(64, False), False, False),
        (BytesType(), StringType(), False, True),
        (BytesType(), FixedBytesType(4), False, True),
        (StringType(), FixedBytesType(4), False, False),
        (StringLiteralType(b"abc"), FixedBytesType(3), True, True),
        (StringLiteralType(b"abcd"), FixedBytesType(3), False, False),
        (StringLiteralType(b"\xff"), StringType(), False, False),
        (StringLiteralType(b"\xff"), BytesType(), True, True),
        (StringLiteralType(b"a"), StringType(CALLDATA), False, False),
        (RationalType(Fraction(0)), FixedBytesType(7), True, True),
        (RationalType(Fraction(1), 4), FixedBytesType(2), True, True),
        (RationalType(Fraction(1), 4), FixedBytesType(3), False, False),
    ],
)
def test_conversions_are_those_of_the_language(
    source: Type, target: Type, implicit: bool, explicit: bool
) -> None:
    assert is_implicitly_convertible(source, target) is implicit
    assert is_explicitly_convertible(source, target) is explicit


def array(length: int | None, location: DataLocation, *, is_pointer: bool = True) -> ArrayType:
    return ArrayType(IntegerType(256, False), length, location, is_pointer)


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        (array(None, MEMORY), array(None, STORAGE, is_pointer=False), True),
        (array(None, MEMORY), array(None, STORAGE), False),
        (array(None, STORAGE, is_pointer=False), array(None, STORAGE), True),
        (array(None, STORAGE), array(None, MEMORY), True),
        (array(None, CALLDATA), array(None, MEMORY), True),
        (array(None, MEMORY), array(None, CALLDATA), False),
        (array(3, MEMORY), array(None, STORAGE, is_pointer=False), True),
        (array(3, MEMORY), array(4, STORAGE, is_pointer=False), True),
        (array(4, MEMORY), array(3, STORAGE, is_pointer=False), False),
        (array(3, MEMORY), array(4, MEMORY), False),
        (array(3, MEMORY), array(None, MEMORY), False),
    ],
)
def test_arrays_are_bound_or_copied_by_location(source: Type, target: Type, allowed: bool) -> None:
    assert is_implicitly_convertible(source, target) is allowed
