// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A counter that announces every step.
/// @notice `Counter` plus one event per increment: what a log costs on top of a storage write.
contract CounterWithLog {
    /// @notice Emitted by every increment.
    /// @param by Who counted.
    /// @param count The value after counting.
    event Incremented(address indexed by, uint256 count);

    uint256 public count;

    /// @notice Counts up by one and logs the new value.
    function increment() external {
        count++;
        emit Incremented(msg.sender, count);
    }
}
