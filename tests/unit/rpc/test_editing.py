"""Setting state over RPC, under anvil's names and Hardhat's."""

from collections.abc import Iterator

import pytest

from chain_cases import accounts, make_raw
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from rpc_asking import ask

ALICE = "0x" + accounts()[0].address.hex()
NOBODY = "0x" + "99" * 20
WORD = "0x" + "5".rjust(64, "0")


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None, automine=False)) as opened:
        yield opened


@pytest.mark.parametrize("prefix", ["anvil", "hardhat"])
def test_an_account_can_be_set_part_by_part(node: LocalNode, prefix: str) -> None:
    assert ask(node, f"{prefix}_setBalance", NOBODY, "0x64") is None
    assert ask(node, f"{prefix}_setNonce", NOBODY, "0x7") is None
    assert ask(node, f"{prefix}_setCode", NOBODY, "0x5f545f5260205ff3") is None
    assert ask(node, f"{prefix}_setStorageAt", NOBODY, "0x0", WORD) is True
    assert ask(node, "eth_getBalance", NOBODY, "latest") == "0x64"
    assert ask(node, "eth_getTransactionCount", NOBODY, "latest") == "0x7"
    assert ask(node, "eth_getStorageAt", NOBODY, "0x0", "latest") == WORD
    assert ask(node, "eth_call", {"to": NOBODY}, "latest") == WORD
    assert ask(node, "eth_blockNumber") == "0x4"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("anvil_setBalance", ["0x12", "0x1"]),
        ("anvil_setBalance", [NOBODY, "1"]),
        ("anvil_setBalance", [NOBODY, hex(2**256)]),
        ("anvil_setNonce", [NOBODY, hex(2**64)]),
        ("anvil_setCode", [NOBODY, "0x1"]),
        ("anvil_setStorageAt", [NOBODY, "0x0"]),
        ("anvil_setStorageAt", [NOBODY, "0x0", "0x" + "1" * 65]),
    ],
)
def test_what_is_not_understood_changes_nothing(
    node: LocalNode, method: str, params: list[str]
) -> None:
    assert ask(node, method, *params)["code"] == -32602
    assert ask(node, "eth_blockNumber") == "0x0"


def test_a_waiting_transaction_can_be_dropped(node: LocalNode) -> None:
    (sent,) = node.chain.submit([make_raw()])
    assert isinstance(sent, bytes)
    name = "0x" + sent.hex()
    assert ask(node, "anvil_dropTransaction", name) == name
    assert ask(node, "anvil_dropTransaction", name) is None
    assert ask(node, "eth_getTransactionByHash", name) is None
