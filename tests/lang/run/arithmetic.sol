// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    function add8(uint8 a, uint8 b) external pure returns (uint8) { return a + b; }
    function addS8(int8 a, int8 b) external pure returns (int8) { return a + b; }
    function addS(int256 a, int256 b) external pure returns (int256) { return a + b; }
    function sub(uint256 a, uint256 b) external pure returns (uint256) { return a - b; }
    function subS(int256 a, int256 b) external pure returns (int256) { return a - b; }
    function mul(uint256 a, uint256 b) external pure returns (uint256) { return a * b; }
    function mul200(uint200 a, uint200 b) external pure returns (uint200) { return a * b; }
    function mulS(int256 a, int256 b) external pure returns (int256) { return a * b; }
    function mulS16(int16 a, int16 b) external pure returns (int16) { return a * b; }
    function div(uint256 a, uint256 b) external pure returns (uint256) { return a / b; }
    function divS8(int8 a, int8 b) external pure returns (int8) { return a / b; }
    function modS(int256 a, int256 b) external pure returns (int256) { return a % b; }
    function neg(int8 a) external pure returns (int8) { return -a; }
    function pow(uint256 a, uint256 b) external pure returns (uint256) { return a ** b; }
    function powS(int64 a, uint8 b) external pure returns (int64) { return a ** b; }
    function pow10(uint256 b) external pure returns (uint256) { return 10 ** b; }
    function wrap(uint8 a, uint8 b) external pure returns (uint8, uint8, uint8, uint8) {
        unchecked { return (a + b, a - b, a * b, a ** b); }
    }
    function wrapDiv(int8 a, int8 b) external pure returns (int8) { unchecked { return a / b; } }
    function shl(uint8 a, uint256 b) external pure returns (uint8) { return a << b; }
    function sar(int16 a, uint8 b) external pure returns (int16) { return a >> b; }
    function shb(bytes4 a, uint8 b) external pure returns (bytes4, bytes4) { return (a << b, a >> b); }
    function bits(uint8 a, uint8 b) external pure returns (uint8, uint8, uint8, uint8) {
        return (a & b, a | b, a ^ b, ~a);
    }
    function compare(int256 a, int256 b) external pure returns (bool, bool, bool, bool, bool, bool) {
        return (a < b, a > b, a <= b, a >= b, a == b, a != b);
    }
    function step(uint8 a) external pure returns (uint8, uint8, uint8) {
        uint8 b = a++;
        uint8 c = --a;
        return (a, b, c);
    }
    function inc(uint8 a) external pure returns (uint8) { return ++a; }
    function dec(int8 a) external pure returns (int8) { return --a; }
    function compound(uint256 a) external pure returns (uint256) {
        a += 5; a -= 2; a *= 3; a /= 2; a %= 100; a <<= 4; a >>= 1; a |= 1; a &= 0xff; a ^= 3;
        return a;
    }
    function modular(uint256 a, uint256 b, uint256 m) external pure returns (uint256, uint256) {
        return (addmod(a, b, m), mulmod(a, b, m));
    }
    function mixed(uint8 a, int16 b) external pure returns (int16) { return int16(uint16(a)) + b; }
    function logic(bool a, bool b) external pure returns (bool, bool, bool) {
        return (a && b, a || b, !a);
    }
    uint256 n;
    function touch() internal returns (bool) { n++; return true; }
    function shortcut() external returns (uint256) {
        n = 0;
        if (false && touch()) {}
        if (true || touch()) {}
        if (true && touch()) {}
        if (false || touch()) {}
        return n;
    }
}
// run: add8(200, 55) -> 255
// run: add8(200, 56) -> panic 0x11
// run: addS8(100, 27) -> 127
// run: addS8(100, 28) -> panic 0x11
// run: addS8(-100, -29) -> panic 0x11
// run: addS(57896044618658097711785492504343953926634992332820282019728792003956564819967, 1) -> panic 0x11
// run: addS(57896044618658097711785492504343953926634992332820282019728792003956564819967, -1) -> 57896044618658097711785492504343953926634992332820282019728792003956564819966
// run: sub(3, 3) -> 0
// run: sub(3, 4) -> panic 0x11
// run: subS(-57896044618658097711785492504343953926634992332820282019728792003956564819968, 1) -> panic 0x11
// run: subS(5, -7) -> 12
// run: mul(0, 5) -> 0
// run: mul(340282366920938463463374607431768211456, 340282366920938463463374607431768211456) -> panic 0x11
// run: mul(340282366920938463463374607431768211455, 340282366920938463463374607431768211455) -> 115792089237316195423570985008687907852589419931798687112530834793049593217025
// run: mul200(1267650600228229401496703205376, 1267650600228229401496703205376) -> panic 0x11
// run: mul200(1267650600228229401496703205375, 1267650600228229401496703205375) -> 1606938044258990275541962092338627301321746534979799428890625
// run: mulS(-1, -57896044618658097711785492504343953926634992332820282019728792003956564819968) -> panic 0x11
// run: mulS(-57896044618658097711785492504343953926634992332820282019728792003956564819968, -1) -> panic 0x11
// run: mulS(-3, 4) -> -12
// run: mulS16(-256, 128) -> -32768
// run: mulS16(256, 128) -> panic 0x11
// run: div(7, 2) -> 3
// run: div(7, 0) -> panic 0x12
// run: divS8(-128, -1) -> panic 0x11
// run: divS8(-7, 2) -> -3
// run: modS(-7, 2) -> -1
// run: modS(7, 0) -> panic 0x12
// run: neg(-128) -> panic 0x11
// run: neg(-127) -> 127
// run: pow(2, 255) -> 57896044618658097711785492504343953926634992332820282019728792003956564819968
// run: pow(2, 256) -> panic 0x11
// run: pow(0, 0) -> 1
// run: pow(0, 5) -> 0
// run: pow(1, 1000) -> 1
// run: pow(1000, 25) -> 1000000000000000000000000000000000000000000000000000000000000000000000000000
// run: pow(1000, 26) -> panic 0x11
// run: powS(-2, 63) -> -9223372036854775808
// run: powS(-2, 64) -> panic 0x11
// run: powS(-3, 3) -> -27
// run: powS(2, 63) -> panic 0x11
// run: powS(7, 1) -> 7
// run: powS(0, 9) -> 0
// run: pow10(77) -> 100000000000000000000000000000000000000000000000000000000000000000000000000000
// run: pow10(78) -> panic 0x11
// run: wrap(200, 100) -> (44, 100, 32, 0)
// run: wrapDiv(-128, -1) -> -128
// run: shl(129, 1) -> 2
// run: shl(1, 300) -> 0
// run: sar(-256, 4) -> -16
// run: sar(-256, 255) -> -1
// run: shb(hex"01020304", 8) -> (hex"02030400", hex"00010203")
// run: bits(12, 10) -> (8, 14, 6, 243)
// run: compare(-1, 1) -> (true, false, true, false, false, true)
// run: step(7) -> (7, 7, 7)
// run: inc(255) -> panic 0x11
// run: dec(-128) -> panic 0x11
// run: dec(-127) -> -128
// run: compound(11) -> 170
// run: modular(10, 20, 7) -> (2, 4)
// run: modular(1, 2, 0) -> panic 0x12
// run: mixed(200, -201) -> -1
// run: logic(true, false) -> (false, true, false)
// run: shortcut() -> 2
