pragma solidity ^0.8.0;

contract C {
    uint8 a = 256; //~ ERROR: the value of `a` must be `uint8`
    uint256 b = 1.5; //~ ERROR: the value of `b` must be `uint256`
    uint256 c = -1; //~ ERROR: the value of `c` must be `uint256`
    bytes2 d = 0x123; //~ ERROR: the value of `d` must be `bytes2`
    address e = 0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed; //~ ERROR: its checksum is wrong
    uint256 f = 1e5000; //~ ERROR: the number is too large
    uint256 g = 1 / 0; //~ ERROR: does not work on
    bytes4 h = "hello"; //~ ERROR: the value of `h` must be `bytes4`
}
