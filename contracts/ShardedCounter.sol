// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A counter in which every sender has a slot of its own.
/// @notice Senders never touch the same storage slot, so transactions of different senders do not
/// conflict: the parallel twin of `Counter`.
contract ShardedCounter {
    mapping(address => uint256) private counts;

    /// @notice Counts the caller's own shard up by one.
    function increment() external {
        counts[msg.sender]++;
    }

    /// @notice Counts the caller's own shard up.
    /// @param amount How far to count.
    function add(uint256 amount) external {
        counts[msg.sender] += amount;
    }

    /// @notice Returns the shard of one sender.
    /// @param sender Whose shard to read.
    /// @return The number of increments `sender` has made.
    function countOf(address sender) external view returns (uint256) {
        return counts[sender];
    }

    /// @notice Returns the sum of the shards of several senders.
    /// @param senders Whose shards to add up; an address that occurs twice counts twice.
    /// @return sum The total.
    function total(address[] calldata senders) external view returns (uint256 sum) {
        for (uint256 i = 0; i < senders.length; i++) {
            sum += counts[senders[i]];
        }
    }
}
