"""Both engines on random code and on damaged transactions: the same results, byte by byte."""

from comparing import facts, plain
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.errors import ValidationError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockExecution, TransactionRules
from contractchain.types import Fork, GenesisAccount
from evm_builders import (
    ALICE,
    OPCODES,
    TARGET,
    Bench,
    assemble,
    contract,
    legacy,
    sign,
    transfer,
    word,
)

FORKS = tuple(fork for fork in Fork if fork is not Fork.OSAKA)
OTHER = bytes(18) + b"\xc0\xde"
NAMES = sorted(set(OPCODES) - {f"PUSH{n}" for n in range(1, 33)} - {"INVALID"})
NUMBERS = st.one_of(
    st.integers(0, 70),
    st.sampled_from([2**255, 2**256 - 1, 2**64, 1000, 0xC0DE, int.from_bytes(TARGET, "big")]),
)
ITEMS = st.one_of(NUMBERS, NUMBERS, st.sampled_from(NAMES))


def run(engine: ExecutionLayer, fork: Fork, code: bytes, callee: bytes, gas: int) -> BlockExecution:
    storage = ((word(1), word(7)), (word(2), word(9)))
    alloc = {
        TARGET: GenesisAccount(nonce=1, balance=10, code=code, storage=storage),
        OTHER: GenesisAccount(nonce=1, code=callee),
    }
    bench = Bench(engine, fork, alloc)
    raws = [
        sign(legacy(0, value=3, to=TARGET, data=b"\x01" * 40, gas_limit=gas)),
        sign(legacy(1, value=3, to=None, data=code, gas_limit=gas + 100_000)),
    ]
    return bench.execute(*raws, strict=False)


@given(
    st.sampled_from(FORKS),
    st.lists(ITEMS, max_size=60),
    st.lists(ITEMS, max_size=20),
    st.integers(30_000, 300_000),
)
@settings(max_examples=150)
def test_random_code_ends_alike(
    engines: tuple[ExecutionLayer, ExecutionLayer],
    fork: Fork,
    items: list[str | int],
    callee: list[str | int],
    gas: int,
) -> None:
    native, reference = (run(e, fork, assemble(*items), assemble(*callee), gas) for e in engines)
    assert facts(native) == facts(reference)


@given(
    st.sampled_from((Fork.PRAGUE, Fork.LONDON, Fork.FRONTIER)),
    st.integers(0, 200),
    st.binary(min_size=1, max_size=3),
    st.booleans(),
)
@settings(max_examples=300)
def test_a_damaged_transaction_gets_the_same_verdict(
    engines: tuple[ExecutionLayer, ExecutionLayer], fork: Fork, at: int, new: bytes, insert: bool
) -> None:
    raw = sign(transfer(to=TARGET, data=b"data"))
    at %= len(raw)
    damaged = raw[:at] + new + raw[at if insert else at + len(new) :]
    rules = TransactionRules(fork=fork, chain_id=31337, max_blobs=9)
    native, reference = (engine.decode_many([damaged], rules)[0] for engine in engines)
    if isinstance(reference, ValidationError):
        assert type(native) is type(reference), (native, reference)
    else:
        assert native == reference


@given(st.sampled_from(FORKS), st.lists(st.sampled_from(NAMES), max_size=12), st.integers(0, 3))
@settings(max_examples=60)
def test_estimates_and_calls_agree(
    engines: tuple[ExecutionLayer, ExecutionLayer], fork: Fork, names: list[str], value: int
) -> None:
    from contractchain.interfaces.execution_data import Message

    code = assemble(*(x for name in names for x in (1, 2, 3, name)))
    message = Message(sender=ALICE.address, to=TARGET, value=value, gas_limit=200_000)
    results = []
    for engine in engines:
        bench = Bench(engine, fork, {TARGET: contract(code)})
        results.append(
            (
                engine.call(bench.root, bench.context, message),
                engine.estimate_gas(bench.root, bench.context, message),
            )
        )
    assert plain(results[0]) == plain(results[1])
