// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    error E(uint256 a);
    function f() public pure { E(1); }
}
