// What is private in one base does not stand in the way of another base's name.
// run: names() -> (1, 34)
// run: direct() -> 7
pragma solidity ^0.8.0;

abstract contract Left {
    uint256 constant one = 1;
    uint256 internal seven = 7;
}

abstract contract Right {
    uint256 private constant one = 3;
    uint256 private seven = 4;

    function both() internal view returns (uint256) {
        return one * 10 + seven;
    }
}

contract Names is Left, Right {
    function names() public view returns (uint256, uint256) {
        return (one, both());
    }

    function direct() public view returns (uint256) {
        return seven;
    }
}
