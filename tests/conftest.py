"""Options that several suites share, and the settings of property tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contractchain")
    group.addoption(
        "--engine",
        choices=("revm", "py-evm", "both"),
        default="both",
        help="execution engines to run the tests on (default: every one that is installed)",
    )
    group.addoption("--bless", action="store_true", help="rewrite the golden files")
    group.addoption(
        "--kills", type=int, default=10, help="how often the crash tests kill a process"
    )
