// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A number that anyone can count up.
/// @notice The smallest contract with state: the first rung of the stress ladder.
contract Counter {
    uint256 public count;
    function increment() external { count++; }
}
