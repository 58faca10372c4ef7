// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title Load on receipts and log indexes: many events per transaction, no storage.
contract LogHeavy {
    /// @notice One step of `emitMany`.
    event Step(address indexed caller, uint256 indexed index, bytes32 data);
    /// @notice Carries bytes of any length.
    event Blob(address indexed caller, bytes data);

    /// @notice Emits `n` events with two topics each beside the signature.
    /// @param seed Makes the data of the events differ between calls.
    function emitMany(uint256 n, bytes32 seed) external {
        for (uint256 i = 0; i < n; i++) {
            emit Step(msg.sender, i, keccak256(abi.encodePacked(seed, i)));
        }
    }

    /// @notice Emits one event that carries `data`.
    function emitBlob(bytes calldata data) external {
        emit Blob(msg.sender, data);
    }
}
