pragma solidity ^0.8.0;

type Price is uint256;

contract C {
    function f(uint256 a, int256 b, bool c, string memory s, address d, Price p) public pure {
        a + b; //~ ERROR: `+` does not work on `uint256` and `int256`
        c + c; //~ ERROR: `+` does not work on `bool` and `bool`
        s == s; //~ ERROR: `==` does not work on
        s + s; //~ ERROR: `+` does not work on
        !a; //~ ERROR: `!` does not work on `uint256`
        -a; //~ ERROR: `-` does not work on `uint256`
        d + 1; //~ ERROR: `+` does not work on
        a << b; //~ ERROR: `<<` does not work on
        a && c; //~ ERROR: `&&` does not work on
        p + p; //~ ERROR: `+` does not work on `Price` and `Price`
        delete p; //~ ERROR: `delete` does not work on `Price`
        a += c; //~ ERROR: `+=` does not work on
    }
}
