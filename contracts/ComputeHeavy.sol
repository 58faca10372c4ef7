// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title Load on the interpreter: arithmetic and hashing, one storage write.
contract ComputeHeavy {
    /// @notice Result of the last round trip through `hash` or `mix`.
    bytes32 public result;

    /// @notice Hashes `rounds` times in a chain that starts at `seed` and keeps the end.
    function hash(bytes32 seed, uint256 rounds) external {
        result = hashChain(seed, rounds);
    }

    /// @notice Runs `rounds` rounds of arithmetic that starts at `seed` and keeps the end.
    function mix(uint256 seed, uint256 rounds) external {
        result = bytes32(mixChain(seed, rounds));
    }

    /// @notice Returns what `hash` would keep.
    function hashChain(bytes32 seed, uint256 rounds) public pure returns (bytes32) {
        for (uint256 i = 0; i < rounds; i++) {
            seed = keccak256(abi.encodePacked(seed, i));
        }
        return seed;
    }

    /// @notice Returns what `mix` would keep.
    function mixChain(uint256 seed, uint256 rounds) public pure returns (uint256 x) {
        x = seed;
        for (uint256 i = 0; i < rounds; i++) {
            unchecked {
                x = x * 6364136223846793005 + 1442695040888963407;
                x ^= x >> 33;
            }
            x = x % (2 ** 255 - 19) + i;
        }
    }

    /// @notice Returns the n-th Fibonacci number.
    /// @param n At most 370; above that the sum overflows and panics.
    function fibonacci(uint256 n) external pure returns (uint256 a) {
        uint256 b = 1;
        for (uint256 i = 0; i < n; i++) {
            (a, b) = (b, a + b);
        }
    }
}
