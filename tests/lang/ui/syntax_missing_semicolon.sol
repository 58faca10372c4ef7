pragma solidity ^0.8.0;

contract C {
    uint256 x //~ ERROR: expected `;`

    function f() public {
        uint256 y = 1 //~ ERROR: expected `;`
        y = 2;
        x = (1 + 2; //~ ERROR: expected `)` or `,`
        g(1, 2; //~ ERROR: expected `)`
    }

    function g(uint256, uint256) internal {}
}
