pragma solidity ^0.8.0;

abstract contract Base {
    constructor() public {} //~ ERROR: the constructor of an abstract contract is not public
    function() external immutable callback; //~ ERROR: an immutable variable cannot be an external
    modifier once() {
        _;
    }
    receive() external payable {
        msg.data; //~ ERROR: there is no `msg.data` in `receive`
    }
    function f() public {
        once; //~ ERROR: the modifier `once` can only stand in the header of a function
        (f(), true) ; //~ ERROR: there is no value here
    }
    function g(Kind Kind) public {} //~ ERROR: `Kind` is a parameter here and no type
    enum Kind { A }
}

library L {
    using L for uint256;
    function open(uint256 x) public pure {}
    function call(uint256 x) internal pure {
        x.open(); //~ ERROR: a library cannot call its own functions from outside
    }
}
