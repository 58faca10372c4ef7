pragma solidity ^0.7.0; //~ ERROR: the file needs Solidity `^0.7.0`

contract C {}
