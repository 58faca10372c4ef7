// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    string s;
    function f(uint256 x) public {
        s = x;
    }
}
