// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

contract Guarded is ReentrancyGuard {
    event Entered(uint256 depth, bool within);

    uint256 public entries;
    bytes public lastFault;

    /// Enters itself `depth` more times, which the guard forbids.
    function enter(uint256 depth) public nonReentrant {
        entries += 1;
        emit Entered(depth, _reentrancyGuardEntered());
        if (depth > 0) this.enter(depth % 8 - 1);
    }

    /// Enters again, and keeps what it is told.
    function attempt(uint256 depth) external nonReentrant {
        try this.enter(depth) {
            entries += 100;
        } catch (bytes memory fault) {
            lastFault = fault;
        }
    }

    function enterTwice() external {
        enter(0);
        enter(0);
        emit Entered(0, _reentrancyGuardEntered());
    }

    function pay() external payable nonReentrant {
        (bool done, bytes memory data) = msg.sender.call{value: msg.value / 2}("");
        require(done, string(data));
    }
}
