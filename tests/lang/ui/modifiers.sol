pragma solidity ^0.8.0;

contract C {
    modifier only(address who) {
        require(msg.sender == who);
        _;
    }

    modifier empty() {} //~ ERROR: has no `_;`

    function f() public only {} //~ ERROR: the modifier `only` takes 1 argument but gets 0
    function g() public only(1) {} //~ ERROR: the argument must be `address`
    function h() public f {} //~ ERROR: `f` is neither a modifier nor a base
    function i() public missing {} //~ ERROR: `missing` is not declared

    function j() public {
        _; //~ ERROR: `_;` can only stand in a modifier
        break; //~ ERROR: `break` can only stand in a loop
        continue; //~ ERROR: `continue` can only stand in a loop
    }
}
