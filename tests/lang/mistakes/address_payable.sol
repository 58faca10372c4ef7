// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function f(address to) public {
        to.transfer(1);
    }
}
