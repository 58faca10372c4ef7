pragma solidity ^0.8.0;

contract C {
    uint256 x;
    x = 3; //~ ERROR: an assignment does not fit here
    return x; //~ ERROR: `return` is a reserved word
}
