// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A fungible token.
/// @notice ERC-20 with custom errors; the whole supply goes to the deployer.
contract Token {
    /// @notice Emitted when tokens move, also when they are created (`from` is zero).
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// @notice Emitted when an owner sets what a spender may take.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice The account holds less than it should give.
    /// @param account Who was to give.
    /// @param balance What it holds.
    /// @param needed What was asked for.
    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    /// @notice The spender may take less than it tried to.
    /// @param spender Who tried to take.
    /// @param allowed What it may take.
    /// @param needed What it tried to take.
    error InsufficientAllowance(address spender, uint256 allowed, uint256 needed);
    /// @notice Tokens cannot be sent to this address.
    error InvalidReceiver(address receiver);

    string public name;
    string public symbol;
    uint8 public constant decimals = 18;
    uint256 public totalSupply;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    /// @param name_ The token's name.
    /// @param symbol_ The token's ticker.
    /// @param supply How many of the smallest unit the deployer receives.
    constructor(string memory name_, string memory symbol_, uint256 supply) {
        name = name_;
        symbol = symbol_;
        totalSupply = supply;
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    /// @notice Sends tokens of the caller.
    /// @param to Who receives.
    /// @param value How many of the smallest unit.
    /// @return Always true; a failure reverts.
    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    /// @notice Lets `spender` take up to `value` of the caller's tokens.
    /// @return Always true.
    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Sends tokens of `from`, which must have approved the caller.
    /// @dev The greatest allowance is not used up.
    /// @return Always true; a failure reverts.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(msg.sender, allowed, value);
            unchecked {
                allowance[from][msg.sender] = allowed - value;
            }
        }
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) private {
        if (to == address(0)) revert InvalidReceiver(to);
        uint256 balance = balanceOf[from];
        if (balance < value) revert InsufficientBalance(from, balance, value);
        unchecked {
            balanceOf[from] = balance - value;
            balanceOf[to] += value;
        }
        emit Transfer(from, to, value);
    }
}
