"""The pair of engines that these suites compare."""

import os

import pytest

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
