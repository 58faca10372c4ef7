"""What analysis finds out about valid programs."""

from fractions import Fraction

import pytest

from contractchain.lang import ast
from contractchain.lang.errors import CompileError
from contractchain.lang.parse import MAX_DEPTH
from contractchain.lang.semantics import (
    Analysis,
    Builtin,
    CallKind,
    ExpressionInfo,
    Lookup,
    analyse,
    require_valid,
)
from contractchain.lang.semantics.symbols import ContractSymbol


def check(text: str) -> Analysis:
    return require_valid(analyse({"a.sol": f"pragma solidity ^0.8.0;\n{text}"}))


def info_of(analysis: Analysis, written: str) -> ExpressionInfo:
    """Return what the expression with exactly this source is."""
    source = analysis.sources[0]
    for unit in analysis.units.values():
        for node in ast.walk(unit.node):
            if isinstance(node, ast.Expression) and source.slice(node.span) == written:
                return analysis.info(node)
    raise AssertionError(written)


def contract_of(analysis: Analysis, name: str) -> ContractSymbol:
    found = analysis.find_contract(name)
    assert found is not None
    return found


def test_a_literal_has_its_exact_value() -> None:
    analysis = check("contract C { uint256 x = 2 ** 10 - 1; uint256 y = 0.5 ether; }")
    assert info_of(analysis, "2 ** 10 - 1").constant == 1023
    assert info_of(analysis, "0.5 ether").constant == Fraction(10**18, 2)


def test_a_call_has_its_arguments_in_the_order_of_the_parameters() -> None:
    analysis = check(
        "contract C { function g(uint256 a, bool b) internal {}"
        " function f() public { g({b: true, a: 1}); } }"
    )
    call = info_of(analysis, "g({b: true, a: 1})").call
    assert call is not None
    source = analysis.sources[0]
    assert [source.slice(item.span) for item in call.arguments] == ["1", "true"]
    assert [str(item) for item in call.parameters] == ["uint256", "bool"]
    assert (call.kind, call.lookup) == (CallKind.FUNCTION, Lookup.VIRTUAL)


@pytest.mark.parametrize(
    ("written", "kind", "builtin"),
    [
        ("uint8(x)", CallKind.CONVERSION, None),
        ("S(x)", CallKind.STRUCT, None),
        ("new D()", CallKind.CREATION, None),
        ("E(x)", CallKind.EVENT, None),
        ("R(x)", CallKind.ERROR, None),
        ("keccak256(b)", CallKind.BUILTIN, Builtin.KECCAK256),
        ("abi.encode(x)", CallKind.BUILTIN, Builtin.ABI_ENCODE),
        ("list.push(x)", CallKind.BUILTIN, Builtin.ARRAY_PUSH),
        ("new uint256[](x)", CallKind.BUILTIN, Builtin.NEW_ARRAY),
        ("P.wrap(x)", CallKind.BUILTIN, Builtin.WRAP),
        ("this.f(x, b)", CallKind.FUNCTION, None),
        ("x.twice()", CallKind.FUNCTION, None),
    ],
)
def test_every_call_says_what_it_does(
    written: str, kind: CallKind, builtin: Builtin | None
) -> None:
    analysis = check(
        """
        type P is uint256;
        contract D {}
        library L { function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }
        contract C {
            using L for uint256;
            struct S { uint256 a; }
            event E(uint256 a);
            error R(uint256 a);
            uint256[] list;
            function f(uint256 x, bytes memory b) public {
                uint8(x); S(x); new D(); emit E(x); keccak256(b); abi.encode(x); list.push(x);
                new uint256[](x); P.wrap(x); this.f(x, b); x.twice();
                revert R(x);
            }
        }
        """
    )
    call = info_of(analysis, written).call
    assert call is not None
    assert (call.kind, call.builtin) == (kind, builtin)


def test_an_attached_function_has_its_receiver() -> None:
    analysis = check(
        "library L { function add(uint256 a, uint256 b) internal pure returns (uint256) {} }"
        "contract C { using L for uint256;"
        " function f(uint8 x) public pure returns (uint256) { return uint256(x).add(1); } }"
    )
    call = info_of(analysis, "uint256(x).add(1)").call
    assert call is not None
    assert call.receiver is not None
    assert str(call.receiver_type) == "uint256"
    assert [str(item) for item in call.parameters] == ["uint256"]


def test_bases_are_linearised_most_derived_first() -> None:
    analysis = check("contract A {} contract B is A {} contract C is A {} contract D is B, C {}")
    names = [item.name for item in contract_of(analysis, "D").linearised]
    assert names == ["D", "C", "B", "A"]


def test_virtual_and_super_calls_are_found_from_the_deployed_contract() -> None:
    analysis = check(
        """
        contract A { function f() public virtual {} }
        contract B is A { function f() public virtual override { super.f(); } }
        contract C is A { function f() public virtual override { super.f(); } }
        contract D is B, C { function f() public override(B, C) { super.f(); } }
        """
    )
    a, b, d = (contract_of(analysis, name) for name in "ABD")
    function = a.functions[0]
    assert d.resolve_virtual(function).contract is d
    after_b = d.resolve_super(function, b)
    assert after_b is not None
    assert after_b.contract is a
    after_d = d.resolve_super(function, d)
    assert after_d is not None
    assert after_d.contract is contract_of(analysis, "C")


def test_the_interface_holds_inherited_functions_and_getters_by_selector() -> None:
    analysis = check(
        "contract A { mapping(address => uint256) public balanceOf; }"
        "contract B is A { function transfer(address, uint256) external {} }"
    )
    selectors = {key.hex(): item.name for key, item in contract_of(analysis, "B").interface.items()}
    assert selectors == {"70a08231": "balanceOf", "a9059cbb": "transfer"}


def test_modifiers_and_base_arguments_are_resolved() -> None:
    analysis = check(
        """
        contract A { constructor(uint256 x) {} modifier m(uint256 y) virtual { _; } }
        contract B is A(3) { function f() public m(1) A.m(2) {} }
        """
    )
    contract = contract_of(analysis, "B")
    uses = contract.functions[0].modifiers
    assert [(item.modifier.name, item.is_virtual) for item in uses] == [("m", True), ("m", False)]
    given = contract.base_arguments[contract_of(analysis, "A")]
    assert len(given.arguments) == 1
    assert not given.is_from_constructor


def test_assembly_knows_the_variables_it_uses() -> None:
    analysis = check(
        "contract C { uint256 s; function f(uint256 a) public returns (uint256 r) {"
        " assembly { r := add(a, sload(s.slot)) } } }"
    )
    kinds = sorted((i.variable.name, i.kind.value) for i in analysis.yul_references.values())
    assert kinds == [("a", "local"), ("r", "local"), ("s", "slot")]


def test_imports_are_read_and_renamed() -> None:
    files = {"lib/b.sol": "uint256 constant N = 2; function g() pure returns (uint256) {}"}
    text = 'import {N as M} from "./b.sol"; import * as b from "x/b.sol"; uint256 constant O = M;'
    analysis = analyse(
        {"lib/a.sol": text + " contract C { uint256[b.N] x; uint256 y = b.g(); }"},
        reader=files.get,
        remappings=[("x/", "lib/")],
    )
    require_valid(analysis)
    assert list(analysis.units) == ["lib/a.sol", "lib/b.sol"]


def test_an_invalid_program_is_an_error_with_all_diagnostics() -> None:
    with pytest.raises(CompileError) as caught:
        check("contract C { uint8 x = 256; bool y = 1; }")
    assert [item.code for item in caught.value.diagnostics if item.is_error] == [7407, 7407]


def test_programs_as_deep_as_the_parser_allows_can_be_checked() -> None:
    depth = MAX_DEPTH - 20
    inner = "(" * depth + "1" + ")" * depth
    check(f"contract C {{ uint256 x = {inner}; }}")
    calls = "f(" * depth + "1" + ")" * depth
    check(
        "contract C { function f(uint256 a) internal returns (uint256) {"
        f" return a; }} function g() public {{ {calls}; }} }}"
    )
    check("contract C { uint256 x = " + "1 + " * 3000 + "1; }")
