"""The request and response cases of execution-apis, against the chain they were made on.

Structure and values must be equal; of an error, code and data; cases that say `speconly` only tell
whether it is an error. Cases of methods that the node does not have are skipped, each visibly.
"""

import asyncio
import json
import os
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.vectors import find_execution_apis

from contractchain.chain.block_file import iterate_blocks
from contractchain.errors import EngineUnavailableError
from contractchain.node import EngineChoice, LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import CONCURRENT, METHODS

COUNTS_FAILED_LOGS = "eth_simulateV1/ethSimulate-use-as-many-features-as-possible.io"
"""Its log indices count transfers of calls that failed, as geth did; geth has mended that since."""


@cache
def list_cases() -> dict[str, Path]:
    """Return the file of each case by its name."""
    top = find_execution_apis()
    if top is None:
        return {}
    return {file.relative_to(top).as_posix(): file for file in sorted(top.rglob("*.io"))}


@pytest.fixture
def imported() -> Iterator[LocalNode]:
    """A node with the chain, for one case: some change its pool."""
    folder = find_execution_apis()
    assert folder is not None
    config = NodeConfig(
        data_dir=None,
        engine=EngineChoice.REVM,  # the chain goes beyond Prague
        automine=False,
        genesis=folder / "genesis.json",
    )
    try:
        node = open_local_chain(config)
    except EngineUnavailableError as error:
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with node:
        for raw in iterate_blocks(folder / "chain.rlp"):
            node.chain.import_block(raw)
        final = json.loads((folder / "headfcu.json").read_text())["params"][0]["finalizedBlockHash"]
        node.chain.set_head(node.chain.head().hash, finalized=bytes.fromhex(final[2:]))
        yield node


@pytest.mark.parametrize("name", list_cases() or [pytest.param("", marks=pytest.mark.skip)])
def test_a_published_case_gets_the_published_response(name: str, request: Any) -> None:
    lines = list_cases()[name].read_text().splitlines()
    calls = [json.loads(line[3:]) for line in lines if line.startswith(">> ")]
    wanted = [json.loads(line[3:]) for line in lines if line.startswith("<< ")]
    missing = sorted({call["method"] for call in calls} - set(METHODS))
    if missing:
        pytest.skip(f"not built: {', '.join(missing)}")
    node: LocalNode = request.getfixturevalue("imported")
    only_shape = any(line.startswith("// speconly") for line in lines)
    only_shape = only_shape and not name.startswith("debug_trace")  # equal all the same
    for answer, want in zip(asyncio.run(answer_all(node, calls)), wanted, strict=True):
        if only_shape:
            assert ("error" in answer) == ("error" in want)
        else:
            ignored = {"logIndex"} if name == COUNTS_FAILED_LOGS else set()
            assert comparable(answer, ignored) == comparable(want, ignored)


def test_every_block_is_traced_to_the_receipts_it_has(imported: LocalNode) -> None:
    for number in range(1, imported.chain.head().number + 1):
        config = {"tracer": "callTracer", "tracerConfig": {"withLog": True}}
        asked = (("debug_traceBlockByNumber", [hex(number), config]),)
        asked += (("eth_getBlockReceipts", [hex(number)]),)
        calls = [{"jsonrpc": "2.0", "id": 1, "method": m, "params": p} for m, p in asked]
        traces, receipts = (x["result"] for x in asyncio.run(answer_all(imported, calls)))
        for trace, receipt in zip(traces, receipts, strict=True):
            assert trace["txHash"] == receipt["transactionHash"]
            top = trace["result"]
            assert top["gasUsed"] == receipt["gasUsed"]
            if "status" in receipt:
                assert ("error" in top) == (receipt["status"] == "0x0")
            found = [
                (log["address"], log["topics"], log["data"], log["index"]) for log in logs(top)
            ]
            assert found == [
                (log["address"], log["topics"], log["data"], log["logIndex"])
                for log in receipt["logs"]
            ]


def logs(call: Any) -> list[Any]:
    """Return the logs of a call and of those inside it, in their order."""
    own = call.get("logs", [])
    inner = [log for part in call.get("calls", []) for log in logs(part)]
    return sorted(own + inner, key=lambda log: int(log["index"], 16))


async def answer_all(node: LocalNode, calls: list[Any]) -> list[Any]:
    """Return the responses of the node, one after the other."""
    context = RpcContext(
        chain=node.chain, accounts=node.accounts, mining=node.consensus, client_version="test"
    )
    dispatcher = Dispatcher(context, METHODS, None, CONCURRENT)
    try:
        return [json.loads(await dispatcher.handle(json.dumps(call).encode())) for call in calls]
    finally:
        context.close()


def comparable(value: Any, ignored: Set[str]) -> Any:
    """Return a response without the texts of its errors, which are each node's own."""
    if isinstance(value, dict):
        texts = {"message"} if "code" in value else set()
        return {
            key: comparable(item, ignored)
            for key, item in value.items()
            if key not in texts and key not in ignored
        }
    return [comparable(item, ignored) for item in value] if isinstance(value, list) else value
