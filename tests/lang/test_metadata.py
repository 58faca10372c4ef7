"""Metadata is what solc's is, and so is the reference to it behind the code."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from solc_oracle import SolcOracle, start_solc

from contractchain._version import SOLIDITY_VERSION, __version__
from contractchain.lang import compile_standard_json
from contractchain.lang.driver.ipfs import encode_base58, hash_ipfs

Json = dict[str, Any]
SOURCES = {
    "a.sol": '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0; import "./b.sol";'
    " /// @title Größe\n contract A is B { function f() public returns (D) { return new D(); } }"
    " contract D {}",
    "b.sol": "pragma solidity ^0.8.0; contract B { uint256 public immutable n = 1; }",
    "c.sol": "pragma solidity ^0.8.0; contract Unrelated {}",
}


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


def wish(metadata: Json, sources: dict[str, str] = SOURCES) -> Json:
    outputs = ["metadata", "evm.bytecode.object", "evm.deployedBytecode.object"]
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {
            "metadata": metadata,
            "evmVersion": "cancun",
            "remappings": ["x/=y/", "z:x=w"],
            "outputSelection": {"*": {"*": outputs}},
        },
    }


def trailer_of(contract: Json) -> bytes:
    """Return the CBOR behind the runtime code, without its length."""
    code = bytes.fromhex(contract["evm"]["deployedBytecode"]["object"])
    assert contract["evm"]["bytecode"]["object"].endswith(code[-2:].hex())
    return code[-2 - int.from_bytes(code[-2:], "big") : -2]


@pytest.mark.parametrize(
    "metadata",
    [
        {"bytecodeHash": "ipfs"},
        {"bytecodeHash": "none"},
        {"bytecodeHash": "ipfs", "appendCBOR": True, "useLiteralContent": True},
        {"bytecodeHash": "none", "appendCBOR": False},
    ],
)
def test_the_metadata_is_solcs_but_for_the_version(metadata: Json, solc: SolcOracle) -> None:
    request = wish({"appendCBOR": True, **metadata})
    theirs = json.loads(solc.compile(request)["contracts"]["a.sol"]["A"]["metadata"])
    ours = json.loads(compile_standard_json(request)["contracts"]["a.sol"]["A"]["metadata"])
    assert theirs.pop("compiler")["version"].startswith(SOLIDITY_VERSION)
    assert ours.pop("compiler")["version"].startswith(SOLIDITY_VERSION)
    for entry in theirs["sources"].values():
        if "urls" in entry:  # the other one is Swarm's
            entry["urls"] = [url for url in entry["urls"] if url.startswith("dweb:")]
    assert ours == theirs


def test_the_hash_behind_the_code_is_that_of_the_metadata() -> None:
    request = wish({"bytecodeHash": "ipfs"})
    contract = compile_standard_json(request)["contracts"]["a.sol"]["A"]
    trailer = trailer_of(contract)
    version = f"{SOLIDITY_VERSION}+contractchain.{__version__}".encode()
    address = hash_ipfs(contract["metadata"].encode())
    assert trailer[:7] == b"\xa2\x64ipfs\x58"
    assert trailer[8:42] == address
    assert trailer[42:].startswith(b"\x64solc") and trailer.endswith(version)


def test_the_code_ends_with_the_code_unless_a_reference_is_asked_for() -> None:
    plain = compile_standard_json(wish({}))["contracts"]["c.sol"]["Unrelated"]
    bare = compile_standard_json(wish({"bytecodeHash": "none", "appendCBOR": False}))
    assert plain["evm"] == bare["contracts"]["c.sol"]["Unrelated"]["evm"]


@pytest.mark.parametrize("size", [0, 40_000, 600_000])
def test_our_hash_of_solcs_metadata_is_what_solc_puts_behind_its_code(
    size: int, solc: SolcOracle
) -> None:
    sources = {"c.sol": f"pragma solidity ^0.8.0; contract C {{}} // {'x' * size}"}
    request = wish({"bytecodeHash": "ipfs", "useLiteralContent": True}, sources)
    contract = solc.compile(request)["contracts"]["c.sol"]["C"]
    assert trailer_of(contract)[8:42] == hash_ipfs(contract["metadata"].encode())


def test_identifiers_are_written_in_base_58() -> None:
    assert encode_base58(hash_ipfs(b"")) == "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
    assert encode_base58(b"\0\0\1") == "112"


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"bytecodeHash": "bzzr1"}, "`settings.metadata.bytecodeHash` is `bzzr1`"),
        ({"appendCBOR": 1}, "`settings.metadata.appendCBOR` is neither true nor false"),
        ({"bytecodeHash": "ipfs", "appendCBOR": False}, "`appendCBOR` is false"),
    ],
)
def test_other_wishes_are_refused(metadata: Json, message: str) -> None:
    (error,) = compile_standard_json(wish(metadata))["errors"]
    assert message in error["message"]
