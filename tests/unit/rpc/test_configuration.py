"""eth_config and eth_capabilities of a development chain."""

from collections.abc import Iterator

import pytest

from contractchain.node import LocalNode, NodeConfig, open_local_chain
from rpc_asking import ask


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None, automine=False)) as opened:
        yield opened


def test_the_rules_of_the_chain_are_told(node: LocalNode) -> None:
    config = ask(node, "eth_config")
    assert (config["next"], config["last"]) == (None, None)
    current = config["current"]
    assert (current["activationTime"], current["chainId"]) == (0, hex(31337))
    assert current["blobSchedule"] == {"baseFeeUpdateFraction": 5007716, "max": 9, "target": 6}
    assert current["precompiles"]["MODEXP"] == "0x" + "5".rjust(40, "0")
    assert "P256VERIFY" not in current["precompiles"]
    assert len(current["systemContracts"]) == 5
    assert ask(node, "eth_capabilities")["head"]["number"] == "0x0"
