// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// One construct of the language in each contract, so that the gas and size of what the compilers
// make of it can be set side by side. `// run:` says what is called and what it must return.

/// @title an empty function
contract EmptyFunction {
    // run: f() -> ()
    function f() external {}
}

/// @title an empty payable function
contract EmptyPayable {
    // run: f() -> ()
    function f() external payable {}
}

/// @title return a constant
contract ReturnConstant {
    // run: f() -> 42
    function f() external pure returns (uint256) {
        return 42;
    }
}

/// @title return a `uint256`
contract EchoUint {
    // run: f(5) -> 5
    function f(uint256 a) external pure returns (uint256) {
        return a;
    }
}

/// @title return an `address`
contract EchoAddress {
    // run: f(0x05) -> 0x05
    function f(address a) external pure returns (address) {
        return a;
    }
}

/// @title `a + b`
contract AddChecked {
    // run: f(5, 6) -> 11
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a + b;
    }
}

/// @title `a + b`, unchecked
contract AddUnchecked {
    // run: f(5, 6) -> 11
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        unchecked {
            return a + b;
        }
    }
}

/// @title `a - b`
contract SubtractChecked {
    // run: f(7, 6) -> 1
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a - b;
    }
}

/// @title `a * b`
contract MultiplyChecked {
    // run: f(7, 6) -> 42
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a * b;
    }
}

/// @title `a / b`
contract Divide {
    // run: f(42, 6) -> 7
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a / b;
    }
}

/// @title `a + b` of `uint8`
contract AddUint8 {
    // run: f(7, 6) -> 13
    function f(uint8 a, uint8 b) external pure returns (uint8) {
        return a + b;
    }
}

/// @title `a + b` of `int256`
contract AddInt256 {
    // run: f(7, -6) -> 1
    function f(int256 a, int256 b) external pure returns (int256) {
        return a + b;
    }
}

/// @title `a ** b`
contract Power {
    // run: f(3, 20) -> 3486784401
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a ** b;
    }
}

/// @title `a < b ? a : b`
contract Minimum {
    // run: f(5, 6) -> 5
    function f(uint256 a, uint256 b) external pure returns (uint256) {
        return a < b ? a : b;
    }
}

/// @title `a && b || c`
contract AndOr {
    // run: f(true, false, true) -> true
    function f(bool a, bool b, bool c) external pure returns (bool) {
        return (a && b) || c;
    }
}

/// @title `require` with a reason
contract RequireReason {
    // run: f(7) -> ()
    function f(uint256 a) external pure {
        require(a > 0, "nothing given");
    }
}

/// @title a custom error
contract CustomError {
    error NothingGiven(uint256 a);

    // run: f(7) -> ()
    function f(uint256 a) external pure {
        if (a == 0) revert NothingGiven(a);
    }
}

/// @title an internal call
contract InternalCall {
    // run: f(7) -> 22
    function f(uint256 a) external pure returns (uint256) {
        return triple(a);
    }

    function triple(uint256 a) internal pure returns (uint256) {
        return a * 3 + 1;
    }
}

/// @title three internal calls of a larger function
contract InternalCalls {
    // run: f(7) -> 97
    function f(uint256 a) external pure returns (uint256) {
        return mix(a, 3) + mix(mix(a, 9), a);
    }

    function mix(uint256 a, uint256 b) internal pure returns (uint256) {
        if (a > b) return a + b * 3 - a / (b + 1);
        return a + b * 7 - 1;
    }
}

/// @title a modifier
contract OnlyOwner {
    address private owner = msg.sender;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    // run: f() -> ()
    function f() external onlyOwner {}
}

/// @title a loop of 100
contract Loop {
    // run: f() -> 4950
    function f() external pure returns (uint256 sum) {
        for (uint256 i = 0; i < 100; i++) sum += i;
    }
}

/// @title a loop of 100, unchecked
contract LoopUnchecked {
    // run: f() -> 4950
    function f() external pure returns (uint256 sum) {
        unchecked {
            for (uint256 i = 0; i < 100; i++) sum += i;
        }
    }
}

/// @title fill and sum 50 words of memory
contract MemoryArray {
    // run: f() -> 1225
    function f() external pure returns (uint256 sum) {
        uint256[] memory a = new uint256[](50);
        for (uint256 i = 0; i < 50; i++) a[i] = i;
        for (uint256 i = 0; i < a.length; i++) sum += a[i];
    }
}

/// @title sum an array of 50 in calldata
contract CalldataArray {
    // run: f([1] * 50) -> 50
    function f(uint256[] calldata a) external pure returns (uint256 sum) {
        for (uint256 i = 0; i < a.length; i++) sum += a[i];
    }
}

/// @title sum an array of 50 copied to memory
contract MemoryParameter {
    // run: f([1] * 50) -> 50
    function f(uint256[] memory a) external pure returns (uint256 sum) {
        for (uint256 i = 0; i < a.length; i++) sum += a[i];
    }
}

/// @title sum an array of 10 in storage
contract StorageArray {
    uint256[] private values;

    constructor() {
        for (uint256 i = 0; i < 10; i++) values.push(i + 1);
    }

    // run: f() -> 55
    function f() external view returns (uint256 sum) {
        for (uint256 i = 0; i < values.length; i++) sum += values[i];
    }
}

/// @title push to an array in storage
contract StoragePush {
    uint256[] private values;

    // run: f(5) -> ()
    function f(uint256 a) external {
        values.push(a);
    }
}

/// @title read a slot
contract ReadSlot {
    uint256 private x = 10;

    // run: f() -> 10
    function f() external view returns (uint256) {
        return x;
    }
}

/// @title `x = x + 1` three times
contract IncrementThrice {
    uint256 private x = 10;

    // run: f() -> ()
    function f() external {
        x = x + 1;
        x = x + 1;
        x = x + 1;
    }
}

/// @title write both halves of a slot
contract PackedWrite {
    uint128 private a = 10;
    uint128 private b;

    // run: f(1, 2) -> ()
    function f(uint128 x, uint128 y) external {
        a = x;
        b = y;
    }
}

/// @title read three members of a packed struct
contract PackedStruct {
    struct Sizes {
        uint64 a;
        uint64 b;
        uint128 c;
    }

    Sizes private sizes = Sizes(1, 2, 3);

    // run: f() -> (1, 2, 3)
    function f() external view returns (uint256, uint256, uint256) {
        return (sizes.a, sizes.b, sizes.c);
    }
}

/// @title read a mapping
contract ReadMapping {
    mapping(address => uint256) private values;

    // run: f(0x05) -> 0
    function f(address a) external view returns (uint256) {
        return values[a];
    }
}

/// @title read a mapping of mappings
contract ReadNestedMapping {
    mapping(address => mapping(address => uint256)) private values;

    // run: f(0x05, 0x06) -> 0
    function f(address a, address b) external view returns (uint256) {
        return values[a][b];
    }
}

/// @title add to an entry of a mapping
contract AddToMapping {
    mapping(address => uint256) private values;

    // run: f(0x05, 6) -> ()
    function f(address a, uint256 v) external {
        values[a] += v;
    }
}

/// @title move between entries of a mapping, with an event
contract Transfer {
    event Moved(address indexed from, address indexed to, uint256 value);

    mapping(address => uint256) private balances;

    constructor() {
        balances[msg.sender] = 100;
    }

    // run: f(0x05, 6) -> true
    function f(address to, uint256 value) external returns (bool) {
        balances[msg.sender] -= value;
        balances[to] += value;
        emit Moved(msg.sender, to, value);
        return true;
    }
}

/// @title an event with two indexed parameters
contract EmitEvent {
    event Moved(address indexed from, address indexed to, uint256 value);

    // run: f(0x05, 0x06, 7) -> ()
    function f(address from, address to, uint256 value) external {
        emit Moved(from, to, value);
    }
}

/// @title return a short constant string
contract ConstantString {
    // run: f() -> "hello"
    function f() external pure returns (string memory) {
        return "hello";
    }
}

/// @title return a short string in storage
contract StorageString {
    string private text = "hello";

    // run: f() -> "hello"
    function f() external view returns (string memory) {
        return text;
    }
}

/// @title `abi.encode` of three words
contract AbiEncode {
    // run: f(1, 0x02, 3) -> hex"000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000003"
    function f(uint256 a, address b, uint256 c) external pure returns (bytes memory) {
        return abi.encode(a, b, c);
    }
}

/// @title hash of `abi.encodePacked`
contract AbiEncodePacked {
    // run: f(1, 0x02) -> hex"6e9d5a5fa819101f78484ebf901fa5f934804919ec49851f0c344e7b9636738a"
    function f(uint256 a, address b) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(a, b));
    }
}

/// @title `abi.decode` of two words
contract AbiDecode {
    // run: f(hex"00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000002") -> (1, 0x02)
    function f(bytes calldata data) external pure returns (uint256, address) {
        return abi.decode(data, (uint256, address));
    }
}

/// @title hash of `bytes` in calldata
contract HashCalldata {
    // run: f(hex"0102030405060708") -> hex"fec062278915ba5c3c3af6ebf470b5afc94fedadf39fe78eea427b9aa5df9692"
    function f(bytes calldata data) external pure returns (bytes32) {
        return keccak256(data);
    }
}

/// @title read an immutable
contract ReadImmutable {
    uint256 private immutable x = 7;

    // run: f() -> 7
    function f() external view returns (uint256) {
        return x;
    }
}

/// @title a call of the contract itself
contract SelfCall {
    // run: f(5) -> 6
    function f(uint256 a) external view returns (uint256) {
        return this.next(a);
    }

    function next(uint256 a) external pure returns (uint256) {
        return a + 1;
    }
}

/// @title `try` a call of the contract itself
contract TryCall {
    // run: f(0) -> 7
    function f(uint256 a) external view returns (uint256) {
        try this.next(a) returns (uint256 b) {
            return b;
        } catch {
            return 7;
        }
    }

    function next(uint256 a) external pure returns (uint256) {
        require(a > 0);
        return a + 1;
    }
}

/// @title find one of 20 functions
contract Dispatch20 {
    // run: f0() -> ()
    // run: f1() -> ()
    // run: f2() -> ()
    // run: f3() -> ()
    // run: f4() -> ()
    // run: f5() -> ()
    // run: f6() -> ()
    // run: f7() -> ()
    // run: f8() -> ()
    // run: f9() -> ()
    // run: f10() -> ()
    // run: f11() -> ()
    // run: f12() -> ()
    // run: f13() -> ()
    // run: f14() -> ()
    // run: f15() -> ()
    // run: f16() -> ()
    // run: f17() -> ()
    // run: f18() -> ()
    // run: f19() -> ()

    function f0() external {}
    function f1() external {}
    function f2() external {}
    function f3() external {}
    function f4() external {}
    function f5() external {}
    function f6() external {}
    function f7() external {}
    function f8() external {}
    function f9() external {}
    function f10() external {}
    function f11() external {}
    function f12() external {}
    function f13() external {}
    function f14() external {}
    function f15() external {}
    function f16() external {}
    function f17() external {}
    function f18() external {}
    function f19() external {}
}

/// @title find one of 60 functions
contract Dispatch60 {
    // run: f0() -> ()
    // run: f1() -> ()
    // run: f2() -> ()
    // run: f3() -> ()
    // run: f4() -> ()
    // run: f5() -> ()
    // run: f6() -> ()
    // run: f7() -> ()
    // run: f8() -> ()
    // run: f9() -> ()
    // run: f10() -> ()
    // run: f11() -> ()
    // run: f12() -> ()
    // run: f13() -> ()
    // run: f14() -> ()
    // run: f15() -> ()
    // run: f16() -> ()
    // run: f17() -> ()
    // run: f18() -> ()
    // run: f19() -> ()
    // run: f20() -> ()
    // run: f21() -> ()
    // run: f22() -> ()
    // run: f23() -> ()
    // run: f24() -> ()
    // run: f25() -> ()
    // run: f26() -> ()
    // run: f27() -> ()
    // run: f28() -> ()
    // run: f29() -> ()
    // run: f30() -> ()
    // run: f31() -> ()
    // run: f32() -> ()
    // run: f33() -> ()
    // run: f34() -> ()
    // run: f35() -> ()
    // run: f36() -> ()
    // run: f37() -> ()
    // run: f38() -> ()
    // run: f39() -> ()
    // run: f40() -> ()
    // run: f41() -> ()
    // run: f42() -> ()
    // run: f43() -> ()
    // run: f44() -> ()
    // run: f45() -> ()
    // run: f46() -> ()
    // run: f47() -> ()
    // run: f48() -> ()
    // run: f49() -> ()
    // run: f50() -> ()
    // run: f51() -> ()
    // run: f52() -> ()
    // run: f53() -> ()
    // run: f54() -> ()
    // run: f55() -> ()
    // run: f56() -> ()
    // run: f57() -> ()
    // run: f58() -> ()
    // run: f59() -> ()

    function f0() external {}
    function f1() external {}
    function f2() external {}
    function f3() external {}
    function f4() external {}
    function f5() external {}
    function f6() external {}
    function f7() external {}
    function f8() external {}
    function f9() external {}
    function f10() external {}
    function f11() external {}
    function f12() external {}
    function f13() external {}
    function f14() external {}
    function f15() external {}
    function f16() external {}
    function f17() external {}
    function f18() external {}
    function f19() external {}
    function f20() external {}
    function f21() external {}
    function f22() external {}
    function f23() external {}
    function f24() external {}
    function f25() external {}
    function f26() external {}
    function f27() external {}
    function f28() external {}
    function f29() external {}
    function f30() external {}
    function f31() external {}
    function f32() external {}
    function f33() external {}
    function f34() external {}
    function f35() external {}
    function f36() external {}
    function f37() external {}
    function f38() external {}
    function f39() external {}
    function f40() external {}
    function f41() external {}
    function f42() external {}
    function f43() external {}
    function f44() external {}
    function f45() external {}
    function f46() external {}
    function f47() external {}
    function f48() external {}
    function f49() external {}
    function f50() external {}
    function f51() external {}
    function f52() external {}
    function f53() external {}
    function f54() external {}
    function f55() external {}
    function f56() external {}
    function f57() external {}
    function f58() external {}
    function f59() external {}
}
