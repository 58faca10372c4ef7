// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    uint256 a = 5;
    uint128 b = 1;
    uint128 c = 2;
    uint256[] list;
    uint256 constant K = 77;

    function add(uint256 x, uint256 y) external pure returns (uint256 z) { assembly { z := add(x, y) } }
    function loop(uint256 n) external pure returns (uint256 s) {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                if eq(i, 3) { continue }
                if gt(i, 6) { break }
                s := add(s, i)
            }
        }
    }
    function sw(uint256 x) external pure returns (uint256 r) {
        assembly { switch x case 1 { r := 10 } case 2 { r := 20 } default { r := 30 } }
    }
    function fn(uint256 x) external pure returns (uint256 r, uint256 q) {
        assembly {
            function fact(n) -> f { f := 1 if iszero(n) { leave } f := mul(n, fact(sub(n, 1))) }
            function pair(v) -> l, h { l := v h := mul(v, 2) }
            r := fact(x)
            q, r := pair(r)
        }
    }
    function slots() external view returns (uint256 x, uint256 y, uint256 o, uint256 l) {
        assembly { x := sload(a.slot) y := b.slot o := c.offset l := list.slot }
    }
    function dirty(uint256 x) external pure returns (uint8 r) { assembly { r := x } }
    function calldata_(uint256[] calldata x) external pure returns (uint256 o, uint256 l) {
        assembly { o := x.offset l := x.length }
    }
    function memory_(bytes memory x) external pure returns (uint256 l, bytes32 w) {
        assembly { l := mload(x) w := mload(add(x, 32)) }
    }
    function constant_() external pure returns (uint256 x) { assembly { x := K } }
    function order() external pure returns (uint256 r) {
        assembly {
            function t(x) -> y { mstore(0, add(mul(mload(0), 10), x)) y := x }
            mstore(0, 0)
            pop(add(t(1), t(2)))
            r := mload(0)
        }
    }
    function ret() external pure returns (uint256) { assembly { mstore(0, 42) return(0, 32) } }
    function rev() external pure { assembly { mstore(0, 42) revert(31, 1) } }
}
// run: add(1, 2) -> 3
// run: loop(10) -> 18
// run: sw(1) -> 10
// run: sw(2) -> 20
// run: sw(3) -> 30
// run: fn(5) -> (240, 120)
// run: slots() -> (5, 1, 16, 2)
// run: dirty(511) -> 255
// run: calldata_([1, 2, 3]) -> (68, 3)
// run: memory_(hex"0102") -> (2, hex"0102000000000000000000000000000000000000000000000000000000000000")
// run: constant_() -> 77
// run: order() -> 21
// run: ret() -> 42
