pragma solidity ^0.8.0;

contract C {
    function f() public pure {
        var x = 3; //~ ERROR: `var` is a reserved word
    }
}
