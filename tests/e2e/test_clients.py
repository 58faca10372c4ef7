"""Real clients use a solc-compiled contract on the node: web3.py, ethers and cast."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.conftest import require_node_package
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError

from contractchain.node import LocalNode
from contractchain.node.server import RpcServer

HERE = Path(__file__).parent


def test_web3_py_deploys_sends_calls_and_filters(server: RpcServer, box: dict[str, Any]) -> None:
    w3 = Web3(Web3.HTTPProvider(server.url))
    assert w3.is_connected()
    alice, bob = w3.eth.accounts[:2]
    factory = w3.eth.contract(abi=box["abi"], bytecode=box["bytecode"])
    deployed = w3.eth.wait_for_transaction_receipt(
        factory.constructor(7).transact({"from": alice, "value": 5})
    )
    contract = w3.eth.contract(address=deployed["contractAddress"], abi=box["abi"])
    assert contract.functions.value().call() == 7
    assert w3.eth.get_balance(contract.address) == 5
    watcher = contract.events.Stored.create_filter(from_block="latest")
    receipt = w3.eth.wait_for_transaction_receipt(
        contract.functions.store(42, "hello").transact({"from": bob})
    )
    assert receipt["status"] == 1
    [event] = contract.events.Stored().process_receipt(receipt)
    assert dict(event["args"]) == {"by": bob, "value": 42, "note": "hello"}
    assert [dict(e["args"]) for e in watcher.get_new_entries()] == [dict(event["args"])]
    assert watcher.get_new_entries() == []
    assert len(contract.events.Stored().get_logs(from_block=0)) == 1
    try:
        contract.functions.store(2000, "").call({"from": bob})
    except ContractCustomError as error:
        selector = Web3.keccak(text="TooBig(uint256,uint256)")[:4].hex()
        assert str(error.data).removeprefix("0x").startswith(selector)
    else:
        raise AssertionError("a custom error was expected")
    try:
        contract.functions.fail().estimate_gas()
    except ContractLogicError as error:
        assert "no such luck" in str(error)
    else:
        raise AssertionError("a revert was expected")
    block = w3.eth.get_block("latest", full_transactions=True)
    assert block["transactions"][0]["hash"] == receipt["transactionHash"]
    history = w3.eth.fee_history(2, "latest", [50.0])
    assert len(history["baseFeePerGas"]) == 3
    assert w3.eth.get_transaction_count(bob, "pending") == 1
    override = {contract.address: {"stateDiff": {"0x" + "00" * 32: "0x" + "63".zfill(64)}}}
    assert contract.functions.value().call(state_override=override) == 0x63


def test_ethers_deploys_sends_calls_and_filters(
    server: RpcServer, node: LocalNode, box: dict[str, Any]
) -> None:
    packages = require_node_package("ethers")
    key = "0x" + node.accounts[0].private_key.hex()
    command = ["node", str(HERE / "ethers_client.js")]
    command += [server.url, key, json.dumps(box["abi"]), box["bytecode"]]
    ended = subprocess.run(
        command,
        env={"NODE_PATH": str(packages), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    from contractchain.codec.hexadecimal import to_checksum

    assert seen.pop("gas").isdigit()
    assert seen == {
        "first": "7",
        "value": "42",
        "note": "hello",
        "event": f"Stored({to_checksum(node.accounts[0].address)},42,hello)",
        "failure": "TooBig(2000,1000)",
        "reason": "no such luck",
        "logs": 1,
        "chain": "31337",
        "balance": "5",
        "nonce": 2,
        "block": 1,
        "feeData": "true",
    }


def test_cast_deploys_sends_and_calls(
    server: RpcServer, node: LocalNode, box: dict[str, Any]
) -> None:
    cast = require_node_package("@foundry-rs/cast").parent / "node_modules" / ".bin" / "cast"
    key = "0x" + node.accounts[0].private_key.hex()

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            [str(cast), arguments[0], "--rpc-url", server.url, *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    init = box["bytecode"] + (7).to_bytes(32, "big").hex()
    created = json.loads(run("send", "--json", "--private-key", key, "--create", init))
    address = created["contractAddress"]
    assert run("call", address, "value()(uint256)") == "7"
    sent = run("send", "--json", "--private-key", key, address, "store(uint256,string)", "9", "x")
    assert json.loads(sent)["status"] == "0x1"
    assert run("call", address, "value()(uint256)") == "9"
    assert run("block-number") == "2"
    assert run("chain-id") == "31337"
    assert run("nonce", "0x" + node.accounts[0].address.hex()) == "2"
    assert int(run("estimate", address, "store(uint256,string)", "1", "y")) > 21_000
    assert run("code", address).startswith("0x60")
    assert run("storage", address, "0").endswith("09")
    receipt = json.loads(run("receipt", "--json", json.loads(sent)["transactionHash"]))
    assert len(receipt["logs"]) == 1
