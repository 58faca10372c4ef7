"""Valid inputs of every decoder, which the fuzzing damages."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from contractchain.chain.dev_genesis import build_dev_genesis
from contractchain.chain.genesis_file import encode_genesis
from contractchain.codec.block import encode_block, encode_header
from contractchain.codec.receipt import encode_receipt
from contractchain.codec.rlp import encode
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.crypto import keccak256
from contractchain.interfaces.store import BlockRecord
from contractchain.store.record import encode_record
from contractchain.types import (
    EMPTY_CODE_HASH,
    AccessEntry,
    AccessListTransaction,
    Block,
    Header,
    Log,
    Receipt,
    Withdrawal,
)
from evm_builders import (
    ALICE,
    BOB,
    CHAIN_ID,
    authorize,
    blob,
    legacy,
    set_code,
    sign,
    transfer,
    word,
)

ROOT = Path(__file__).parents[2]
ENTRIES = (
    AccessEntry(address=BOB.address, slots=(word(1), word(2))),
    AccessEntry(address=bytes(20)),
)
TRANSACTIONS = (
    sign(legacy(0)),
    sign(legacy(7, to=None, data=b"\x60\x01" * 20, chain_id=CHAIN_ID)),
    sign(
        AccessListTransaction(
            chain_id=CHAIN_ID,
            nonce=1,
            gas_price=9,
            gas_limit=100_000,
            to=BOB.address,
            access_list=ENTRIES,
        )
    ),
    sign(transfer(2, value=10**18, data=b"data", access_list=ENTRIES)),
    sign(transfer(3, to=None, data=bytes(100))),
    sign(blob(4, 3)),
    sign(set_code(5, authorize(), authorize(ALICE, bytes(20), 9, 0), value=1)),
)
LOGS = (
    Log(address=BOB.address, topics=(word(1), word(2)), data=b"x" * 40),
    Log(address=bytes(20), topics=(), data=b""),
)
RECEIPTS = (
    encode_receipt(Receipt(cumulative_gas_used=21_000, logs=LOGS)),
    encode_receipt(Receipt(type=2, succeeded=False, cumulative_gas_used=2**40)),
    encode_receipt(Receipt(state_root=word(5), cumulative_gas_used=1)),
)
FRONTIER = Header(parent_hash=word(1), difficulty=131_072, number=1, timestamp=9, extra_data=b"x")
PRAGUE = replace(
    FRONTIER,
    difficulty=0,
    base_fee_per_gas=7,
    withdrawals_root=word(3),
    blob_gas_used=131_072,
    excess_blob_gas=0,
    parent_beacon_block_root=word(4),
    requests_hash=word(5),
)
HEADERS = tuple(encode_header(header) for header in (FRONTIER, PRAGUE))
WITHDRAWALS = (Withdrawal(index=1, validator_index=2, address=BOB.address, amount_gwei=3),)
BLOCKS = (
    encode_block(Block(header=FRONTIER, hash=word(0), uncles=(FRONTIER,))),
    encode_block(
        Block(header=PRAGUE, hash=word(0), transactions=TRANSACTIONS, withdrawals=WITHDRAWALS)
    ),
)
CODE = b"\x60\x01\x60\x02\x55"
STATE_DIFFS = (
    encode_state_diff(
        (
            AccountChange(address=BOB.address, nonce=1, balance=10**18, code_hash=EMPTY_CODE_HASH),
            AccountChange(
                address=ALICE.address,
                code_hash=keccak256(CODE),
                slots=((word(1), 5), (word(2), 2**255)),
            ),
        ),
        (CODE,),
    ),
    encode_state_diff((AccountChange(address=BOB.address),), ()),
    encode_state_diff((), ()),
)
RLP = (encode([b"", [b"dog", [[], [[]]]], b"x" * 60, [b"y" * 300]]), *TRANSACTIONS[:2], *BLOCKS)
RECORDS = (
    encode_record(
        BlockRecord(
            number=1,
            hash=word(9),
            block=BLOCKS[1],
            transaction_hashes=(word(1), word(2)),
            senders=(ALICE.address, BOB.address),
            receipts=RECEIPTS[:2],
            state_diff=STATE_DIFFS[0],
        )
    ),
)
GENESIS = (
    encode_genesis(build_dev_genesis((ALICE.address, BOB.address))).encode(),
    json.dumps(
        {
            "config": {
                "chainId": 1,
                "homesteadBlock": 0,
                "londonBlock": 5,
                "terminalTotalDifficulty": "0x10",
                "shanghaiTime": 100,
                "cancunTime": 200,
                "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 9}},
            },
            "alloc": {
                "ab" * 20: {"balance": "1000", "nonce": "0x1", "code": "0x6001"},
                "0x" + "cd" * 20: {"balance": "0x1", "storage": {"0x1": "0x02", "03": "ff"}},
            },
            "gasLimit": "0x1c9c380",
            "difficulty": 17,
            "timestamp": "0x0",
            "extraData": "0x00",
            "coinbase": "0x" + "ab" * 20,
            "mixHash": "0x" + "ab" * 32,
            "nonce": "0x42",
            "baseFeePerGas": "7",
        }
    ).encode(),
)
NODE_FILES = (
    b"data_dir: chain\nengine: revm\nstore: native\nlog_level: info\nrpc:\n  host: 127.0.0.1\n"
    b"  port: 8545\n  allowed_hosts: [a, b]\n  allowed_origins: ['*']\nconsensus:\n"
    b"  type: interval\n  block_time: 2s\nchain:\n  chain_id: 7\n  hardfork: Prague\n"
    b"  accounts: 3\n  gas_limit: 30000000\n  mnemonic: test test junk\n",
    b"consensus: {type: raft, heartbeat_timeout: 100ms}\n"
    b"p2p: {listen_address: x, seed_nodes: [y]}\n",
)
CAMPAIGNS = tuple(path.read_bytes() for path in sorted((ROOT / "loadtests").glob("*.yaml")))


def _request(method: str, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}


CALL = {
    "from": "0x" + "ab" * 20,
    "to": "0x" + "cd" * 20,
    "gas": "0x5208",
    "value": "0x1",
    "input": "0x00",
    "accessList": [{"address": "0x" + "ab" * 20, "storageKeys": ["0x" + "01" * 32]}],
}
OVERRIDES = {
    "0x" + "ab" * 20: {"balance": "0x1", "stateDiff": {"0x" + "01" * 32: "0x" + "02" * 32}}
}
FILTER = {"fromBlock": "0x0", "toBlock": "latest", "address": ["0x" + "ab" * 20], "topics": [None]}
BODIES = tuple(
    json.dumps(document).encode()
    for document in (
        _request("eth_blockNumber"),
        _request("eth_call", CALL, "latest", OVERRIDES),
        _request("eth_getLogs", FILTER),
        [_request("eth_getBalance", "0x" + "ab" * 20, {"blockNumber": "0x0"}), {"method": "x"}, 1],
        _request("eth_sendRawTransaction", "0x" + TRANSACTIONS[3].hex()),
        _request("eth_feeHistory", 5, "latest", [10, 90.5]),
        _request("eth_getProof", "0x" + "ab" * 20, ["0x0"], "0x0"),
        {"jsonrpc": "2.0", "method": "notify", "params": None},
    )
)
ABI = [
    {
        "type": "function",
        "name": "f",
        "stateMutability": "view",
        "inputs": [
            {"name": "a", "type": "uint256[2][]"},
            {"name": "b", "type": "tuple", "components": [{"name": "c", "type": "string"}]},
        ],
        "outputs": [{"name": "", "type": "bytes32"}],
    },
    {"type": "event", "name": "E", "inputs": [{"name": "x", "type": "address", "indexed": True}]},
    {"type": "error", "name": "Bad", "inputs": [{"name": "n", "type": "int8"}]},
    {"type": "constructor", "inputs": [], "stateMutability": "payable"},
    {"type": "receive", "stateMutability": "payable"},
]
ABIS = (json.dumps(ABI).encode(),)
ABI_DATA = (
    b"".join(map(word, (64, 160, 1, 5, 6, 32, 3))) + b"abc".ljust(32, b"\0"),
    b"\x08\xc3\x79\xa0" + word(32) + word(5) + b"hello".ljust(32, b"\0"),
    b"\x4e\x48\x7b\x71" + word(0x11),
)
_CODE = {"object": "6001", "linkReferences": {}, "sourceMap": "1:2:3:-;4"}
ARTIFACTS = tuple(
    json.dumps(document).encode()
    for document in (
        {
            "abi": ABI,
            "bytecode": _CODE,
            "deployedBytecode": _CODE,
            "methodIdentifiers": {"f()": "0"},
        },
        {"abi": ABI, "contractName": "C", "bytecode": "0x6001", "deployedBytecode": "0x6002"},
        {"contracts": {"a.sol": {"C": {"abi": ABI, "evm": {"bytecode": _CODE}}}}},
        {"version": "0.4.1", "a.vy": {"abi": ABI, "bytecode": "0x60", "bytecode_runtime": "0x61"}},
    )
)
STANDARD_INPUTS = (
    json.dumps(
        {
            "language": "Solidity",
            "sources": {"a.sol": {"content": "contract C {}"}},
            "settings": {
                "optimizer": {"enabled": True, "runs": 200},
                "evmVersion": "prague",
                "remappings": ["a=b"],
                "libraries": {"a.sol": {"L": "0x" + "ab" * 20}},
                "outputSelection": {"*": {"*": ["abi", "evm.bytecode"]}},
            },
        }
    ).encode(),
)
