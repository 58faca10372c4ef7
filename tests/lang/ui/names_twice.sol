pragma solidity ^0.8.0;

contract C {
    uint256 a;
    bool a; //~ ERROR: `a` is declared already

    struct S {
        uint256 m;
        bool m; //~ ERROR: `m` is declared already
    }

    enum E { One, Two, One } //~ ERROR: `One` is declared already

    function f(uint256 p) public pure {
        uint256 q = p;
        bool q; //~ ERROR: `q` is declared already
    }

    function f(uint256) public pure {} //~ ERROR: `f` is defined twice
}
