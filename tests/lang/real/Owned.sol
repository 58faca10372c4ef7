// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

contract Owned is Ownable {
    string public note;

    constructor(address owner_) Ownable(owner_) {}

    function setNote(string calldata note_) external onlyOwner {
        note = note_;
    }
}

contract OwnedInSteps is Ownable2Step {
    uint256[] public numbers;

    constructor() Ownable(msg.sender) {}

    function push(uint256 number) external onlyOwner {
        numbers.push(number);
    }
}
