// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

error Outside(uint256 code, string why);

contract C {
    error Plain();
    error Detailed(address who, uint256[] list);
    enum E { A, B }

    function plain() external pure { revert Plain(); }
    function detailed() external view {
        uint256[] memory l = new uint256[](2);
        l[1] = 5;
        revert Detailed(msg.sender, l);
    }
    function outside(string calldata s) external pure { revert Outside(3, s); }
    function reason() external pure { revert("a reason"); }
    function reasonOf(string memory s) external pure { revert(s); }
    function nothing() external pure { revert(); }
    function req(bool ok) external pure returns (uint256) { require(ok); return 1; }
    function reqReason(bool ok) external pure returns (uint256) { require(ok, "must be true, and this text is long"); return 1; }
    function reqError(bool ok) external pure returns (uint256) { require(ok, Outside(1, "x")); return 1; }
    function asserts(bool ok) external pure returns (uint256) { assert(ok); return 1; }
    function toEnum(uint8 x) external pure returns (E) { return E(x); }
    function enumIn(E x) external pure returns (uint8) { return uint8(x); }
    function noEther() external {}
    function ether_() external payable returns (uint256) { return msg.value; }
}
// run: plain() -> error Plain()
// run: detailed() -> error Detailed(0x1212121212121212121212121212120000000012, [0, 5])
// run: outside("because") -> error Outside(3, "because")
// run: reason() -> error Error("a reason")
// run: reasonOf("a much longer reason than would fit into one word") -> error Error("a much longer reason than would fit into one word")
// run: nothing() -> revert
// run: req(true) -> 1
// run: req(false) -> revert
// run: reqReason(true) -> 1
// run: reqReason(false) -> error Error("must be true, and this text is long")
// run: reqError(true) -> 1
// run: reqError(false) -> error Outside(1, "x")
// run: asserts(true) -> 1
// run: asserts(false) -> panic 0x01
// run: toEnum(1) -> 1
// run: toEnum(2) -> panic 0x21
// run: enumIn(1) -> 1
// run: enumIn(2) -> revert
// run: noEther() {1} -> revert
// run: ether_() {5} -> 5
