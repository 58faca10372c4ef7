"""The node that a campaign starts for itself, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from contractchain.errors import EngineError
from contractchain.stress.campaign import OwnNode

STOP_TIMEOUT_S = 10


@contextmanager
def start_node(settings: OwnNode) -> Iterator[str]:
    """Start a node in memory on a free port; yields its URL and stops it at the end.

    Raises:
        EngineError: it does not come up.
    """
    command = [sys.executable, "-m", "contractchain.cli", "node", "--json", "--memory"]
    command += ["--port", "0", "--engine", settings.engine, "--gas-limit", str(settings.gas_limit)]
    if settings.block_time is not None:
        command += ["--block-time", str(settings.block_time)]
    # Diagnostics of a foreign tool in our stdout would break the one JSON line we wait for.
    environment = {k: v for k, v in os.environ.items() if k != "CTC_DEBUG"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        try:
            started = json.loads(line)
            url = str(started["url"])
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(
                "the node did not start", hint="`ctc node` in another terminal shows why"
            ) from error
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
