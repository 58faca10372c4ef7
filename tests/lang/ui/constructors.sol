pragma solidity ^0.8.0;

contract Base {
    uint256 immutable value;

    constructor(uint256 v) {
        value = v;
    }
}

contract Missing is Base {} //~ ERROR: the constructor of `Base` gets no arguments

contract Twice is Base(1) {
    constructor() Base(2) {} //~ ERROR: the constructor of `Base` gets arguments twice
}

contract Wrong is Base(true) {} //~ ERROR: the argument must be `uint256`

contract TooMany is Base(1, 2) {} //~ ERROR: the constructor of `Base` takes 1 argument but gets 2

contract Fine is Base {
    constructor(uint256 v) Base(v + 1) {}
}
