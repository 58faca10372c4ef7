pragma solidity ^0.8.0;

interface I {
    uint256 x; //~ ERROR: an interface has no variables
    function a() external {} //~ ERROR: a function in an interface has no body
    function b() public; //~ ERROR: a function in an interface is external
    constructor() {} //~ ERROR: an interface has no constructor
    function c() external;
}

library L {
    uint256 y; //~ ERROR: a library has no state variables
    constructor() {} //~ ERROR: a library has no constructor
}

contract C is I {} //~ ERROR: `C` does not implement

contract D is L {} //~ ERROR: nothing can be derived from a library

contract E {
    function noVisibility() {} //~ ERROR: the visibility of `noVisibility` is missing
    function noBody() public; //~ ERROR: `noBody` has no body
    constructor() {}
    constructor(uint256) {} //~ ERROR: a contract has only one constructor
    receive() external {} //~ ERROR: `receive` must be payable
    fallback() public {} //~ ERROR: `fallback` must be external
    function E() public {} //~ ERROR: a function cannot have the name of its contract
}
