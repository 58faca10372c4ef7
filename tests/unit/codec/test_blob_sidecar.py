"""Both wrappers of blob transactions: told apart from other transactions, read, and checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.blob_sidecar import has_sidecar, hash_commitment, split_sidecar
from contractchain.codec.rlp import Item, encode, wrap_list
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import derive_accounts
from contractchain.errors import ContractChainError, DecodeError, InvalidSidecarError
from contractchain.types import BlobTransaction, DynamicFeeTransaction

KEY = derive_accounts("test test test test test test test test test test test junk", 1)[0]
POINT = bytes.fromhex("c0") + bytes(47)
BLOB = bytes(131_072)
TARGET = b"\xaa" * 20


def signed(count: int = 1, chain_id: int = 1) -> bytes:
    """Return a blob transaction as blocks hold it."""
    transaction = BlobTransaction(
        chain_id=chain_id,
        nonce=0,
        gas_limit=21_000,
        to=TARGET,
        max_fee_per_gas=1,
        max_priority_fee_per_gas=1,
        blob_versioned_hashes=(hash_commitment(POINT),) * count,
    )
    return encode_transaction(sign_transaction(transaction, KEY.private_key))


def wrap(raw: bytes, *rest: Item) -> bytes:
    """Return a transaction with what travels along."""
    return b"\x03" + wrap_list(raw[1:] + b"".join(map(encode, rest)))


@pytest.mark.parametrize("chain_id", [1, 31337])
def test_a_block_s_transaction_has_no_sidecar(chain_id: int) -> None:
    assert not has_sidecar(signed(chain_id=chain_id))
    other = DynamicFeeTransaction(
        chain_id=chain_id,
        nonce=0,
        gas_limit=21_000,
        to=TARGET,
        max_fee_per_gas=1,
        max_priority_fee_per_gas=1,
    )
    assert not has_sidecar(encode_transaction(sign_transaction(other, KEY.private_key)))


@pytest.mark.parametrize("count", [1, 2])
def test_both_wrappers_give_the_transaction_and_its_sidecar(count: int) -> None:
    raw = signed(count)
    plain = wrap(raw, [BLOB] * count, [POINT] * count, [POINT] * count)
    versioned = wrap(raw, b"\x01", [BLOB] * count, [POINT] * count, [POINT] * 128 * count)
    for wrapped, has_cells in ((plain, False), (versioned, True)):
        assert has_sidecar(wrapped)
        encoded, sidecar = split_sidecar(wrapped)
        assert encoded == raw
        assert sidecar.has_cell_proofs is has_cells
        assert sidecar.blobs == (BLOB,) * count


@pytest.mark.parametrize(
    ("rest", "error"),
    [
        ([[], [], []], InvalidSidecarError),
        ([[BLOB], [POINT], []], InvalidSidecarError),
        ([[BLOB], [POINT], [POINT] * 128], InvalidSidecarError),
        ([b"\x01", [BLOB], [POINT], [POINT]], InvalidSidecarError),
        ([[BLOB], [b"\xb0" + POINT[1:]], [POINT]], InvalidSidecarError),
        ([b"\x02", [BLOB], [POINT], [POINT] * 128], DecodeError),
        ([[BLOB[:-1]], [POINT], [POINT]], DecodeError),
        ([[BLOB], [POINT[:-1]], [POINT]], DecodeError),
        ([[BLOB], [POINT]], DecodeError),
        ([b"", [BLOB], [POINT], [POINT], []], DecodeError),
    ],
)
def test_a_sidecar_that_does_not_fit_is_refused(
    rest: list[Item], error: type[ContractChainError]
) -> None:
    with pytest.raises(error):
        split_sidecar(wrap(signed(), *rest))


@given(st.binary(max_size=80))
def test_any_bytes_give_a_transaction_or_a_typed_error(data: bytes) -> None:
    raw = b"\x03" + data
    if has_sidecar(raw):
        with pytest.raises(ContractChainError):
            split_sidecar(raw)
