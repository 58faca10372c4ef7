// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

contract Collectible is ERC721 {
    constructor(string memory name_, string memory symbol_) ERC721(name_, symbol_) {
        _mint(msg.sender, 1);
    }

    function mint(address to, uint256 token) external {
        _mint(to, token);
    }

    function safeMint(address to, uint256 token, bytes memory data) external {
        _safeMint(to, token, data);
    }

    function burn(uint256 token) external {
        _burn(token);
    }

    function _baseURI() internal pure override returns (string memory) {
        return "https://example.org/token/";
    }
}

/// Takes tokens with an even number, refuses the others in one of three ways.
contract Collector is IERC721Receiver {
    error Odd(uint256 token, bytes data);

    uint256 public taken;

    function onERC721Received(address, address, uint256 token, bytes calldata data)
        external
        returns (bytes4)
    {
        if (token % 4 == 1) revert Odd(token, data);
        if (token % 4 == 3) return 0xdeadbeef;
        require(token != 0);
        taken += 1;
        return IERC721Receiver.onERC721Received.selector;
    }
}
