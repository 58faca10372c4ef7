// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function f() public pure return (uint256) { return 1; }
}
