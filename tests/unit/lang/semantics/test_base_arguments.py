"""Constructor arguments reach bases through contracts in other files, in any order of files."""

from contractchain.lang.semantics import analyse

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
SOURCES = {
    "c.sol": HEAD + 'import "b.sol"; contract C is B { constructor() B(1) {} }',
    "b.sol": HEAD + 'import "a.sol"; contract B is A { constructor(uint256 x) A(x, x) {} }',
    "a.sol": HEAD + "contract A { constructor(uint256, uint256) {} }",
}


def test_a_base_in_an_imported_file_passes_arguments_on() -> None:
    analysis = analyse(SOURCES)
    assert not analysis.has_errors, analysis.diagnostics
    contract = analysis.find_contract("C")
    assert contract is not None
    given = {base.name: item.contract.name for base, item in contract.base_arguments.items()}
    assert given == {"A": "B", "B": "C"}


def test_a_base_that_gets_nothing_is_reported() -> None:
    sources = {**SOURCES, "b.sol": HEAD + 'import "a.sol"; abstract contract B is A { }'}
    sources["c.sol"] = HEAD + 'import "b.sol"; contract C is B { }'
    assert [item.code for item in analyse(sources).diagnostics] == [3415]
