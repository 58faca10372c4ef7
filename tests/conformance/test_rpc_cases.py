"""The request and response cases of execution-apis, against the chain they were made on.

Structure and values must be equal; of an error, code and data; cases that say `speconly` only tell
whether it is an error. Cases of methods that the node does not have are skipped, each visibly.
"""

import asyncio
import json
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.vectors import EXECUTION_APIS

from contractchain.chain.block_file import iterate_blocks
from contractchain.errors import EngineUnavailableError
from contractchain.node import EngineChoice, LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import CONCURRENT, METHODS


@cache
def read_cases() -> dict[str, str]:
    """Return the text of each case by its name."""
    if not EXECUTION_APIS.exists():
        return {}
    with tarfile.open(EXECUTION_APIS) as archive:
        cases = {}
        for member in archive.getmembers():
            if member.name.endswith(".io"):
                file = archive.extractfile(member)
                assert file is not None
                cases["/".join(Path(member.name).parts[-2:])] = file.read().decode()
    return dict(sorted(cases.items()))


@pytest.fixture(scope="module")
def chain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the chain, unpacked."""
    folder = tmp_path_factory.mktemp("execution-apis")
    with tarfile.open(EXECUTION_APIS) as archive:
        for member in archive.getmembers():
            if Path(member.name).name in ("genesis.json", "chain.rlp"):
                file = archive.extractfile(member)
                assert file is not None
                (folder / Path(member.name).name).write_bytes(file.read())
    return folder


@pytest.fixture
def imported(chain_folder: Path) -> Iterator[LocalNode]:
    """A node with the chain, for one case: some change its pool."""
    config = NodeConfig(
        data_dir=None,
        engine=EngineChoice.REVM,  # the chain goes beyond Prague
        automine=False,
        genesis=chain_folder / "genesis.json",
    )
    try:
        node = open_local_chain(config)
    except EngineUnavailableError as error:
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with node:
        for raw in iterate_blocks(chain_folder / "chain.rlp"):
            node.chain.import_block(raw)
        yield node


@pytest.mark.parametrize("name", read_cases() or [pytest.param("", marks=pytest.mark.skip)])
def test_a_published_case_gets_the_published_response(name: str, request: Any) -> None:
    lines = read_cases()[name].splitlines()
    calls = [json.loads(line[3:]) for line in lines if line.startswith(">> ")]
    wanted = [json.loads(line[3:]) for line in lines if line.startswith("<< ")]
    missing = sorted({call["method"] for call in calls} - set(METHODS))
    if missing:
        pytest.skip(f"not built: {', '.join(missing)}")
    node: LocalNode = request.getfixturevalue("imported")
    only_shape = any(line.startswith("// speconly") for line in lines)
    for answer, want in zip(asyncio.run(answer_all(node, calls)), wanted, strict=True):
        if only_shape:
            assert ("error" in answer) == ("error" in want)
        else:
            assert comparable(answer) == comparable(want)


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


def comparable(value: Any) -> Any:
    """Return a response without the texts of its errors, which are each node's own."""
    if isinstance(value, dict):
        without = {k: comparable(v) for k, v in value.items()}
        if "code" in without:
            without.pop("message", None)
        return without
    return [comparable(item) for item in value] if isinstance(value, list) else value
