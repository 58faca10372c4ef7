pragma solidity ^0.8.0;

abstract contract A {}

interface I {}

contract Plain {
    constructor(uint256 x) {}
}

contract C {
    function f() public {
        new A(); //~ ERROR: `A` is abstract and cannot be created
        new I(); //~ ERROR: `I` is an interface and cannot be created
        new Plain(); //~ ERROR: `Plain` takes 1 argument but gets 0
        new Plain{value: 1}(1); //~ ERROR: ether can only be sent to a payable constructor
        new uint256(3); //~ ERROR: `new` works on contracts and arrays
    }
}
