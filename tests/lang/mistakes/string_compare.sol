// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function f(string memory a) public pure returns (bool) { return a == "x"; }
}
