// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    uint8 a = 1;
    int16 b = -2;
    bool c = true;
    address d;
    bytes4 e = 0x01020304;
    enum E { A, B, C }
    E f = E.C;
    uint256 g = 7;
    uint64[3] h;
    uint8[] list;
    uint256[] words;
    int8[5] signed8;
    bytes data;
    string text = "short";
    struct P { uint128 x; uint128 y; string name; uint8[] tags; }
    P p;
    P[] ps;
    mapping(address => mapping(uint8 => uint256)) m;
    mapping(string => uint256) byName;
    mapping(uint256 => P) byNumber;

    function packed() external view returns (uint8, int16, bool, address, bytes4, E, uint256) {
        return (a, b, c, d, e, f, g);
    }
    function setPacked(uint8 a_, int16 b_, bool c_, address d_, bytes4 e_, E f_) external {
        a = a_; b = b_; c = c_; d = d_; e = e_; f = f_;
    }
    function raw(uint256 slot) external view returns (bytes32 word) { assembly { word := sload(slot) } }
    function fixedArray(uint64 x) external returns (uint64, uint64, uint64) {
        h[0] = x; h[1] = x + 1; h[2] = x + 2;
        return (h[0], h[1], h[2]);
    }
    function bad(uint256 i) external view returns (uint64) { return h[i]; }
    function push(uint8 x) external returns (uint256) { list.push(x); return list.length; }
    function pop() external returns (uint256) { list.pop(); return list.length; }
    function get(uint256 i) external view returns (uint8) { return list[i]; }
    function all() external view returns (uint8[] memory) { return list; }
    function setAll(uint8[] calldata x) external { list = x; }
    function setMemory(uint8[] memory x) external { list = x; }
    function clearAll() external { delete list; }
    function wordsOf(uint256[] calldata x) external returns (uint256[] memory) {
        words = x;
        words.push() = 99;
        return words;
    }
    function signedOf(int8[5] memory x) external returns (int8[5] memory) { signed8 = x; return signed8; }
    function setData(bytes calldata x) external { data = x; }
    function getData() external view returns (bytes memory, uint256) { return (data, data.length); }
    function pushByte(bytes1 x) external { data.push(x); }
    function popByte() external { data.pop(); }
    function byteAt(uint256 i) external view returns (bytes1) { return data[i]; }
    function setByte(uint256 i, bytes1 x) external { data[i] = x; }
    function setText(string memory x) external { text = x; }
    function getText() external view returns (string memory) { return text; }
    function literal(bool long) external {
        if (long) text = "a text that does not fit into one word, by far";
        else text = "short again";
    }
    function setP(uint128 x, uint128 y, string calldata n, uint8[] calldata t) external {
        p = P(x, y, n, t);
    }
    function getP() external view returns (P memory) { return p; }
    function copyP() external returns (uint256) { ps.push(p); ps.push() = p; return ps.length; }
    function psOf(uint256 i) external view returns (P memory) { return ps[i]; }
    function popP() external { ps.pop(); }
    function clearP() external { delete p; }
    function mapSet(address k, uint8 l, uint256 v) external { m[k][l] = v; }
    function mapGet(address k, uint8 l) external view returns (uint256) { return m[k][l]; }
    function nameSet(string calldata k, uint256 v) external { byName[k] = v; }
    function nameGet(string memory k) external view returns (uint256) { return byName[k]; }
    function through() external returns (uint128, string memory) {
        P storage q = byNumber[5];
        q.x = 1; q.y = 2; q.name = "five"; q.tags.push(3);
        P memory copy = q;
        q.x = 9;
        return (copy.x, copy.name);
    }
    function swap() external returns (uint256, uint256) {
        (g, words) = (8, words);
        uint256 x = 1; uint256 y = 2;
        (x, y) = (y, x);
        return (x, y);
    }
}
// run: packed() -> (1, -2, true, 0x0000000000000000000000000000000000000000, hex"01020304", 2, 7)
// run: raw(0) -> hex"0000000201020304000000000000000000000000000000000000000001fffe01"
// run: setPacked(255, -32768, false, 0x1111111111111111111111111111111111111111, hex"ffffffff", 1) -> ()
// run: packed() -> (255, -32768, false, 0x1111111111111111111111111111111111111111, hex"ffffffff", 1, 7)
// run: fixedArray(18446744073709551613) -> (18446744073709551613, 18446744073709551614, 18446744073709551615)
// run: fixedArray(18446744073709551614) -> panic 0x11
// run: bad(2) -> 18446744073709551615
// run: bad(3) -> panic 0x32
// run: pop() -> panic 0x31
// run: push(1) -> 1
// run: push(2) -> 2
// run: get(1) -> 2
// run: get(2) -> panic 0x32
// run: all() -> [1, 2]
// run: setAll([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5]) -> ()
// run: pop() -> 34
// run: all() -> [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6]
// run: setMemory([1, 2, 3]) -> ()
// run: all() -> [1, 2, 3]
// run: clearAll() -> ()
// run: all() -> []
// run: wordsOf([1, 2, 3]) -> [1, 2, 3, 99]
// run: wordsOf([]) -> [99]
// run: signedOf([-1, 2, -3, 4, -128]) -> [-1, 2, -3, 4, -128]
// run: setData(hex"0102") -> ()
// run: pushByte(hex"03") -> ()
// run: getData() -> (hex"010203", 3)
// run: setByte(1, hex"ff") -> ()
// run: byteAt(1) -> hex"ff"
// run: byteAt(3) -> panic 0x32
// run: setData(hex"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e") -> ()
// run: pushByte(hex"aa") -> ()
// run: getData() -> (hex"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eaa", 32)
// run: pushByte(hex"bb") -> ()
// run: byteAt(32) -> hex"bb"
// run: setByte(32, hex"cc") -> ()
// run: popByte() -> ()
// run: popByte() -> ()
// run: getData() -> (hex"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e", 31)
// run: setData(hex"") -> ()
// run: popByte() -> panic 0x31
// run: getText() -> "short"
// run: setText("a text that is longer than thirty-one bytes") -> ()
// run: getText() -> "a text that is longer than thirty-one bytes"
// run: literal(false) -> ()
// run: getText() -> "short again"
// run: literal(true) -> ()
// run: getText() -> "a text that does not fit into one word, by far"
// run: setP(1, 2, "a name", [1, 2, 3]) -> ()
// run: getP() -> ((1, 2, "a name", [1, 2, 3]),)
// run: copyP() -> 2
// run: psOf(1) -> ((1, 2, "a name", [1, 2, 3]),)
// run: popP() -> ()
// run: psOf(1) -> panic 0x32
// run: clearP() -> ()
// run: getP() -> ((0, 0, "", []),)
// run: mapSet(0x1111111111111111111111111111111111111111, 5, 77) -> ()
// run: mapGet(0x1111111111111111111111111111111111111111, 5) -> 77
// run: mapGet(0x1111111111111111111111111111111111111111, 6) -> 0
// run: nameSet("a key that is longer than thirty-two bytes", 5) -> ()
// run: nameGet("a key that is longer than thirty-two bytes") -> 5
// run: nameGet("other") -> 0
// run: through() -> (1, "five")
// run: swap() -> (2, 1)
