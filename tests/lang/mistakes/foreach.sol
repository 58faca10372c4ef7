// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    uint256[] l;
    function f() public { for (uint256 a in l) {} }
}
