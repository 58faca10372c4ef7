pragma solidity ^0.8.0;

contract A {
    function plain() public {}
    function open() public virtual {}
    function wide() public view virtual returns (uint256) {}
    function ext() external virtual {}
}

contract B is A {
    function plain() public override {} //~ ERROR: `plain` overrides a function that is not virtual
    function open() public {} //~ ERROR: `open` overrides another function without saying so
    function wide() public override returns (uint256) {} //~ ERROR: `wide` is `nonpayable` but overrides
    function nothing() public override {} //~ ERROR: `nothing` overrides nothing
    function ext() internal override {} //~ ERROR: `ext` is `internal` but overrides
}

abstract contract X {
    function f() public virtual {}
}

abstract contract Y {
    function f() public virtual {}
}

contract Z is X, Y {} //~ ERROR: `Z` must override `f`
