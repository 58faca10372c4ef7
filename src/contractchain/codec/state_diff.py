"""The change from one world state to another, as bytes that both engines write alike.

RLP of `[accounts, codes]`. `accounts` is sorted by address; each is
`[address, account, cleared, slots]`, where `account` is empty if the account is gone and
`[nonce, balance, code_hash]` otherwise, `cleared` is 1 if the previous storage is wiped first,
and `slots` holds `[slot, value]` sorted by slot, value 0 deleting it. Only what really changed
appears: `cleared` is 1 only where there was storage, and then no slot has value 0. `codes` holds
the code of every account whose code hash changed, each once, sorted by hash. A whole state is a
diff from the empty one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from contractchain.codec.rlp import (
    Item,
    as_bytes,
    as_int,
    as_list,
    decode,
    encode,
    encode_int,
    wrap_list,
)
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError
from contractchain.types import Address, Hash32

WHAT = "state diff"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What became of one account."""

    address: Address
    nonce: int = 0
    balance: int = 0
    """Wei."""
    code_hash: Hash32 = b""
    """Empty if the account is gone."""
    cleared: bool = False
    """Whether the previous storage is wiped before `slots` are written."""
    slots: tuple[tuple[Hash32, int], ...] = ()
    """New values of changed slots; 0 deletes."""

    @property
    def is_deleted(self) -> bool:
        """Whether the account is gone."""
        return self.code_hash == b""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDiff:
    """All changes of a block."""

    accounts: tuple[AccountChange, ...] = ()
    codes: tuple[bytes, ...] = ()
    """New codes."""


def encode_state_diff(accounts: Iterable[AccountChange], codes: Iterable[bytes]) -> bytes:
    """Return the canonical encoding; the order of the arguments does not matter."""
    entries = sorted((change.address, _encode_change(change)) for change in accounts)
    unique = sorted(set(codes), key=keccak256)
    return wrap_list(wrap_list(b"".join(entry for _, entry in entries)) + encode(unique))


def _encode_change(change: AccountChange) -> bytes:
    """Return the entry of one account; by parts, for a genesis may have a million of them."""
    body = _EMPTY_LIST
    if not change.is_deleted:
        body = encode([encode_int(change.nonce), encode_int(change.balance), change.code_hash])
    slots = _EMPTY_LIST
    if change.slots:
        slots = encode([(slot, encode_int(value)) for slot, value in sorted(change.slots)])
    cleared = _TRUE if change.cleared else _FALSE
    return wrap_list(encode(change.address) + body + cleared + slots)


_EMPTY_LIST, _FALSE, _TRUE = encode([]), encode(b""), encode(b"\x01")


def decode_state_diff(data: bytes) -> StateDiff:
    """Decode a state diff.

    Raises:
        DecodeError: not canonical RLP, fields of the wrong shape, or out of order.
    """
    accounts_item, codes_item = as_list(decode(data, WHAT), WHAT, length=2)
    accounts = tuple(_decode_change(item) for item in as_list(accounts_item, WHAT))
    addresses = [change.address for change in accounts]
    if any(a >= b for a, b in pairwise(addresses)):
        raise DecodeError("accounts out of order", what=WHAT)
    codes = tuple(as_bytes(item, WHAT) for item in as_list(codes_item, WHAT))
    hashes = [keccak256(code) for code in codes]
    if any(a >= b for a, b in pairwise(hashes)):
        raise DecodeError("codes out of order", what=WHAT)
    return StateDiff(accounts=accounts, codes=codes)


def _decode_change(item: Item) -> AccountChange:
    address_item, body_item, cleared, slots_item = as_list(item, WHAT, length=4)
    slots = []
    for pair in as_list(slots_item, WHAT):
        slot, value = as_list(pair, WHAT, length=2)
        slots.append((as_bytes(slot, WHAT, size=32), as_int(value, WHAT)))
    if any(a >= b for (a, _), (b, _) in pairwise(slots)):
        raise DecodeError("slots out of order", what=WHAT)
    address = as_bytes(address_item, WHAT, size=20)
    body = as_list(body_item, WHAT)
    flag = as_int(cleared, WHAT, bits=8)
    if flag > 1:
        raise DecodeError(f"`cleared` is {flag}, must be 0 or 1", what=WHAT)
    is_cleared = flag == 1
    if not body:
        if slots:
            raise DecodeError("an account that is gone has no slots", what=WHAT)
        return AccountChange(address=address, cleared=is_cleared)
    nonce, balance, code_hash = as_list(body, WHAT, length=3)
    return AccountChange(
        address=address,
        nonce=as_int(nonce, WHAT, bits=64),
        balance=as_int(balance, WHAT),
        code_hash=as_bytes(code_hash, WHAT, size=32),
        cleared=is_cleared,
        slots=tuple(slots),
    )
