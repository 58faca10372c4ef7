pragma solidity ^0.8.0;

contract C {
    struct Endless { Endless inner; } //~ ERROR: the struct `Endless` contains itself
    struct WithMap { mapping(uint256 => uint256) m; uint256 x; }
    uint256[0] none; //~ ERROR: the length of an array cannot be zero
    uint256 n = 3;
    uint256[n] dynamic; //~ ERROR: the length of an array must be a literal or a constant
    uint256[3] three;
    mapping(uint256[] => bool) bad; //~ ERROR: cannot be the key of a mapping
    WithMap w;

    function f() public {
        WithMap(1); //~ ERROR: contains a mapping, so it cannot be made in memory
        three[3] = 1; //~ ERROR: the index is 3 but the length is 3
        uint256[2] memory two = [1, 2]; //~ ERROR: `two` is a `uint256[2] memory`
        three.push(1); //~ ERROR: has no member `push`
    }
}
