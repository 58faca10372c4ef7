pragma solidity ^0.8.0;

contract C {
    function add(uint256 a, uint256 b) internal pure returns (uint256) {
        return a + b;
    }

    function over(uint256) internal pure {}
    function over(address) internal pure {}

    function f(address who) public pure {
        add(1); //~ ERROR: `add` takes 2 arguments but gets 1
        add(1, true); //~ ERROR: the argument `b` must be `uint256`
        add({a: 1, c: 2}); //~ ERROR: there is no parameter `c`
        add({a: 1, a: 2}); //~ ERROR: the argument `a` is given twice
        over(true); //~ ERROR: no overload of `over` takes (bool)
        who(); //~ ERROR: `address` cannot be called
        require(1); //~ ERROR: the condition must be `bool`
        uint256(1, 2); //~ ERROR: a conversion takes one argument
    }
}
