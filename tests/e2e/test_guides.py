"""The Python that the guides show is run as a reader would run it: in a project of its own."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contractchain.client import EmbeddedConnection, RemoteConnection
from contractchain.codec.config_file import decode_config
from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.file import NodeFile
from contractchain.node.server import RpcServer
from contractchain.stress.campaign import Campaign

GUIDES = Path(__file__).parents[2] / "docs" / "guide"


def test_the_tests_of_the_testing_guide_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (GUIDES / "testing.md").read_text(), re.M | re.S)
    assert len(blocks) >= 6
    (tmp_path / "test_guide.py").write_text("\n\n".join(blocks))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*command, "test_guide.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    defined = "\n".join(blocks).count("\ndef test_") + blocks[0].startswith("def test_")
    assert f"{defined} passed" in done.stdout


def test_the_python_of_the_node_guide_does_what_it_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (GUIDES / "node.md").read_text(), re.M | re.S)
    defined: dict[str, Any] = {}
    for code in blocks:
        exec(code, defined)
    show = defined["show_what_would_happen"]
    with open_local_chain(NodeConfig(data_dir=None)) as node, RpcServer(node, port=0) as server:
        addresses = (node.accounts[0].address, b"\x5e" * 20, node.accounts[1].address)
        show(EmbeddedConnection(node.chain, place="memory"), *addresses)
        remote = RemoteConnection(server.url)
        show(remote, *addresses)
        simulated = capsys.readouterr().out
        sender, recipient = ("0x" + address.hex() for address in (addresses[0], addresses[2]))
        payment = {"from": sender, "to": recipient, "value": "0x1"}
        sent = remote.request("eth_sendTransaction", payment)
        for connection in (EmbeddedConnection(node.chain, place="memory"), remote):
            defined["show_what_happened"](connection, bytes.fromhex(sent[2:]))
        remote.close()
        traced = capsys.readouterr().out
        defined["hear_of_the_next_block"](server.url.replace("http", "ws", 1), bytes(20))
    assert simulated == 2 * "1 Success 21000 1\n2 Success 21000 1\n"
    assert traced == 2 * "CALL 21000 3\n"
    assert capsys.readouterr().out == "2 None\n"


@pytest.mark.parametrize(("guide", "kind"), [("node.md", NodeFile), ("stress.md", Campaign)])
def test_the_files_that_the_guides_show_are_taken(guide: str, kind: type) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", (GUIDES / guide).read_text(), re.M | re.S)
    assert isinstance(decode_config(text, kind, source=guide), kind)
