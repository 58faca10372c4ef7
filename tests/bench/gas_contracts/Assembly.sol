// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title Governor with simple counting
contract Assembly is Governor, GovernorSettings, GovernorCountingSimple, GovernorVotes {
    constructor(IVotes coin) Governor("Assembly") GovernorSettings(1, 100, 0) GovernorVotes(coin) {}

    function quorum(uint256) public pure override returns (uint256) {
        return 10 ** 18;
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }
}
