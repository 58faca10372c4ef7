"""anvil, an independent node to test against.

Install it with `npm install` in `tests/node`, or name it in `CTC_ANVIL`; without it the tests
that need it are skipped, or fail under `CTC_REQUIRE_ANVIL=1`.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from contractchain.client.remote import RemoteConnection
from contractchain.errors import NodeUnreachableError

MODULES = Path(__file__).parent / "node" / "node_modules" / "@foundry-rs"


def find_anvil() -> str | None:
    """Return the program, if there is one."""
    given = os.environ.get("CTC_ANVIL")
    if given:
        return given
    for path in MODULES.glob("anvil-*/bin/anvil*"):
        return str(path)
    return shutil.which("anvil")


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def run_anvil(home: Path, *options: str) -> Iterator[str]:
    """Run an anvil with its files in `home`; yields its URL once it answers."""
    program = find_anvil()
    if program is None:
        reason = "anvil is not installed: run `npm install` in tests/node"
        if os.environ.get("CTC_REQUIRE_ANVIL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    process = subprocess.Popen(
        [program, "--host", "127.0.0.1", "--port", str(port), "--silent", *options],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                with closing(RemoteConnection(url)) as connection:
                    connection.identity()
                break
            except NodeUnreachableError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
