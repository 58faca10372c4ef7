"""py-evm may recurse deeply, and nobody else notices."""

import subprocess
import sys

from contractchain.execution import create_engine
from contractchain.interfaces.execution_data import BlockContext, Message
from contractchain.types import EMPTY_TRIE_ROOT, Fork, Success


def test_importing_the_engine_leaves_the_recursion_limit_alone() -> None:
    program = (
        "import sys; before = sys.getrecursionlimit();"
        "from contractchain.execution import create_engine; create_engine('py-evm');"
        "assert sys.getrecursionlimit() == before, sys.getrecursionlimit()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_calls_nest_as_deep_as_the_gas_allows() -> None:
    engine = create_engine("py-evm")
    before = sys.getrecursionlimit()
    # The init code calls itself by way of CREATE: each level deploys what it is.
    code = bytes.fromhex("3860006000393860006000f000")
    context = BlockContext(fork=Fork.HOMESTEAD, chain_id=1, number=1, timestamp=1, gas_limit=10**12)
    result = engine.call(EMPTY_TRIE_ROOT, context, Message(data=code, gas_limit=10**11))
    assert isinstance(result.outcome, Success)
    assert result.gas_used > 32_000 * 1000
    assert sys.getrecursionlimit() == before
