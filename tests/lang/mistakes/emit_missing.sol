// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    event E(uint256 a);
    function f() public { E(1); }
}
