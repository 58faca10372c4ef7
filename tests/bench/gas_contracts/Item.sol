// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title ERC-721 with a role for minting
contract Item is ERC721, AccessControl {
    bytes32 public constant MINTER = keccak256("MINTER");

    constructor() ERC721("Item of the bench", "IOB") {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER, msg.sender);
    }

    function mint(address to, uint256 id) external onlyRole(MINTER) {
        _mint(to, id);
    }

    function supportsInterface(bytes4 id) public view override(ERC721, AccessControl) returns (bool) {
        return super.supportsInterface(id);
    }

    function _baseURI() internal pure override returns (string memory) {
        return "https://items.example/";
    }
}
