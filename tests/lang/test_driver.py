"""solc's standard JSON: what is asked for comes out, and faults of the input are entries."""

import io
import json
from typing import Any

import pytest

from contractchain.lang import CompileError, Settings, compile_sources, compile_standard_json
from contractchain.lang.driver.listing import list_opcodes
from contractchain.lang.driver.settings import OutputSelection
from contractchain.lang.driver.worker import run_worker

SOURCE = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
COUNTER = SOURCE + "contract C { uint256 public n; function f() external { n++; } }\n"
FORGE = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"]


def standard(sources: dict[str, str], outputs: list[str], **settings: Any) -> dict[str, Any]:
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {"outputSelection": {"*": {"*": outputs, "": ["ast"]}}, **settings},
    }


def test_only_what_is_asked_for_comes_out() -> None:
    output = compile_standard_json(standard({"a.sol": COUNTER}, FORGE))
    contract = output["contracts"]["a.sol"]["C"]
    assert sorted(contract) == ["abi", "evm"]
    assert sorted(contract["evm"]) == ["bytecode", "deployedBytecode", "methodIdentifiers"]
    assert list(contract["evm"]["bytecode"]) == ["object"]
    assert contract["evm"]["methodIdentifiers"] == {"f()": "26121ff0", "n()": "2e52d606"}
    assert "errors" not in output


def test_the_outline_of_a_file_names_its_contracts() -> None:
    output = compile_standard_json(standard({"a.sol": COUNTER}, FORGE))
    source = output["sources"]["a.sol"]
    nodes = source["ast"]["nodes"]
    assert source["id"] == 0
    assert [n["name"] for n in nodes if n["nodeType"] == "ContractDefinition"] == ["C"]


def test_everything_can_be_asked_for() -> None:
    output = compile_standard_json(standard({"a.sol": COUNTER}, ["*"]))
    contract = output["contracts"]["a.sol"]["C"]
    code = contract["evm"]["deployedBytecode"]
    assert code["opcodes"].startswith("PUSH") or code["opcodes"].startswith("CALLVALUE")
    assert code["sourceMap"].count(";") > 5
    assert json.loads(contract["metadata"])["language"] == "Solidity"
    assert contract["storageLayout"]["storage"][0]["label"] == "n"
    assert "function @main" in contract["ir"]


def test_opcodes_and_source_map_have_one_entry_for_each_instruction() -> None:
    output = compile_standard_json(standard({"a.sol": COUNTER}, ["*"]))
    for kind in ("bytecode", "deployedBytecode"):
        code = output["contracts"]["a.sol"]["C"]["evm"][kind]
        words = [w for w in code["opcodes"].split() if not w.startswith("0x")]
        assert len(code["sourceMap"].split(";")) <= len(words)


def test_errors_have_the_shape_of_solc() -> None:
    output = compile_standard_json(standard({"a.sol": SOURCE + "contract C { X x; }\n"}, FORGE))
    (error,) = output["errors"]
    assert (error["severity"], error["type"]) == ("error", "DeclarationError")
    assert error["sourceLocation"]["file"] == "a.sol"
    assert "contracts" not in output


def test_what_is_not_supported_is_refused_at_its_place() -> None:
    text = SOURCE + "contract C { function f() external pure { assembly { pop(1) } } }\n"
    text = text.replace("pop(1)", 'mstore(0, verbatim_0i_1o("00"))')
    output = compile_standard_json(standard({"a.sol": text}, FORGE))
    assert output["errors"][0]["severity"] == "error"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"language": "Yul", "sources": {"a": {"content": ""}}},
        {"language": "Solidity"},
        {"language": "Solidity", "sources": {}},
        {"language": "Solidity", "sources": {"a": 5}},
        {"language": "Solidity", "sources": {"a": {}}},
        {"language": "Solidity", "sources": {"a": {"urls": ["nowhere"]}}},
        standard({"a.sol": COUNTER}, FORGE, evmVersion="homestead"),
        standard({"a.sol": COUNTER}, FORGE, evmVersion=7),
        standard({"a.sol": COUNTER}, FORGE, remappings=["nothing"]),
        standard({"a.sol": COUNTER}, FORGE, optimizer={"runs": -1}),
        standard({"a.sol": COUNTER}, FORGE, optimizer={"enabled": "yes"}),
        standard({"a.sol": COUNTER}, FORGE, libraries={"": {"L": "0x12"}}),
        standard({"a.sol": COUNTER}, FORGE, outputSelection={"*": {"*": "abi"}}),
    ],
)
def test_a_bad_input_is_an_error_entry(data: object) -> None:
    (error,) = compile_standard_json(data)["errors"]
    assert error["severity"] == "error" and error["message"]


def test_remappings_lead_imports_elsewhere() -> None:
    sources = {
        "a.sol": SOURCE + 'import "lib/b.sol"; contract C is B {}',
        "vendor/b.sol": SOURCE + "contract B { uint256 public n; }",
    }
    output = compile_standard_json(standard(sources, FORGE, remappings=["lib/=vendor/"]))
    assert list(output["contracts"]) == ["a.sol", "vendor/b.sol"]


def test_the_reader_finds_imports() -> None:
    files = {"b.sol": SOURCE + "contract B { uint256 public n; }"}
    compilation = compile_sources(
        {"a.sol": SOURCE + 'import "./b.sol"; contract C is B {}'}, reader=files.get
    ).check()
    assert list(compilation.artifacts) == ["a.sol:C", "b.sol:B"]
    assert compilation.find_imports("a.sol") == ["b.sol"]


def test_check_raises_what_is_wrong() -> None:
    with pytest.raises(CompileError, match=";"):
        compile_sources({"a.sol": SOURCE + "contract C { uint256 x }"}).check()


def test_compilation_is_deterministic() -> None:
    codes = {
        compile_sources({"a.sol": COUNTER}, settings=Settings(optimize=optimize))
        .artifacts["a.sol:C"]
        .init_code
        for optimize in (True, True, True)
    }
    assert len(codes) == 1


def test_libraries_are_linked() -> None:
    text = SOURCE + (
        "library L { function f(uint256 x) external pure returns (uint256) { return x + 1; } }\n"
        "contract C { function g() external pure returns (uint256) { return L.f(1); } }\n"
    )
    outputs = ["evm.bytecode.object", "evm.bytecode.linkReferences"]
    code = compile_standard_json(standard({"a.sol": text}, outputs))["contracts"]["a.sol"]["C"]
    places = code["evm"]["bytecode"]["linkReferences"]["a.sol"]["L"]
    hole = code["evm"]["bytecode"]["object"][2 * places[0]["start"] :][:40]
    assert hole.startswith("__$") and hole.endswith("$__")
    linked = compile_standard_json(
        standard({"a.sol": text}, outputs, libraries={"a.sol": {"L": "0x" + "11" * 20}})
    )["contracts"]["a.sol"]["C"]["evm"]["bytecode"]
    assert linked["linkReferences"] == {} and "11" * 20 in linked["object"]


def test_the_worker_goes_on_after_bad_lines() -> None:
    good = json.dumps({"id": 7, "input": standard({"a.sol": COUNTER}, FORGE)})
    lines = [
        "[" * 200_000 + "\n",
        "no json\n",
        "5\n",
        "{}\n",
        "\n",
        '{"id": 1, "input": 5}\n',
        good + "\n",
    ]
    out = io.StringIO()
    run_worker(io.StringIO("".join(lines)), out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [a["id"] for a in answers] == [None, None, None, None, 1, 7]
    assert all("errors" in a["output"] for a in answers[:5])
    assert "contracts" in answers[5]["output"]


def test_selections_cover_what_is_below_them() -> None:
    selection = OutputSelection(entries={"*": {"C": ("evm.bytecode",)}, "b.sol": {"*": ("abi",)}})
    assert selection.wants("a.sol", "C", "evm.bytecode.object")
    assert not selection.wants("a.sol", "D", "evm.bytecode.object")
    assert selection.wants("b.sol", "D", "abi")
    assert not selection.wants("b.sol", "D", "evm.deployedBytecode.object")
    assert selection.wants_any("a.sol", "C", "evm")


def test_opcodes_are_listed_with_what_they_push() -> None:
    assert list_opcodes(bytes.fromhex("5f6001610203015b00fe")) == (
        "PUSH0 PUSH1 0x1 PUSH2 0x203 ADD JUMPDEST STOP INVALID "
    )


def test_code_does_not_depend_on_where_objects_lie_in_memory() -> None:
    sums = "".join(
        f"if (x + {n} == y) a = x + {n}; b += y + {n}; " for n in range(10**20, 10**20 + 40)
    )
    text = (
        "contract C { function f(uint x, uint y) external pure returns (uint a, uint b)"
        f" {{ unchecked {{ {sums} }} }} }}"
    )
    kept: list[object] = []
    found = set()
    for size in (0, 1, 500, 20_000):
        kept.append([object() for _ in range(size)])  # moves what is made next elsewhere
        compiled = compile_sources({"a.sol": text}).check()
        found.add(compiled.artifacts["a.sol:C"].runtime_code)
    assert len(found) == 1
