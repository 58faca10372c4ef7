// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    mapping(address => uint256) m;
    function f() public view returns (uint256) { return m.length; }
}
