"""State diffs: one encoding for each change, and nothing else decodes."""

from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.state_diff import (
    AccountChange,
    StateDiff,
    decode_state_diff,
    encode_state_diff,
)
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError

bytes32 = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
slots = st.dictionaries(bytes32, st.integers(0, 2**256 - 1), max_size=4)
kept = st.builds(
    AccountChange,
    address=addresses,
    nonce=st.integers(0, 2**64 - 1),
    balance=st.integers(0, 2**256 - 1),
    code_hash=bytes32,
    cleared=st.booleans(),
    slots=slots.map(lambda d: tuple(sorted(d.items()))),
)
gone = st.builds(AccountChange, address=addresses, cleared=st.booleans())
changes = st.lists(st.one_of(kept, gone), max_size=5, unique_by=lambda c: c.address)
codes = st.lists(st.binary(min_size=1, max_size=40), max_size=3, unique=True)


@given(changes, codes, st.randoms())
def test_a_diff_survives_in_whatever_order_it_was_collected(
    accounts: list[AccountChange], codes: list[bytes], random
) -> None:
    data = encode_state_diff(accounts, codes)
    assert decode_state_diff(data) == StateDiff(
        accounts=tuple(sorted(accounts, key=lambda c: c.address)),
        codes=tuple(sorted(codes, key=keccak256)),
    )
    random.shuffle(accounts)
    assert encode_state_diff(accounts, [*codes, *codes]) == data


@given(st.binary(max_size=100))
def test_any_bytes_decode_to_themselves_or_give_a_decode_error(data: bytes) -> None:
    try:
        diff = decode_state_diff(data)
    except DecodeError:
        return
    assert encode_state_diff(diff.accounts, diff.codes) == data


@given(changes, codes, st.integers(0, 2_000), st.integers(0, 255))
def test_a_damaged_diff_decodes_to_itself_or_not_at_all(
    accounts: list[AccountChange], codes: list[bytes], at: int, byte: int
) -> None:
    data = bytearray(encode_state_diff(accounts, codes))
    data[at % len(data)] = byte
    try:
        diff = decode_state_diff(bytes(data))
    except DecodeError:
        return
    assert encode_state_diff(diff.accounts, diff.codes) == bytes(data)
