// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function f() public pure { uint256[] memory l; l.push(1); }
}
