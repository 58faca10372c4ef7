"""The accounts of a stored genesis, read from its text when they are asked for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain_cases import make_genesis
from contractchain.chain.genesis_file import encode_genesis
from contractchain.chain.stored_allocation import (
    StoredAllocation,
    find_genesis_accounts,
    read_stored_genesis,
)
from contractchain.errors import ConfigError
from contractchain.types import Address, GenesisAccount

WORDS = st.binary(min_size=32, max_size=32)
ACCOUNTS = st.builds(
    GenesisAccount,
    balance=st.integers(0, 2**256 - 1),
    nonce=st.integers(0, 2**64 - 1),
    code=st.binary(max_size=8),
    storage=st.dictionaries(WORDS, WORDS, max_size=2).map(lambda d: tuple(sorted(d.items()))),
)
ALLOCATIONS = st.dictionaries(st.binary(min_size=20, max_size=20), ACCOUNTS, max_size=6)


@given(ALLOCATIONS, st.binary(min_size=20, max_size=20))
def test_the_accounts_are_those_that_were_written(
    accounts: dict[Address, GenesisAccount], other: Address
) -> None:
    genesis = replace(make_genesis(), alloc=tuple(sorted(accounts.items())))
    text = encode_genesis(genesis)
    stored = read_stored_genesis(text.encode())
    assert isinstance(stored.alloc, StoredAllocation)
    assert stored == genesis
    assert hash(stored.alloc) == hash(genesis.alloc)
    assert tuple(stored.alloc) == genesis.alloc
    assert len(stored.alloc) == len(accounts)
    assert encode_genesis(stored) == text
    wanted = [*accounts, other]
    assert find_genesis_accounts(stored, wanted) == accounts
    assert find_genesis_accounts(genesis, wanted) == accounts


def test_other_accounts_are_not_equal() -> None:
    genesis = make_genesis()
    (address, account), *rest = genesis.alloc
    changed = ((address, replace(account, balance=account.balance + 1)), *rest)
    stored = read_stored_genesis(encode_genesis(genesis).encode())
    assert stored.alloc != changed
    assert stored.alloc != genesis.alloc[1:]
    assert stored != replace(genesis, alloc=changed)
    assert (address, account) in stored.alloc
    assert changed[0] not in stored.alloc


def test_an_address_in_code_or_storage_is_no_account() -> None:
    address = b"\x07" * 20
    account = GenesisAccount(
        code=b'\n    "0x' + address, storage=((address.rjust(32, b"\0"),) * 2,)
    )
    genesis = replace(make_genesis(), alloc=((b"\x01" * 20, account),))
    stored = read_stored_genesis(encode_genesis(genesis).encode())
    assert find_genesis_accounts(stored, [address]) == {}


@pytest.mark.parametrize("text", [b"", b"{}", b'{"config": {},\n  "alloc": {\n  }\n}'])
def test_a_text_of_something_else_is_refused(text: bytes) -> None:
    with pytest.raises(ConfigError):
        read_stored_genesis(text)
