// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

interface IOther {
    function get(uint256 x) external view returns (uint256);
    function set(uint256 x) external payable returns (string memory);
    function nothing() external;
    function fail(uint256 kind) external;
}

contract Other is IOther {
    uint256 value;
    error Custom(uint256 x);
    constructor(uint256 v) payable { value = v; }
    function get(uint256 x) external view returns (uint256) { return value + x; }
    function set(uint256 x) external payable returns (string memory) { value = x + msg.value; return "set"; }
    function nothing() external {}
    function fail(uint256 kind) external {
        value = 0;
        if (kind == 0) revert("failed");
        if (kind == 1) revert Custom(9);
        if (kind == 2) { uint256[] memory x; x[1] = 2; }
        revert();
    }
    receive() external payable { value += msg.value; }
    fallback(bytes calldata data) external returns (bytes memory) { return abi.encodePacked("fb", data); }
}

contract C {
    Other other;
    constructor() payable { other = new Other(100); }
    function get(uint256 x) external view returns (uint256) { return other.get(x); }
    function viaInterface(uint256 x) external view returns (uint256) { return IOther(address(other)).get(x); }
    function set(uint256 x) external payable returns (string memory) { return other.set{value: msg.value}(x); }
    function fail(uint256 kind) external { other.fail(kind); }
    function noCode() external { IOther(address(0x1234)).nothing(); }
    function noCodeGet() external view returns (uint256) { return IOther(address(0x1234)).get(1); }
    function low(bytes calldata data) external returns (bool, bytes memory) { return address(other).call(data); }
    function lowView(uint256 x) external view returns (bool, bytes memory) {
        return address(other).staticcall(abi.encodeCall(IOther.get, (x)));
    }
    function send() external payable returns (bool, uint256) {
        (bool ok, ) = address(other).call{value: msg.value}("");
        return (ok, address(other).balance);
    }
    function self(uint256 x) external view returns (uint256) { return this.get(x) + 1; }
    function tryIt(uint256 kind) external returns (string memory) {
        try other.fail(kind) { return "ok"; }
        catch Error(string memory why) { return string.concat("error:", why); }
        catch Panic(uint256 code) { return code == 0x32 ? "panic 32" : "panic"; }
        catch (bytes memory data) { return data.length == 0 ? "empty" : "custom"; }
    }
    function create2_(bytes32 salt) external returns (bool) {
        Other o = new Other{salt: salt}(5);
        bytes32 h = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt,
            keccak256(abi.encodePacked(type(Other).creationCode, abi.encode(5)))));
        return address(o) == address(uint160(uint256(h))) && o.get(1) == 6;
    }
    function pointer(uint256 x) external view returns (uint256, bytes4, bool) {
        function(uint256) external view returns (uint256) f = other.get;
        return (f(x), f.selector, f.address == address(other));
    }
    function selectors() external pure returns (bytes4, bytes4) { return (IOther.get.selector, type(IOther).interfaceId); }
}
// run: get(5) -> 105
// run: viaInterface(6) -> 106
// run: set(7) {3} -> "set"
// run: get(0) -> 10
// run: fail(0) -> error Error("failed")
// run: fail(2) -> panic 0x32
// run: fail(3) -> revert
// run: noCode() -> revert
// run: noCodeGet() -> revert
// run: low(hex"deadbeef01") -> (true, hex"6662deadbeef01")
// run: lowView(1) -> (true, hex"000000000000000000000000000000000000000000000000000000000000000b")
// run: send() {9} -> (true, 12)
// run: get(0) -> 19
// run: self(1) -> 21
// run: tryIt(0) -> "error:failed"
// run: tryIt(1) -> "custom"
// run: tryIt(2) -> "panic 32"
// run: tryIt(3) -> "empty"
// run: create2_(hex"0000000000000000000000000000000000000000000000000000000000000007") -> true
// run: pointer(1) -> (20, hex"9507d39a", true)
