"""Headers and blocks against py-evm's own classes, and against bytes that are none."""

import pytest
from codec_strategies import blocks, headers, withdrawals
from eth.rlp.headers import BlockHeader
from eth.vm.forks.cancun.blocks import CancunBlockHeader
from eth.vm.forks.london.blocks import LondonBlockHeader
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth.vm.forks.shanghai.blocks import ShanghaiBlockHeader
from eth.vm.forks.shanghai.withdrawals import Withdrawal as OtherWithdrawal
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.block import (
    decode_block,
    decode_header,
    encode_block,
    encode_header,
    encode_withdrawal,
    hash_header,
    hash_uncles,
)
from contractchain.codec.rlp import decode, encode
from contractchain.errors import DecodeError
from contractchain.types import EMPTY_UNCLES_HASH, Block, Header, Withdrawal

CLASSES = {
    15: BlockHeader,
    16: LondonBlockHeader,
    17: ShanghaiBlockHeader,
    20: CancunBlockHeader,
    21: PragueBlockHeader,
}


@given(headers())
def test_a_header_survives(header: Header) -> None:
    assert decode_header(encode_header(header)) == header


@given(headers())
def test_py_evm_gives_a_header_the_same_hash(header: Header) -> None:
    fields = decode(encode_header(header))
    other = CLASSES[len(fields)].deserialize(fields)
    assert other.hash == hash_header(header)
    assert (other.block_number, other.timestamp) == (header.number, header.timestamp)
    assert (other.coinbase, other.state_root) == (header.beneficiary, header.state_root)


def test_the_genesis_of_the_main_network_has_its_hash() -> None:
    header = Header(
        parent_hash=bytes(32),
        state_root=bytes.fromhex(
            "d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"
        ),
        difficulty=17_179_869_184,
        gas_limit=5_000,
        extra_data=bytes.fromhex(
            "11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"
        ),
        nonce=bytes.fromhex("0000000000000042"),
    )
    assert hash_header(header).hex() == (
        "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
    )


@given(blocks())
def test_a_block_survives(block: Block) -> None:
    assert decode_block(encode_block(block)) == block


@given(withdrawals)
def test_py_evm_encodes_a_withdrawal_alike(withdrawal: Withdrawal) -> None:
    other = OtherWithdrawal(
        index=withdrawal.index,
        validator_index=withdrawal.validator_index,
        address=withdrawal.address,
        amount=withdrawal.amount_gwei,
    )
    assert encode(OtherWithdrawal.serialize(other)) == encode_withdrawal(withdrawal)


def test_no_uncles_have_the_known_hash() -> None:
    assert hash_uncles([]) == EMPTY_UNCLES_HASH


@given(st.binary(max_size=100))
def test_any_bytes_give_a_decode_error_as_header_and_block(data: bytes) -> None:
    for read in (decode_header, decode_block):
        with pytest.raises(DecodeError):
            read(data)


@given(blocks(), st.integers(0, 3_000), st.integers(0, 255))
def test_a_damaged_block_decodes_to_itself_or_not_at_all(block: Block, at: int, byte: int) -> None:
    data = bytearray(encode_block(block))
    data[at % len(data)] = byte
    try:
        decoded = decode_block(bytes(data))
    except DecodeError:
        return
    assert encode_block(decoded) == bytes(data)


@given(headers(), st.integers(0, 20))
def test_a_header_with_a_list_for_a_field_is_refused(header: Header, at: int) -> None:
    fields = list(decode(encode_header(header)))
    fields[at % len(fields)] = [b""]
    with pytest.raises(DecodeError):
        decode_header(encode(fields))
