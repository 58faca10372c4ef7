pragma solidity ^0.8.0;

contract C {
    modifier m() {
        _;
        return 1; //~ ERROR: a modifier returns nothing
    }

    function one() public pure returns (uint256) {
        return; //~ ERROR: a value must be returned
    }

    function two() public pure returns (uint256, bool) {
        return 1; //~ ERROR: `two` returns 2 values, but one value is given here
    }

    function three() public pure returns (uint256) {
        return true; //~ ERROR: the returned value must be `uint256`
    }

    function none() public pure {
        return 1; //~ ERROR: `none` returns nothing, but one value is given here
    }
}
