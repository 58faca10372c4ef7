pragma solidity ^0.8.0;

/// @dev the number of days
uint256 constant DAYS = 1;

/** @notic hello */ //~ ERROR: `@notic` cannot stand in the comment of a contract
contract Shop {
    /** @param amount how much */ //~ ERROR: `@param amount` names no parameter
    function buy(uint256 count) public returns (uint256 total) {}

    /** @param total a return value has a name as well */
    function rent(uint256 count) public returns (uint256 total) {}

    /** @return the sum */ //~ ERROR: `@return` must begin with the name `total`
    function sell(uint256 count) public returns (uint256 total) {}

    /** @return one */ //~ ERROR: `none` returns fewer values than `@return` describes
    function none() public {}

    /** @title hidden */ //~ ERROR: `@title` cannot stand in the comment of a variable that is not
    uint256 private stock;

    /// @notice shown
    /// @return how many there are
    uint256 public shown;

    /** @custom:Big word */ //~ ERROR: `@custom:Big` may only have small letters
    function big() public {}

    /** write to us@example.org */ //~ ERROR: `@example.org` cannot stand in the comment
    function contact() public {}

    /** @param */ //~ ERROR: `@param` names no parameter
    event Bought(uint256 count);

    /**
     * @notice fine
     * @dev fine
     * @param count fine
     * @return total fine
     * @custom:security-contact nobody
     */
    function fine(uint256 count) public returns (uint256 total) {}
}
