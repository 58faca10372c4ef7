pragma solidity ^0.8.0;

contract C {
    uint256 x;

    function a() public pure returns (uint256) {
        return x; //~ ERROR: `a` is pure, but this reads
    }

    function b() public view {
        x = 1; //~ ERROR: `b` is view, but this changes the state
    }

    function c() public pure returns (address) {
        return msg.sender; //~ ERROR: `c` is pure, but this reads
    }

    function d() public returns (uint256) {
        x = 1;
        return msg.value; //~ ERROR: `msg.value` is used, but `d` is not payable
    }

    function e() public view {
        a();
        x++; //~ ERROR: `e` is view, but this changes the state
        d(); //~ ERROR: `e` is view, but this changes the state
    }
}
