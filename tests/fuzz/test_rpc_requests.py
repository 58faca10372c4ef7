"""Random requests against a live chain, bounded; `make fuzz` sends a million."""

import asyncio

import fuzz_http
import fuzz_websocket
from fuzz_rpc import fuzz


def test_random_requests_get_answers_and_never_an_internal_error(engine_name: str) -> None:
    assert asyncio.run(fuzz(600, seed=7, engine=engine_name)) > 0


def test_damaged_http_is_refused_and_the_node_goes_on() -> None:
    statuses = fuzz_http.run(200, seed=7)
    assert statuses[200] > 0
    assert statuses[400] > 0


def test_damaged_frames_are_refused_and_the_node_goes_on() -> None:
    found = fuzz_websocket.run(200, seed=7)
    assert found["answer"] > 0
    assert found["close 1002"] > 0
