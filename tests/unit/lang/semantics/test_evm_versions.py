"""What sources may use depends on the version of the EVM that they are compiled for."""

import pytest

from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.semantics import analyse


def codes(body: str, version: EvmVersion) -> list[int]:
    """Return the numbers of the errors, and of the warnings about versions."""
    text = f"pragma solidity ^0.8.0; contract C {{ {body} }}"
    about = (8417, 9432)
    analysis = analyse({"a.sol": text}, evm_version=version)
    return [item.code for item in analysis.diagnostics if item.is_error or item.code in about]


def in_function(statement: str) -> str:
    return f"function f() public {{ {statement} }}"


def in_assembly(statement: str) -> str:
    return in_function(f"assembly {{ {statement} }}")


@pytest.mark.parametrize(
    ("body", "first", "code"),
    [
        (in_function("uint256 x = block.blobbasefee;"), EvmVersion.CANCUN, 1006),
        (in_function("bytes32 x = blobhash(0);"), EvmVersion.CANCUN, 7576),
        ("uint256 transient x;", EvmVersion.CANCUN, 7985),
        (in_assembly("mcopy(0, 0, 0)"), EvmVersion.CANCUN, 7755),
        (in_assembly("tstore(0, tload(1))"), EvmVersion.CANCUN, 6243),
        (in_assembly("pop(blobhash(0))"), EvmVersion.CANCUN, 8314),
        (in_assembly("pop(blobbasefee())"), EvmVersion.CANCUN, 6679),
        (in_assembly("pop(prevrandao())"), EvmVersion.PARIS, 4619),
        (in_assembly("pop(clz(1))"), EvmVersion.OSAKA, 4948),
        (in_function("uint256 x = block.prevrandao;"), EvmVersion.PARIS, 9432),
    ],
)
def test_a_feature_exists_from_its_version_on(body: str, first: EvmVersion, code: int) -> None:
    for version in EvmVersion:
        found = codes(body, version)
        assert (not found) if version.has(first) else (set(found) == {code}), version


def test_difficulty_has_become_prevrandao() -> None:
    assert codes(in_function("uint256 x = block.difficulty;"), EvmVersion.LONDON) == []
    assert codes(in_function("uint256 x = block.difficulty;"), EvmVersion.PARIS) == [8417]
    assert codes(in_assembly("pop(difficulty())"), EvmVersion.LONDON) == []
    assert codes(in_assembly("pop(difficulty())"), EvmVersion.PARIS) == [4619]


@pytest.mark.parametrize("name", ["blobhash", "mcopy", "tload", "prevrandao"])
def test_names_of_later_instructions_can_be_declared(name: str) -> None:
    body = in_assembly(f"function {name}() -> r {{ r := 1 }} pop({name}())")
    assert codes(body, EvmVersion.LONDON) == []
    assert codes(body, EvmVersion.PRAGUE)[0] == 5568
