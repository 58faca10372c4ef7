// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract A { function f() public {} }
contract B is A {
    function f() public override {}
}
