// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    struct S { uint8 a; bytes32 b; uint256[] c; }
    struct T { S s; S[] list; bool flag; }

    function newArray(uint256 n) external pure returns (uint256[] memory x) {
        x = new uint256[](n);
        for (uint256 i = 0; i < n; i++) x[i] = i * i;
    }
    function huge(uint256 n) external pure returns (uint256) {
        uint256[] memory x = new uint256[](n);
        return x.length;
    }
    function at(uint256 i) external pure returns (uint8) {
        uint8[3] memory x = [1, 2, 3];
        return x[i];
    }
    function bytesOf(uint256 n) external pure returns (bytes memory x) {
        x = new bytes(n);
        for (uint256 i = 0; i < n; i++) x[i] = bytes1(uint8(i + 1));
    }
    function nested() external pure returns (uint256[][] memory x) {
        x = new uint256[][](2);
        x[1] = new uint256[](3);
        x[1][2] = 5;
    }
    function fixedNested() external pure returns (uint8[2][3] memory x) { x[2][1] = 9; }
    function structs(uint8 a) external pure returns (T memory t) {
        t.s = S({b: "bee", a: a, c: new uint256[](1)});
        t.list = new S[](2);
        t.list[1].a = 7;
        S memory alias_ = t.list[1];
        alias_.a++;
        t.flag = true;
    }
    function echo(T memory t) external pure returns (T memory) { return t; }
    function echoC(T calldata t) external pure returns (T memory) { return t; }
    function partsC(T calldata t) external pure returns (uint8, bytes32, uint256, bool) {
        return (t.s.a, t.s.b, t.list[0].c[1], t.flag);
    }
    function deleteMemory() external pure returns (uint256[] memory, uint8) {
        uint256[] memory x = new uint256[](2);
        delete x;
        S memory s = S(1, 0, x);
        delete s;
        return (x, s.a);
    }
    function slices(bytes calldata x, uint256 a, uint256 b) external pure returns (bytes memory) {
        return x[a:b];
    }
    function first(uint256[] calldata x) external pure returns (uint256) { return x[1:][0]; }
    function bytesToFixed(bytes memory x) external pure returns (bytes4) { return bytes4(x); }
    function calldataToFixed(bytes calldata x) external pure returns (bytes4) { return bytes4(x); }
    function concat(string memory a, string calldata b) external pure returns (string memory) {
        return string.concat(a, "-", b);
    }
    function fixedBytes(bytes4 x, uint256 i) external pure returns (bytes1) { return x[i]; }
    function inlined() external pure returns (uint16[3] memory) { return [uint16(1), 2, 300]; }
    function ternary(bool b) external pure returns (string memory) { return b ? "yes" : "no"; }
}
// run: newArray(4) -> [0, 1, 4, 9]
// run: newArray(0) -> []
// run: huge(18446744073709551616) -> panic 0x41
// run: at(2) -> 3
// run: at(3) -> panic 0x32
// run: bytesOf(3) -> hex"010203"
// run: nested() -> [[], [0, 0, 5]]
// run: fixedNested() -> [[0, 0], [0, 0], [0, 9]]
// run: structs(3) -> (((3, "bee", [0]), [(0, hex"", []), (8, hex"", [])], true),)
// run: echo(((3, "bee", [0]), [(0, hex"", []), (8, hex"", [1, 2])], true)) -> (((3, "bee", [0]), [(0, hex"", []), (8, hex"", [1, 2])], true),)
// run: echoC(((3, "bee", [0]), [(0, hex"", []), (8, hex"", [1, 2])], true)) -> (((3, "bee", [0]), [(0, hex"", []), (8, hex"", [1, 2])], true),)
// run: partsC(((3, "bee", [0]), [(8, hex"", [1, 2])], true)) -> (3, "bee", 2, true)
// run: partsC(((3, "bee", [0]), [], true)) -> panic 0x32
// run: deleteMemory() -> ([], 0)
// run: slices(hex"0102030405", 1, 3) -> hex"0203"
// run: slices(hex"0102030405", 3, 1) -> revert
// run: slices(hex"0102030405", 1, 6) -> revert
// run: first([1, 2, 3]) -> 2
// run: bytesToFixed(hex"01020304050607") -> hex"01020304"
// run: bytesToFixed(hex"0102") -> hex"01020000"
// run: calldataToFixed(hex"010203") -> hex"01020300"
// run: concat("left", "right") -> "left-right"
// run: fixedBytes(hex"01020304", 2) -> hex"03"
// run: fixedBytes(hex"01020304", 4) -> panic 0x32
// run: inlined() -> [1, 2, 300]
// run: ternary(true) -> "yes"
// run: ternary(false) -> "no"
