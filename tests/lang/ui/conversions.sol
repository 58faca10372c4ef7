pragma solidity ^0.8.0;

interface I {
    function f() external;
}

contract Vault {
    receive() external payable {}
}

contract C {
    enum E { A, B }

    function f(uint256 a, int8 b, address c, bytes32 d, I i) public pure {
        uint8 x = a; //~ ERROR: `x` is a `uint8` but its value is a `uint256`
        uint256 y = uint256(b); //~ ERROR: `int8` cannot be converted to `uint256`
        address z = address(a); //~ ERROR: `uint256` cannot be converted to `address`
        Vault v = Vault(c); //~ ERROR: cannot be converted to `contract Vault`
        bool q = a; //~ ERROR: `q` is a `bool`
        bytes4 s = d; //~ ERROR: `s` is a `bytes4`
        E e = E(7); //~ ERROR: `int_const 7` cannot be converted to `enum C.E`
        address w = i; //~ ERROR: `w` is a `address`
    }
}
