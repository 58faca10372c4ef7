// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

contract Roles is AccessControl {
    bytes32 public constant CLERK = keccak256("CLERK");
    bytes32 public constant CHIEF = keccak256("CHIEF");
    uint256 public files;

    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(CHIEF, msg.sender);
        _setRoleAdmin(CLERK, CHIEF);
    }

    function file() external onlyRole(CLERK) {
        files += 1;
    }

    function setAdmin(bytes32 role, bytes32 admin) external onlyRole(CHIEF) {
        _setRoleAdmin(role, admin);
    }
}
