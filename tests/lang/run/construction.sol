// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract A {
    uint256 public immutable fromA;
    string public log;
    constructor(uint256 x) { fromA = x; log = string.concat(log, "A"); }
}

abstract contract B is A {
    uint256 public b = fromA + 1;
    constructor(string memory s) { log = string.concat(log, s); }
}

contract C is B {
    uint256 public constant FIXED = 2 ** 10 + 1;
    bytes32 public constant HASH = keccak256("x");
    address public immutable owner;
    int8 public immutable small = -5;
    uint256[3] public list = [1, 2, 3];
    mapping(address => uint256[]) public nested;
    struct S { uint256 x; uint256[] skipped; string y; mapping(uint256 => uint256) alsoSkipped; bool z; }
    S public s;
    mapping(uint256 => S) public ss;
    string public text;
    bytes4[] public sigs;

    constructor(uint256 x, string memory t) A(x * 2) B("B") {
        owner = msg.sender;
        text = t;
        nested[msg.sender].push(4);
        nested[msg.sender].push(5);
        s.x = 1; s.y = "why"; s.z = true;
        ss[7].x = 70;
        sigs.push(0x01020304);
        log = string.concat(log, "C");
    }
}
// deploy: (21, "the text of the constructor, longer than a word")
// run: fromA() -> 42
// run: b() -> 43
// run: log() -> "ABC"
// run: FIXED() -> 1025
// run: HASH() -> hex"7521d1cadbcfa91eec65aa16715b94ffc1c9654ba57ea2ef1a2127bca1127a83"
// run: owner() -> 0x1212121212121212121212121212120000000012
// run: small() -> -5
// run: list(2) -> 3
// run: list(3) -> revert
// run: nested(0x1212121212121212121212121212120000000012, 1) -> 5
// run: nested(0x1212121212121212121212121212120000000012, 2) -> revert
// run: s() -> (1, "why", true)
// run: ss(7) -> (70, "", false)
// run: text() -> "the text of the constructor, longer than a word"
// run: sigs(0) -> hex"01020304"
