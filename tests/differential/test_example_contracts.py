"""Every contract of `contracts/` under random calls: both engines build the same bytes.

Each contract is deployed by our compiler's code and called with random arguments and values by
several senders; then the chain of either engine is executed again by the other.
"""

from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import eth  # noqa: F401  (raises the recursion limit, which Hypothesis wants to know beforehand)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abi_strategies import values
from chain_cases import GWEI, accounts, make_raw, opened_chain
from contractchain.chain.deriving import calculate_contract_address
from contractchain.codec.abi import AbiType, AddressWord, ContractAbi, Integer, parse_abi
from contractchain.errors import EngineUnavailableError
from contractchain.execution import create_engine
from contractchain.lang import compile_sources

FOLDER = Path(__file__).parents[2] / "contracts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.sol"))
SENDERS = 4


@cache
def compiled(name: str) -> tuple[ContractAbi, bytes]:
    """Return ABI and init code."""
    source = f"contracts/{name}.sol"
    compilation = compile_sources({source: (FOLDER / f"{name}.sol").read_text()})
    assert not compilation.has_errors, compilation.diagnostics
    artifact = compilation.artifacts[f"{source}:{name}"]
    return parse_abi(list(artifact.abi)), artifact.init_code


def likely(kind: AbiType) -> st.SearchStrategy[Any]:
    """Values with which calls get somewhere, and any others now and then."""
    if isinstance(kind, AddressWord):
        return st.sampled_from([a.address for a in accounts()[:SENDERS]]) | values(kind)
    if isinstance(kind, Integer):
        small = st.integers(max(kind.least, 0), min(kind.greatest, 5))
        return small | small | values(kind)
    return values(kind)


@st.composite
def calls(draw: st.DrawFn, abi: ContractAbi) -> tuple[int, bytes, int]:
    """Sender, calldata, value."""
    sender = draw(st.integers(0, SENDERS - 1))
    value = draw(st.sampled_from([0, 0, 0, 1]))
    if not abi.functions or draw(st.integers(0, 19)) == 0:
        return sender, draw(st.binary(max_size=8)), value
    function = draw(st.sampled_from(abi.functions))
    arguments = [draw(likely(parameter.type)) for parameter in function.inputs]
    return sender, function.encode_call(arguments), value


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_build_the_same_blocks(name: str) -> None:
    abi, init_code = compiled(name)
    try:
        create_engine("revm")
    except EngineUnavailableError as error:
        pytest.skip(str(error))

    @settings(max_examples=10)
    @given(
        arguments=st.tuples(*(likely(p.type) for p in abi.constructor.inputs)),
        batches=st.lists(st.lists(calls(abi), max_size=6), min_size=1, max_size=4),
    )
    def run(arguments: tuple[Any, ...], batches: list[list[tuple[int, bytes, int]]]) -> None:
        code = init_code + abi.encode_constructor(arguments, name)
        rounds = write_rounds(code, batches)
        compare(rounds)

    run()


def write_rounds(code: bytes, batches: list[list[tuple[int, bytes, int]]]) -> list[list[bytes]]:
    contract = calculate_contract_address(accounts()[0].address, 0)
    nonces = [1] + [0] * (SENDERS - 1)
    rounds = [[make_raw(0, 0, creates=True, data=code, gas_limit=4_000_000, value=0)]]
    for batch in batches:
        raws = []
        for sender, data, value in batch:
            raws.append(
                make_raw(
                    sender,
                    nonces[sender],
                    to=contract,
                    data=data,
                    value=value,
                    gas_limit=300_000,
                    priority=GWEI,
                )
            )
            nonces[sender] += 1
        rounds.append(raws)
    return rounds


def compare(rounds: list[list[bytes]]) -> None:
    with ExitStack() as stack:
        native, reference = (
            stack.enter_context(opened_chain(create_engine(engine), instant=False))
            for engine in ("revm", "py-evm")
        )
        for opened in (native, reference):
            for raws in rounds:
                assert all(isinstance(result, bytes) for result in opened.chain.submit(raws))
                opened.chain.mine()
        last = native.chain.head().number
        for number in range(last + 1):
            assert native.store.get_record(number) == reference.store.get_record(number)
        native.chain.verify(1, last, create_engine("py-evm"))
        reference.chain.verify(1, last, create_engine("revm"))
