// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

import "./Tokn.sol";
contract C {}
