"""The pair of engines that these suites compare, and the specification."""

import os
from collections.abc import Iterator

import pytest
from execution_specs import Specs, find_specs_python

from contractchain.errors import EngineUnavailableError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer


@pytest.fixture(scope="module")
def engines() -> tuple[ExecutionLayer, ExecutionLayer]:
    """The native engine and the reference; a skip where there is no native one."""
    try:
        return create_engine("revm"), create_engine("py-evm")
    except EngineUnavailableError as error:
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def specs() -> Iterator[Specs]:
    """Ethereum's executable specification in a process of its own; a skip where it is not."""
    python = find_specs_python()
    if python is None:
        pytest.skip("EELS is not installed: `make eels`, or CTC_EELS_PYTHON for the Python with it")
    with Specs(python) as running:
        yield running
