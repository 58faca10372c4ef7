// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contarct C {
    uint256 x;
}
