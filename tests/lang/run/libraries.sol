// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

type Price is uint128;
using {plus as +, same as ==, twice} for Price global;

function plus(Price a, Price b) pure returns (Price) {
    return Price.wrap(Price.unwrap(a) + Price.unwrap(b));
}
function same(Price a, Price b) pure returns (bool) { return Price.unwrap(a) == Price.unwrap(b); }
function twice(Price a) pure returns (Price) { return a + a; }

library Numbers {
    uint256 internal constant STEP = 3;
    function next(uint256 x) internal pure returns (uint256) { return x + STEP; }
    function sum(uint256[] storage list) internal view returns (uint256 total) {
        for (uint256 i = 0; i < list.length; i++) total += list[i];
    }
    function append(uint256[] storage list, uint256 x) internal { list.push(x); }
}

contract C {
    using Numbers for uint256;
    using Numbers for uint256[];
    uint256[] list;

    function next(uint256 x) external pure returns (uint256) { return x.next().next(); }
    function direct(uint256 x) external pure returns (uint256) { return Numbers.next(x); }
    function lists(uint256 a, uint256 b) external returns (uint256) {
        list.append(a);
        list.append(b);
        return list.sum();
    }
    function prices(Price a, Price b) external pure returns (Price, bool) { return ((a + b).twice(), a == b); }
}
// run: next(1) -> 7
// run: direct(1) -> 4
// run: lists(5, 6) -> 11
// run: prices(1, 2) -> (6, false)
// run: prices(2, 2) -> (8, true)
