pragma solidity ^0.8.0;

contract Signs {
    function widen(uint8 a) public pure returns (uint16) {
        return a;
    }

    function sign(uint8 a) public pure returns (int16) {
        return a; //~ ERROR: the returned value must be `int16` but is `uint8`
    }

    function cast(uint8 a, int16 b) public pure returns (int16) {
        b = a + b; //~ ERROR: `+` does not work on `uint8` and `int16`
        return int16(a); //~ ERROR: `uint8` cannot be converted to `int16`
    }

    function both(uint8 a) public pure returns (int16) {
        return int16(uint16(a));
    }
}
