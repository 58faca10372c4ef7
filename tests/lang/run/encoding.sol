// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract C {
    struct S { uint8 a; string b; }
    uint8[] stored;
    string storedText = "stored text";

    function encode(uint8 a, string calldata b, int16[2] calldata c) external pure returns (bytes32, uint256) {
        bytes memory all = abi.encode(a, b, c, "literal", true);
        return (keccak256(all), all.length);
    }
    function packed(uint8 a, string memory b, bytes2 c, int16 d, bool e, address f) external pure returns (bytes memory) {
        return abi.encodePacked(a, b, c, d, e, f, "lit", uint24(5));
    }
    function packedArray(uint8[] calldata a) external returns (bytes memory) {
        stored = a;
        return abi.encodePacked(stored, a);
    }
    function withSelector(uint256 a) external pure returns (bytes memory) {
        return abi.encodeWithSelector(0x01020304, a);
    }
    function withSignature(string memory s, uint256 a) external pure returns (bytes memory) {
        return abi.encodeWithSignature(s, a);
    }
    function decode(bytes memory data) external pure returns (uint8, string memory) {
        return abi.decode(data, (uint8, string));
    }
    function decodeC(bytes calldata data) external pure returns (S memory) { return abi.decode(data, (S)); }
    function roundTrip(S[] memory list) external pure returns (S[] memory) {
        return abi.decode(abi.encode(list), (S[]));
    }
    function fromStorage() external view returns (bytes32) { return keccak256(abi.encode(storedText, stored)); }
    function hashes(string calldata s) external pure returns (bytes32, bytes32, bytes20) {
        return (keccak256(bytes(s)), sha256(bytes(s)), ripemd160(bytes(s)));
    }
    function recover(bytes32 h, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {
        return ecrecover(h, v, r, s);
    }
}
// run: encode(1, "two", [-3, 4]) -> (hex"0d1bf40dfede7ded7281e2c3adab3966123a818caa48da85d60ac61f2924de49", 320)
// run: packed(1, "two", hex"0304", -2, true, 0x1111111111111111111111111111111111111111) -> hex"0174776f0304fffe0111111111111111111111111111111111111111116c6974000005"
// run: packedArray([1, 2]) -> hex"0000000000000000000000000000000000000000000000000000000000000001000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000002"
// run: withSelector(5) -> hex"010203040000000000000000000000000000000000000000000000000000000000000005"
// run: withSignature("f(uint256)", 5) -> hex"b3de648b0000000000000000000000000000000000000000000000000000000000000005"
// run: decode(hex"000000000000000000000000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000001780000000000000000000000000000000000000000000000000000000000000000") -> (5, "x")
// run: decode(hex"000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000001780000000000000000000000000000000000000000000000000000000000000000") -> revert
// run: decode(hex"00") -> revert
// run: decodeC(hex"0000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000001780000000000000000000000000000000000000000000000000000000000000000") -> ((5, "x"),)
// run: roundTrip([(1, "a"), (2, "a longer text that needs more than one word of room")]) -> [(1, "a"), (2, "a longer text that needs more than one word of room")]
// run: fromStorage() -> hex"b32a6914ae562aa5efc2692ce6cc45b25613fee33bb59fee3f68b52f17f03dc3"
// run: hashes("abc") -> (hex"4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45", hex"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex"8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")
