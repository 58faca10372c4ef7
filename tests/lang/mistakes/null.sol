// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    address a;
    function f() public view returns (bool) { return a == null; }
}
