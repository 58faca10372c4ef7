pragma solidity ^0.8.0;

contract C {
    uint256 a = 1__000; //~ ERROR: underscores only separate digits
    uint256 b = 010; //~ ERROR: octal numbers are not allowed
    string c = "café"; //~ ERROR: printable ASCII
    bytes d = hex"abc"; //~ ERROR: pairs of hexadecimal digits
    uint256 e = 0x10 ether; //~ ERROR: a hexadecimal number cannot have a unit
}
