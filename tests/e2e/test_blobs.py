"""A blob transaction that another tool makes: cast, with proofs of cells (EIP-7594)."""

import json
import subprocess
from pathlib import Path

from tests.e2e.conftest import require_node_package

from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.server import RpcServer


def test_cast_sends_blobs(tmp_path: Path) -> None:
    cast = require_node_package("@foundry-rs/cast").parent / "node_modules" / ".bin" / "cast"
    (tmp_path / "data").write_bytes(b"what a blob may hold " * 100)
    with (
        open_local_chain(NodeConfig(data_dir=None)) as node,
        RpcServer(node, port=0) as server,
    ):
        key = "0x" + node.accounts[0].private_key.hex()
        command = [str(cast), "send", "--json", "--rpc-url", server.url, "--private-key", key]
        command += ["--blob", "--path", str(tmp_path / "data"), "0x" + "b0" * 20]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    receipt = json.loads(ended.stdout)
    assert (receipt["status"], receipt["blobGasUsed"]) == ("0x1", "0x20000")
