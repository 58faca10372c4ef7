"""`kill -9` of the node under load: nothing that was acknowledged is lost."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.e2e.rpc_client import Rpc, RpcError

from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import Account
from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.config import DEFAULT_MNEMONIC
from contractchain.types import DynamicFeeTransaction

SENDERS = 4


def start_node(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "contractchain.cli", "node", "--json", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def send_until_dead(
    url: str, account: Account, nonce: int, acknowledged: list[bytes], stop: threading.Event
) -> None:
    client = Rpc(url)
    try:
        while not stop.is_set():
            unsigned = DynamicFeeTransaction(
                chain_id=31337,
                nonce=nonce,
                max_priority_fee_per_gas=1,
                max_fee_per_gas=10**10,
                gas_limit=21_000,
                to=account.address,
            )
            raw = encode_transaction(sign_transaction(unsigned, account.private_key))
            acknowledged.append(
                bytes.fromhex(client("eth_sendRawTransaction", "0x" + raw.hex())[2:])
            )
            nonce += 1
    except (OSError, RpcError, ValueError, AssertionError):
        pass  # the node is dead
    except Exception as error:
        if "http" not in type(error).__module__:
            raise
    finally:
        client.close()


def test_nothing_acknowledged_is_lost(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from contractchain.crypto import derive_accounts

    accounts = derive_accounts(DEFAULT_MNEMONIC, SENDERS)
    source = random.Random(7)
    acknowledged: list[bytes] = []
    kills = max(2, request.config.getoption("--kills") // 5)
    for _ in range(kills):
        process, url = start_node(tmp_path)
        reader = Rpc(url)
        stop = threading.Event()
        threads = []
        for account in accounts:
            nonce = int(reader("eth_getTransactionCount", "0x" + account.address.hex()), 16)
            arguments = (url, account, nonce, acknowledged, stop)
            threads.append(threading.Thread(target=send_until_dead, args=arguments))
        reader.close()
        for thread in threads:
            thread.start()
        time.sleep(0.3 + source.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        stop.set()
        for thread in threads:
            thread.join()
        assert process.stdout is not None
        process.stdout.close()
        with open_local_chain(NodeConfig(data_dir=tmp_path)) as node:
            chain = node.chain
            missing = [h for h in acknowledged if chain.blocks.find_receipt(h) is None]
            assert missing == []
    assert len(acknowledged) > 10 * kills
