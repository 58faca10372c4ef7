"""Random requests against a live chain, bounded; `make fuzz` sends a million."""

import asyncio

from fuzz_http import run
from fuzz_rpc import fuzz


def test_random_requests_get_answers_and_never_an_internal_error(engine_name: str) -> None:
    assert asyncio.run(fuzz(600, seed=7, engine=engine_name)) > 0


def test_damaged_http_is_refused_and_the_node_goes_on() -> None:
    statuses = run(200, seed=7)
    assert statuses[200] > 0
    assert statuses[400] > 0
