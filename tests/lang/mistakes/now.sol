// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function f() public view returns (uint256) { return now; }
}
