pragma solidity ^0.8.0;

import "./nowhere.sol"; //~ ERROR: source `nowhere.sol` not found
