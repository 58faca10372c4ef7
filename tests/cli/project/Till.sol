// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title Everything that the command line has to show: values, events, failures.
/// @dev Till.json beside this file is what solc 0.8 makes of it (`make_artifact.js`).
contract Till {
    struct Item { string name; uint128 price; int8[2] ranks; }

    error TooMuch(uint256 asked, uint256 available);
    event Paid(address indexed payer, string indexed note, uint256 amount, bytes4[] tags);

    uint256 public immutable limit;
    string public title;
    int256 public level;
    Item[] private items;

    constructor(uint256 limit_, string memory title_) payable {
        require(limit_ > 0, "a till has a limit");
        limit = limit_;
        title = title_;
    }

    receive() external payable {}

    function pay(string calldata note, bytes4[] calldata tags) external payable {
        emit Paid(msg.sender, note, msg.value, tags);
    }

    function take(uint256 amount) external {
        if (amount > limit) revert TooMuch(amount, limit);
        payable(msg.sender).transfer(amount);
    }

    function setLevel(int256 level_) external returns (int256 before) {
        before = level;
        level = level_;
    }

    function summary() external view returns (uint256 balance, string memory, address caller) {
        return (address(this).balance, title, msg.sender);
    }

    function add(Item calldata item) external { items.push(item); }
    function get(uint256 index) external view returns (Item memory) { return items[index]; }

    function pick(uint256 a) external pure returns (uint256) { return a; }
    function pick(address a) external pure returns (address) { return a; }
    function pick(bytes4 a, bool) external pure returns (bytes4) { return a; }

    function fail(uint8 how) external pure returns (uint256) {
        if (how == 0) require(false, "not today");
        if (how == 1) assert(false);
        if (how == 2) revert();
        if (how == 3) assembly { invalid() }
        return 1 / (uint256(how) - uint256(how));
    }
}
