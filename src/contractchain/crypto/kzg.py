"""KZG proofs of blobs, verified by c-kzg in a process of its own.

c-kzg needs the points of the trusted setup, and reading them holds the interpreter for seconds; a
node would answer nobody meanwhile. So a child process does it, started by the first proof and kept
for the next; it ends with its input. The points are in a file of py-evm's.

Spec:
    EIP-4844, EIP-7594 (`verify_blob_kzg_proof_batch`, `verify_cell_kzg_proof_batch`).
"""

import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from contractchain.errors import EngineUnavailableError

SETUP = Path("_utils", "kzg_trusted_setup.txt")
"""Inside the package `eth`."""
CELLS_PER_BLOB = 128
HEAD = struct.Struct(">?IIII")
"""Whether the proofs are of cells; bytes of blobs, commitments and proofs; count of blobs."""
HOLDS, FAILS = b"1", b"0"
END_TIMEOUT_S = 5.0


class KzgVerifier:
    """Verifies proofs, from any thread, one request at a time. Close it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def verify(
        self,
        blobs: Sequence[bytes],
        commitments: Sequence[bytes],
        proofs: Sequence[bytes],
        *,
        of_cells: bool,
    ) -> bool:
        """Tell whether all proofs hold; False too if something is no point or no field element.

        The first call waits for the setup to be read, some seconds.

        Args:
            blobs: 131,072 bytes each.
            commitments: One of each blob.
            proofs: One of each blob, or 128 of its cells.
            of_cells: Which of both.

        Raises:
            EngineUnavailableError: c-kzg or the setup is not installed.
        """
        parts = [b"".join(items) for items in (blobs, commitments, proofs)]
        request = HEAD.pack(of_cells, *map(len, parts), len(blobs)) + b"".join(parts)
        with self._lock:
            process = self._process
            if process is not None and process.poll() is not None:
                _end(process)
                process = None
            if process is None:
                process = self._process = _start()
            if process.stdin is None or process.stdout is None:
                raise EngineUnavailableError("the verifier of KZG proofs has no pipes")
            try:
                process.stdin.write(request)
                process.stdin.flush()
                answer = process.stdout.read(1)
            except OSError:
                answer = b""
            if answer not in (HOLDS, FAILS):
                raise EngineUnavailableError(
                    "KZG proofs cannot be verified here", hint="is the package ckzg installed?"
                )
            return answer == HOLDS

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Close the pipes of a process, upon which it ends."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],  # -P: nothing of the working directory
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def find_setup() -> Path | None:
    """Return the file with the points of the trusted setup, if it is installed."""
    package = find_spec("eth")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).parent / SETUP
    return path if path.exists() else None


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    import ckzg

    setup = ckzg.load_trusted_setup(str(find_setup()), 0)
    while len(head := requests.read(HEAD.size)) == HEAD.size:
        of_cells, *sizes, count = HEAD.unpack(head)
        blobs, commitments, proofs = (requests.read(size) for size in sizes)
        try:
            if of_cells:
                holds = _verify_cells(ckzg, setup, blobs, commitments, proofs, count)
            else:
                holds = ckzg.verify_blob_kzg_proof_batch(blobs, commitments, proofs, setup)
        except (RuntimeError, ValueError):  # what is no point of the curve, or no field element
            holds = False
        answers.write(HOLDS if holds else FAILS)
        answers.flush()


def _verify_cells(
    ckzg: Any, setup: Any, blobs: bytes, commitments: bytes, proofs: bytes, count: int
) -> bool:
    cells: list[bytes] = []
    named: list[bytes] = []
    for number in range(count):
        size = len(blobs) // count
        cells += ckzg.compute_cells(blobs[number * size : (number + 1) * size], setup)
        named += [commitments[number * 48 : (number + 1) * 48]] * CELLS_PER_BLOB
    places = list(range(CELLS_PER_BLOB)) * count
    single = [proofs[at : at + 48] for at in range(0, len(proofs), 48)]
    holds: bool = ckzg.verify_cell_kzg_proof_batch(named, places, cells, single, setup)
    return holds


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the node, which ends this one
    serve(sys.stdin.buffer, sys.stdout.buffer)
