// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    uint256 x;
    x = 1;
}
