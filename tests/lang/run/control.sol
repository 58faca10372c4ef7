// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Base {
    uint256 internal trace;
    modifier around(uint256 x) virtual { trace = trace * 10 + x; _; trace = trace * 10 + x; }
    modifier twice() { _; _; }
    modifier only(bool ok) { if (ok) { _; } }
    function who() public pure virtual returns (string memory) { return "base"; }
    function twiceNamed(uint256 a) public pure returns (uint256) { return a; }
    function twiceNamed(uint8 a, uint8 b) public pure returns (uint256) { return uint256(a) * b; }
}

contract Middle is Base {
    function who() public pure virtual override returns (string memory) {
        return string.concat("middle>", super.who());
    }
}

contract C is Middle {
    function who() public pure override returns (string memory) {
        return string.concat("c>", super.who());
    }
    function modified() external around(1) around(2) returns (uint256) {
        trace = trace * 10 + 3;
        return trace;
    }
    function traced() external view returns (uint256) { return trace; }
    function repeated(uint256 a) external twice returns (uint256 sum) { trace = 0; a += 1; trace = a; sum += a; }
    function skipped(bool ok) external only(ok) returns (uint256) { return 5; }
    function early(uint256 a) external pure returns (uint256 r) {
        r = 1;
        if (a > 5) return 7;
        while (true) {
            if (r > a) break;
            r++;
            if (r % 2 == 0) continue;
            r++;
        }
    }
    function doWhile(uint256 n) external pure returns (uint256 c) { do { c++; } while (c < n); }
    function forever() external pure returns (uint256 i) { for (;;) { if (i == 4) break; ++i; } }
    function nestedLoops(uint256 n) external pure returns (uint256 c) {
        for (uint256 i = 0; i < n; i++) {
            for (uint256 j = 0; j < n; j++) {
                if (j == i) continue;
                if (i + j > 4) break;
                c += i * 10 + j;
            }
        }
    }
    function fib(uint256 n) public pure returns (uint256) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    function isEven(uint256 n) internal pure returns (bool) { return n == 0 || isOdd(n - 1); }
    function isOdd(uint256 n) internal pure returns (bool) { return n != 0 && isEven(n - 1); }
    function even(uint256 n) external pure returns (bool) { return isEven(n); }
    function chosenTuple(bool first) external pure returns (uint256 a, uint8 b) {
        (a, b) = first ? (uint256(1), uint8(2)) : (3, 4);
        return first ? (a, b) : (uint256(b), uint8(a));
    }

    function tuples() external pure returns (uint256, uint256, uint256) {
        (uint256 a, , uint256 b) = three();
        uint256 c;
        (, c, ) = three();
        return (a, b, c);
    }
    function three() internal pure returns (uint256, uint256, uint256) { return (1, 2, 3); }
    function pointer(bool which) external pure returns (uint256) {
        function(uint256) pure returns (uint256) f = which ? fib : double;
        return f(7);
    }
    function double(uint256 n) internal pure returns (uint256) { return 2 * n; }
    function noPointer() external pure returns (uint256) {
        function(uint256) pure returns (uint256) f;
        return f(1);
    }
    function named() external pure returns (uint256) { return minus({b: 3, a: 10}); }
    function minus(uint256 a, uint256 b) internal pure returns (uint256) { return a - b; }
    function many(uint256 a, uint256 b, uint256 c, uint256 d, uint256 e, uint256 f, uint256 g, uint256 h)
        external pure returns (uint256)
    {
        uint256 i = a + b; uint256 j = c + d; uint256 k = e + f; uint256 l = g + h;
        uint256 m = a * c; uint256 n = b * d; uint256 o = e * g; uint256 p = f * h;
        return a + b + c + d + e + f + g + h + i * j + k * l + m * n + o * p + (i ^ j ^ k ^ l ^ m ^ n ^ o ^ p);
    }
}
// run: who() -> "c>middle>base"
// run: modified() -> 123
// run: traced() -> 12321
// run: repeated(4) -> 5
// run: skipped(true) -> 5
// run: skipped(false) -> 0
// run: early(6) -> 7
// run: early(3) -> 4
// run: doWhile(0) -> 1
// run: doWhile(5) -> 5
// run: forever() -> 4
// run: nestedLoops(5) -> 187
// run: fib(10) -> 55
// run: even(10) -> true
// run: even(11) -> false
// run: chosenTuple(true) -> (1, 2)
// run: chosenTuple(false) -> (4, 3)
// run: tuples() -> (1, 3, 2)
// run: pointer(true) -> 13
// run: pointer(false) -> 14
// run: noPointer() -> panic 0x51
// run: named() -> 7
// run: twiceNamed(5) -> 5
// run: twiceNamed(5, 6) -> 30
// run: many(1, 2, 3, 4, 5, 6, 7, 8) -> 1950
