pragma solidity ^0.8.0;

uint256 variable = 1; //~ ERROR: only constants can be declared outside contracts

contract C {
    uint256 constant NOTHING; //~ ERROR: the constant `NOTHING` has no value
    uint256 constant NOW = block.timestamp; //~ ERROR: is not known at compile time
    uint256[] constant LIST = [uint256(1)]; //~ ERROR: a constant cannot be a
    string immutable name; //~ ERROR: an immutable variable cannot be a `string`
    uint256 constant HASH = uint256(keccak256("x"));
}
