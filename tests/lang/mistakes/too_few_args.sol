// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function g(uint256 a, address b) internal {}
    function f() public { g(1); }
}
