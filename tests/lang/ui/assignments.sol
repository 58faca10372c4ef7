pragma solidity ^0.8.0;

contract C {
    uint256 constant LIMIT = 3;
    uint256 immutable start;
    uint256[] list;
    mapping(uint256 => uint256) map;

    function f(uint256[] calldata data) public {
        LIMIT = 4; //~ ERROR: `LIMIT` is constant and cannot be changed
        start = 1; //~ ERROR: the immutable `start` can only be set
        data[0] = 1; //~ ERROR: calldata is read-only
        list.length = 3; //~ ERROR: the length of an array cannot be assigned
        f = f; //~ ERROR: this cannot be assigned to
        1 = 2; //~ ERROR: this cannot be assigned to
        uint256 a;
        bool b;
        (a, b) = (1, 2); //~ ERROR: the right side must be
        (a, b) = (1, true, 3); //~ ERROR: the left side takes 2 values
        map = map; //~ ERROR: contains a mapping cannot be assigned
        delete map; //~ ERROR: `delete` does not work on
    }
}
