pragma solidity ^0.8.0;

contract A {
    uint256 private kept;
    function secret() private {}
}

contract B {
    uint256 internal kept;
    function secret() public {}
}

contract C is A {
    function secret() public {} //~ ERROR: `secret`
    uint256 public kept;
}

contract D is A, B {} //~ ERROR: `D` must override `secret`, which several bases define

contract E is B {
    uint256 private kept; //~ ERROR: `kept` is declared in a base already
}
