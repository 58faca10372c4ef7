"""Hypothesis strategies for the objects of the protocol."""

from hypothesis import strategies as st

from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    Block,
    DynamicFeeTransaction,
    Header,
    LegacyTransaction,
    Log,
    Receipt,
    SetCodeTransaction,
    Withdrawal,
)

uint64 = st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 1))
uint256 = st.one_of(st.integers(0, 300), st.integers(0, 2**256 - 1))
bytes20 = st.binary(min_size=20, max_size=20)
bytes32 = st.binary(min_size=32, max_size=32)
parity = st.integers(0, 1)

access_lists = st.lists(
    st.builds(AccessEntry, address=bytes20, slots=st.lists(bytes32, max_size=3).map(tuple)),
    max_size=3,
).map(tuple)
authorizations = st.builds(
    Authorization,
    chain_id=uint256,
    address=bytes20,
    nonce=uint64,
    y_parity=st.integers(0, 255),
    r=uint256,
    s=uint256,
)
_common = {
    "nonce": uint64,
    "gas_limit": uint64,
    "to": st.one_of(st.none(), bytes20),
    "value": uint256,
    "data": st.binary(max_size=80),
    "y_parity": parity,
    "r": uint256,
    "s": uint256,
}
_listed = {**_common, "chain_id": uint64, "access_list": access_lists}
_priced = {**_listed, "max_priority_fee_per_gas": uint256, "max_fee_per_gas": uint256}
legacy_transactions = st.builds(
    LegacyTransaction, **_common, gas_price=uint256, chain_id=st.one_of(st.none(), uint64)
)
transactions = st.one_of(
    legacy_transactions,
    st.builds(AccessListTransaction, **_listed, gas_price=uint256),
    st.builds(DynamicFeeTransaction, **_priced),
    st.builds(
        BlobTransaction,
        **_priced,
        max_fee_per_blob_gas=uint256,
        blob_versioned_hashes=st.lists(bytes32, max_size=3).map(tuple),
    ),
    st.builds(
        SetCodeTransaction,
        **_priced,
        authorization_list=st.lists(authorizations, max_size=2).map(tuple),
    ),
)

logs = st.builds(
    Log,
    address=bytes20,
    topics=st.lists(bytes32, max_size=4).map(tuple),
    data=st.binary(max_size=70),
)
receipts = st.builds(
    Receipt,
    type=st.integers(0, 4),
    succeeded=st.booleans(),
    cumulative_gas_used=uint64,
    logs=st.lists(logs, max_size=3).map(tuple),
)
withdrawals = st.builds(
    Withdrawal, index=uint64, validator_index=uint64, address=bytes20, amount_gwei=uint64
)

_LATER = {
    "base_fee_per_gas": uint256,
    "withdrawals_root": bytes32,
    "blob_gas_used": uint64,
    "excess_blob_gas": uint64,
    "parent_beacon_block_root": bytes32,
    "requests_hash": bytes32,
}
FIELD_COUNTS = (0, 1, 2, 5, 6)
"""Later header fields under Berlin, London, Shanghai, Cancun and Prague."""


@st.composite
def headers(draw: st.DrawFn) -> Header:
    later = dict(list(_LATER.items())[: draw(st.sampled_from(FIELD_COUNTS))])
    return draw(
        st.builds(
            Header,
            parent_hash=bytes32,
            uncles_hash=bytes32,
            beneficiary=bytes20,
            state_root=bytes32,
            transactions_root=bytes32,
            receipts_root=bytes32,
            logs_bloom=st.binary(min_size=256, max_size=256),
            difficulty=uint256,
            number=uint64,
            gas_limit=uint64,
            gas_used=uint64,
            timestamp=uint64,
            extra_data=st.binary(max_size=40),
            prev_randao=bytes32,
            nonce=st.binary(min_size=8, max_size=8),
            **later,
        )
    )


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    from contractchain.codec.block import hash_header
    from contractchain.codec.transaction import encode_transaction

    header = draw(headers())
    listed = st.lists(transactions.map(encode_transaction), max_size=3).map(tuple)
    return Block(
        header=header,
        hash=hash_header(header),
        transactions=draw(listed),
        uncles=draw(st.lists(headers(), max_size=2).map(tuple)),
        withdrawals=draw(st.one_of(st.none(), st.lists(withdrawals, max_size=2).map(tuple))),
    )
