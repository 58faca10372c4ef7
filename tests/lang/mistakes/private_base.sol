// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract A { uint256 private x; }
contract C is A {
    function f() public { x = 1; }
}
