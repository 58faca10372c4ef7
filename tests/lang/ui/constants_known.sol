pragma solidity ^0.8.0;

uint8 constant BYTE = 255;
int8 constant LEAST = -128;
uint256 constant LENGTH = 4;

library Sizes {
    uint256 internal constant SIZE = 2;
}

contract Known {
    uint256[LENGTH / 3] one;
    uint256[BYTE + 1] wide; //~ ERROR: the value 256 does not fit in `uint8`
    uint256[-LEAST] negated; //~ ERROR: the value 128 does not fit in `int8`
    uint256[Sizes.SIZE] elsewhere; //~ ERROR: the length of an array must be a literal or a constant

    function modulo() public pure returns (uint256) {
        return addmod(1, 2, LENGTH - 4); //~ ERROR: the modulus is zero
    }

    function huge() public pure {
        uint256[2 ** 64] memory list; //~ ERROR: `uint256[18446744073709551616]` is too large for memory
    }
}
