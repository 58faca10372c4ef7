pragma solidity ^0.8.0;
pragma abicoder v1;

struct Pair {
    uint256 a;
}

contract Old {
    event Sent(Pair pair); //~ ERROR: `struct Pair` needs ABI coder v2
    error Lost(uint256[][] lists); //~ ERROR: `uint256[][]` needs ABI coder v2
    mapping(uint256 => Outer) public outers; //~ ERROR: a getter that returns a `struct Pair` needs

    struct Outer {
        Pair pair;
    }

    function take(Pair memory pair) external {} //~ ERROR: needs ABI coder v2

    function inside(Pair memory pair) internal pure returns (uint256) {
        return pair.a;
    }

    function encode(uint256[2] memory flat, Pair memory pair) internal pure {
        abi.encode(flat);
        abi.encode(pair); //~ ERROR: `struct Pair memory` cannot be encoded
        abi.decode("", (string[])); //~ ERROR: `string[]` cannot be decoded
    }
}
