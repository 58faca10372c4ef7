"""Storage layout."""

from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.driver.abi_json import build_abi, build_method_identifiers
from contractchain.lang.semantics import analyse, require_valid
from contractchain.lang.semantics.types import IntegerType, pack


@given(st.lists(st.integers(1, 32), max_size=30))
def test_packed_values_do_not_overlap_and_stay_in_order(sizes: list[int]) -> None:
    places, end = pack(IntegerType(size * 8, False) for size in sizes)
    position = 0
    for size, place in zip(sizes, places, strict=True):
        start = place.slot * 32 + place.offset
        assert start >= position
        assert place.offset + size <= 32
        position = start + size
    assert end == -(-position // 32)


def layout(text: str, name: str = "C") -> list[tuple[str, int, int]]:
    analysis = require_valid(analyse({"a.sol": text}))
    contract = analysis.find_contract(name)
    assert contract is not None
    return [(item.name, place.offset, place.slot) for item, place in contract.storage]


def test_bases_come_first_and_reference_types_begin_a_slot() -> None:
    text = """
        contract A { uint128 a; bool b; }
        contract C is A { struct S { uint8 x; uint256 y; } address c; S d; uint8[40] e; bytes f; }
    """
    assert layout(text) == [
        ("a", 0, 0),
        ("b", 16, 0),
        ("c", 0, 1),
        ("d", 0, 2),
        ("e", 0, 4),
        ("f", 0, 6),
    ]


def test_constants_and_immutables_take_no_storage() -> None:
    text = "contract C { uint256 constant A = 1; uint256 immutable b = 2; uint256 c; }"
    assert layout(text) == [("c", 0, 0)]


def test_a_contract_may_choose_where_its_storage_begins() -> None:
    assert layout("contract C layout at 2**8 { uint256 a; }") == [("a", 0, 256)]


def test_the_abi_is_sorted_by_kind_and_name() -> None:
    analysis = require_valid(
        analyse(
            {
                "a.sol": "contract C { struct P { uint256 x; bool[] y; } error Bad(P p);"
                " event Done(P indexed p); constructor() payable {} receive() external payable {}"
                " function b(P calldata p) external view returns (C c) {}"
                " function a() public pure {} }"
            }
        )
    )
    contract = analysis.contracts[0]
    abi = build_abi(contract)
    kinds = [(item["type"], item.get("name")) for item in abi]
    assert kinds == [
        ("constructor", None),
        ("error", "Bad"),
        ("event", "Done"),
        ("function", "a"),
        ("function", "b"),
        ("receive", None),
    ]
    assert abi[4]["inputs"] == [
        {
            "components": [
                {"internalType": "uint256", "name": "x", "type": "uint256"},
                {"internalType": "bool[]", "name": "y", "type": "bool[]"},
            ],
            "internalType": "struct C.P",
            "name": "p",
            "type": "tuple",
        }
    ]
    assert abi[4]["outputs"] == [{"internalType": "contract C", "name": "c", "type": "address"}]
    assert list(build_method_identifiers(contract)) == ["a()", "b((uint256,bool[]))"]
