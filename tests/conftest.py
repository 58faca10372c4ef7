"""Options that several suites share, the engines to run on, the settings of property tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

from contractchain.errors import EngineUnavailableError
from contractchain.execution import ENGINE_NAMES, create_engine
from contractchain.interfaces.execution import ExecutionLayer

settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.register_profile("gate", parent=settings.get_profile("default"), derandomize=True)
"""The same examples each time: whether a change lands must not depend on luck."""
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contractchain")
    group.addoption(
        "--engine",
        choices=("revm", "py-evm", "both"),
        default="both",
        help="execution engines to run the tests on (default: every one that is installed)",
    )
    group.addoption(
        "--vectors",
        choices=("sample", "all"),
        default="sample",
        help="how much of Ethereum's own test vectors is run (default: a sample)",
    )
    group.addoption("--bless", action="store_true", help="rewrite the golden files")
    group.addoption(
        "--kills", type=int, default=10, help="how often the crash tests kill a process"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        names = ENGINE_NAMES if chosen == "both" else (chosen,)
        metafunc.parametrize("engine_name", names)


@pytest.fixture
def engine(engine_name: str, request: pytest.FixtureRequest) -> ExecutionLayer:
    """A new engine; the test runs once for each one that `--engine` names.

    A native engine that is not installed is skipped, unless `--engine revm` asks for it or
    `CTC_REQUIRE_NATIVE=1` is set.
    """
    try:
        return create_engine(engine_name)
    except EngineUnavailableError as error:
        is_required = os.environ.get("CTC_REQUIRE_NATIVE") == "1"
        if is_required or request.config.getoption("--engine") == engine_name:
            pytest.fail(str(error))
        pytest.skip(str(error))
