pragma solidity ^0.8.0;

contract C {
    uint256 x

    function f() public { //~ ERROR: expected `;`
        uint256 y = 1
        y = 2; //~ ERROR: expected `;`
        x = (1 + 2; //~ ERROR: expected `)` or `,`
        g(1, 2; //~ ERROR: expected `)`
    }

    function g(uint256, uint256) internal {}
}
