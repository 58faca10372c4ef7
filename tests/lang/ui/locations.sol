pragma solidity ^0.8.0;

contract C {
    struct S { uint256 x; }
    mapping(address => uint256) balances;

    function f(string s) public {} //~ ERROR: the data location of this `string` is missing
    function g(uint256 memory x) public {} //~ ERROR: `uint256` has no data location
    function h(S storage s) public {} //~ ERROR: `storage` is not possible here

    function i() public {
        S s; //~ ERROR: the data location of this `struct C.S` is missing
        mapping(address => uint256) memory m; //~ ERROR: can only be in storage
        mapping(address => uint256) storage n; //~ ERROR: the mapping `n` refers to nothing
    }
}
