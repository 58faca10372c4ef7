// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    uint256 x;
    function f() public view { x = 1; }
}
