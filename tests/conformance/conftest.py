"""How long the suites may take."""

import pytest

SAMPLE_TIMEOUT = 1_800
"""Seconds for one test of a sample."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All vectors have all the time they need: single files take minutes on py-evm."""
    everything = config.getoption("--vectors") == "all"
    for item in items:
        if "/conformance/" in item.nodeid and "/unit/" not in item.nodeid:
            item.add_marker(pytest.mark.timeout(0 if everything else SAMPLE_TIMEOUT), append=False)
