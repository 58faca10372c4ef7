pragma solidity ^0.8.0;

contract C {
    string s = "abc; //~ ERROR: this string has no end
    uint256 x = 12abc; //~ ERROR: invalid number
}
