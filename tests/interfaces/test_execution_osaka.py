"""Osaka on the engine that has it: its instruction, its precompile, its prices and limits.

Spec:
    EIP-7823, 7825, 7883, 7934, 7939, 7951.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

from chain_cases import Opened, make_genesis, opened_chain
from contractchain.chain.importing import MAX_BLOCK_BYTES
from contractchain.codec.block import encode_block, hash_header
from contractchain.errors import (
    EngineUnavailableError,
    GasLimitExceededError,
    InvalidBlockError,
)
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, CallResult, Message
from contractchain.types import Fork, GenesisAccount, Halt, Success
from evm_builders import TARGET, Bench, return_word, sign, transfer, word

P256_VERIFY = (0x100).to_bytes(20, "big")
MODEXP = (5).to_bytes(20, "big")
CLZ = b"\x1e"
P256_GAS = 6_900
GAS_CAP = 2**24
"""Gas of one transaction."""


@pytest.fixture(scope="module")
def native() -> ExecutionLayer:
    try:
        return create_engine("revm")
    except EngineUnavailableError as error:
        pytest.skip(str(error))


def call(
    native: ExecutionLayer, fork: Fork, to: bytes, data: bytes, gas: int = 10**6
) -> CallResult:
    bench = Bench(native, fork)
    return native.call(bench.root, bench.context, Message(to=to, data=data, gas_limit=gas))


def calculate_intrinsic(data: bytes) -> int:
    """Return the gas that a call pays before any code runs (EIP-2028)."""
    return 21_000 + sum(16 if byte else 4 for byte in data)


@pytest.mark.parametrize(
    ("value", "zeros"), [(0, 256), (1, 255), (2**255, 0), (2**255 - 1, 1), (2**256 - 1, 0)]
)
def test_leading_zeros_are_counted(native: ExecutionLayer, value: int, zeros: int) -> None:
    bench = Bench(native, Fork.OSAKA)
    code = {TARGET: AccountOverride(code=return_word(value, CLZ))}
    message = Message(to=TARGET, gas_limit=100_000)
    outcome = native.call(bench.root, bench.context, message, code).outcome
    assert outcome == Success(return_data=word(zeros))


def test_the_instruction_is_none_before(native: ExecutionLayer) -> None:
    bench = Bench(native, Fork.PRAGUE)
    code = {TARGET: AccountOverride(code=return_word(1, CLZ))}
    message = Message(to=TARGET, gas_limit=100_000)
    outcome = native.call(bench.root, bench.context, message, code).outcome
    assert outcome == Halt(reason="invalid-opcode")


@pytest.fixture(scope="module")
def signature() -> bytes:
    """Digest, r, s, x and y of a signature on P-256, made by an independent library."""
    key = ECC.construct(curve="P-256", d=0xC0FFEE)
    message = SHA256.new(b"contractchain")
    r_and_s = DSS.new(key, "deterministic-rfc6979").sign(message)
    point = key.public_key().pointQ
    return message.digest() + r_and_s + word(int(point.x)) + word(int(point.y))


def test_a_signature_on_p256_is_verified(native: ExecutionLayer, signature: bytes) -> None:
    result = call(native, Fork.OSAKA, P256_VERIFY, signature)
    assert result.outcome == Success(return_data=word(1))
    assert result.gas_used == calculate_intrinsic(signature) + P256_GAS


@pytest.mark.parametrize("at", [0, 40, 70, 100, 150])
def test_a_wrong_signature_on_p256_gives_nothing(
    native: ExecutionLayer, signature: bytes, at: int
) -> None:
    wrong = signature[:at] + bytes((signature[at] ^ 1,)) + signature[at + 1 :]
    for data in (wrong, signature[:-1], signature + b"\x00", b""):
        assert call(native, Fork.OSAKA, P256_VERIFY, data).outcome == Success(return_data=b"")


def test_the_precompile_is_an_empty_account_before(
    native: ExecutionLayer, signature: bytes
) -> None:
    result = call(native, Fork.PRAGUE, P256_VERIFY, signature)
    assert result.outcome == Success(return_data=b"")
    assert result.gas_used < calculate_intrinsic(signature) + P256_GAS


def modexp(base: int, exponent: int, modulus: int) -> bytes:
    """Return the input of MODEXP with numbers of these lengths, all bytes 0xff."""
    sizes = word(base) + word(exponent) + word(modulus)
    return sizes + b"\xff" * (base + exponent + modulus)


@pytest.mark.parametrize(
    ("fork", "sizes", "gas"),
    [
        (Fork.PRAGUE, (1, 1, 1), 200),
        (Fork.OSAKA, (1, 1, 1), 500),
        (Fork.PRAGUE, (32, 32, 32), 16 * 255 // 3),
        (Fork.OSAKA, (32, 32, 32), 16 * 255),
        (Fork.PRAGUE, (64, 32, 64), 64 * 255 // 3),
        (Fork.OSAKA, (64, 32, 64), 2 * 64 * 255),
    ],
)
def test_powers_cost_what_the_fork_says(
    native: ExecutionLayer, fork: Fork, sizes: tuple[int, int, int], gas: int
) -> None:
    data = modexp(*sizes)
    result = call(native, fork, MODEXP, data)
    assert isinstance(result.outcome, Success)
    assert result.gas_used == max(
        calculate_intrinsic(data) + gas, 21_000 + (calculate_intrinsic(data) - 21_000) * 10 // 4
    )


@pytest.mark.parametrize("sizes", [(1025, 1, 1), (1, 1025, 1), (1, 1, 1025)])
def test_numbers_of_a_power_have_at_most_1024_bytes(
    native: ExecutionLayer, sizes: tuple[int, int, int]
) -> None:
    assert isinstance(call(native, Fork.PRAGUE, MODEXP, modexp(*sizes), 10**7).outcome, Success)
    assert isinstance(call(native, Fork.OSAKA, MODEXP, modexp(*sizes), 10**7).outcome, Halt)


def test_a_transaction_has_a_cap_of_gas(native: ExecutionLayer) -> None:
    over = sign(transfer(gas_limit=GAS_CAP + 1))
    Bench(native, Fork.PRAGUE).execute(over)
    Bench(native, Fork.OSAKA).execute(sign(transfer(gas_limit=GAS_CAP)))
    with pytest.raises(GasLimitExceededError):
        Bench(native, Fork.OSAKA).execute(over)


@pytest.fixture(params=[Fork.PRAGUE, Fork.OSAKA], ids=lambda fork: fork.value)
def opened(request: pytest.FixtureRequest, native: ExecutionLayer) -> Iterator[tuple[Fork, Opened]]:
    genesis = make_genesis(fork=request.param)
    with opened_chain(native, genesis=genesis, instant=False) as chain:
        yield request.param, chain


def test_a_block_has_a_size_it_may_not_exceed(opened: tuple[Fork, Opened]) -> None:
    fork, chain = opened
    built = chain.build()
    header = replace(built.header, extra_data=b"another")  # or the block is one that is known
    block = replace(built, header=header, hash=hash_header(header))
    room = MAX_BLOCK_BYTES - len(encode_block(block))
    for extra in (room - 16, room + 16):  # within it, the transaction is what is wrong
        large = encode_block(replace(block, transactions=(b"\x02" + bytes(extra),)))
        with pytest.raises(Exception) as raised:
            chain.chain.import_block(large)
        is_too_large = fork is Fork.OSAKA and extra > room
        assert (isinstance(raised.value, InvalidBlockError)) == is_too_large
        assert ("at most 8388608" in str(raised.value)) == is_too_large


def test_a_system_call_has_thirty_million_gas_under_osaka_too(native: ExecutionLayer) -> None:
    """More than a transaction may have, and not one more: the contract returns what it has."""
    requests = bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002")
    alloc = {requests: GenesisAccount(nonce=1, code=return_word("GAS"))}
    execution = Bench(native, Fork.OSAKA, alloc).execute()
    request = b"\x01" + word(30_000_000 - 2)  # GAS itself costs two
    assert execution.requests_hash == sha256(sha256(request).digest()).digest()
