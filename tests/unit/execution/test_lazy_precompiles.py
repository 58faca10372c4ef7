"""py-evm starts without its elliptic curves, and has them when they are called."""

import subprocess
import sys

import pytest

START = """
import sys
from contractchain.execution import create_engine
from contractchain.interfaces.execution_data import BlockContext, Message
from contractchain.types import EMPTY_TRIE_ROOT, Fork, Success

engine = create_engine("py-evm")
def call(number, data=b""):
    context = BlockContext(fork=Fork.PRAGUE, chain_id=1, number=1, timestamp=1, gas_limit=10**6)
    message = Message(to=number.to_bytes(20, "big"), data=data)
    return engine.call(EMPTY_TRIE_ROOT, context, message).outcome
call(4)
"""


def run(program: str) -> None:
    subprocess.run([sys.executable, "-c", START + program], check=True, timeout=120)


def test_no_curve_is_loaded_to_begin_with() -> None:
    run("assert not any(name.startswith('py_ecc') for name in sys.modules)")


@pytest.mark.parametrize("number", [6, 7])
def test_a_curve_is_loaded_when_it_is_called(number: int) -> None:
    run(f"assert call({number}) == Success(return_data=bytes(64)); import py_ecc")


def test_gas_is_that_of_the_fork() -> None:
    run(
        "context = BlockContext(fork=Fork.PRAGUE, chain_id=1, number=1, timestamp=1,"
        " gas_limit=10**6)\n"
        "message = Message(to=(8).to_bytes(20, 'big'))\n"
        "assert engine.call(EMPTY_TRIE_ROOT, context, message).gas_used == 21_000 + 45_000"
    )


def test_other_users_of_py_evm_find_every_name() -> None:
    run(
        "import eth.precompiles as p, eth.precompiles.ecadd\n"
        "assert all(callable(getattr(p, n)) for n in"
        " 'ecrecover sha256 ripemd160 identity modexp ecadd ecmul ecpairing"
        " blake2b_fcompress bls12_g1_add bls12_pairing_check'.split())"
    )
