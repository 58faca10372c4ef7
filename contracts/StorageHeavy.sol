// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title Load on the state: many fresh storage slots per transaction.
/// @notice Every write lands in a slot that was never used, the most expensive thing a contract
/// can do and the one that makes the state grow.
contract StorageHeavy {
    uint256 public written;
    mapping(uint256 => uint256) private slots;

    /// @notice Writes `n` fresh slots.
    function write(uint256 n) external {
        uint256 first = written;
        for (uint256 i = first; i < first + n; i++) {
            slots[i] = i + 1;
        }
        written = first + n;
    }

    /// @notice Overwrites the first `n` slots that `write` made.
    /// @param n How many; at most `written`.
    /// @param salt Mixed into the new values.
    function rewrite(uint256 n, uint256 salt) external {
        require(n <= written, "not that many slots");
        for (uint256 i = 0; i < n; i++) {
            slots[i] = (i + 1) ^ (salt | 1);
        }
    }

    /// @notice Returns what is in a slot; zero if it was never written.
    function read(uint256 index) external view returns (uint256) {
        return slots[index];
    }

    /// @notice Returns the sum of the first `n` slots, modulo 2**256.
    function sum(uint256 n) external view returns (uint256 result) {
        for (uint256 i = 0; i < n; i++) {
            unchecked {
                result += slots[i];
            }
        }
    }
}
