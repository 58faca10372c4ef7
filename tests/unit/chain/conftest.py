"""One engine is enough for the rules of the chain: the best that is installed."""

from collections.abc import Iterator

import pytest

from chain_cases import Opened, opened_chain
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer


@pytest.fixture
def execution() -> ExecutionLayer:
    return create_engine("auto")


@pytest.fixture
def instant(execution: ExecutionLayer) -> Iterator[Opened]:
    """A chain that mines as soon as there is a transaction."""
    with opened_chain(execution) as opened:
        yield opened


@pytest.fixture
def manual(execution: ExecutionLayer) -> Iterator[Opened]:
    """A chain on which blocks are built when the test says so."""
    with opened_chain(execution, instant=False) as opened:
        yield opened
