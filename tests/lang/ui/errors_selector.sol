pragma solidity ^0.8.0;

library Elsewhere {
    error gsf(); //~ ERROR: `gsf()` and `tgeo()` have the same selector
}

contract Clash {
    error tgeo();

    function f(bool first) public pure {
        if (first) revert Elsewhere.gsf();
        revert tgeo();
    }
}
