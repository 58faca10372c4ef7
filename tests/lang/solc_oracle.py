"""solc from npm as an independent implementation: one long-lived Node process, JSON lines.

Install it with `npm install` in `tests/node`. Where it is absent, tests that need it are skipped
with a reason, or fail if `CTC_REQUIRE_SOLC=1`.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE_DIR = Path(__file__).resolve().parents[1] / "node"
OUTPUTS = [
    "abi",
    "storageLayout",
    "evm.bytecode",
    "evm.deployedBytecode",
    "evm.methodIdentifiers",
    "userdoc",
    "devdoc",
    "metadata",
]


class SolcOracle:
    """A running solc that answers standard-JSON inputs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(NODE_DIR / "solc_worker.js")],
            cwd=NODE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._asked = 0

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def compile(self, standard_input: dict[str, Any]) -> dict[str, Any]:
        """Return solc's standard-JSON output."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._asked += 1
        line = json.dumps({"id": self._asked, "input": standard_input})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert answer["id"] == self._asked
        output: dict[str, Any] = answer["output"]
        return output

    def compile_sources(
        self, sources: dict[str, str], *, optimize: bool = True, via_ir: bool = False
    ) -> dict[str, Any]:
        """Compile `sources` and return the output, in which there is no error."""
        output = self.compile(build_standard_input(sources, optimize=optimize, via_ir=via_ir))
        errors = [e for e in output.get("errors", []) if e["severity"] == "error"]
        assert not errors, "\n".join(e["formattedMessage"] for e in errors)
        return output

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(timeout=10)


def build_standard_input(
    sources: dict[str, str], *, optimize: bool = True, via_ir: bool = False
) -> dict[str, Any]:
    """Return a standard-JSON input that asks for every output we compare."""
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {
            "evmVersion": "prague",
            "optimizer": {"enabled": optimize, "runs": 200},
            "viaIR": via_ir,
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
            "outputSelection": {"*": {"*": OUTPUTS, "": ["ast"]}},
        },
    }


def find_reason_without_solc() -> str | None:
    """Return why solc cannot run here, if it cannot."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (NODE_DIR / "node_modules" / "solc").is_dir():
        return "solc is not installed: run `npm install` in tests/node"
    return None


def start_solc() -> SolcOracle:
    """Start solc, or skip (fail under `CTC_REQUIRE_SOLC=1`) where it is absent."""
    reason = find_reason_without_solc()
    if reason is None:
        return SolcOracle()
    if os.environ.get("CTC_REQUIRE_SOLC") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
