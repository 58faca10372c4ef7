// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// @title A vote with delegation.
/// @notice The chairperson gives out voting rights; a voter votes or names a delegate.
contract Ballot {
    struct Voter {
        uint256 weight;
        bool voted;
        address delegate;
        uint256 choice;
    }

    struct Proposal {
        bytes32 name;
        uint256 voteCount;
    }

    address public immutable chairperson;
    mapping(address => Voter) public voters;
    Proposal[] public proposals;

    event Voted(address indexed voter, uint256 indexed proposal, uint256 weight);
    event Delegated(address indexed from, address indexed to);

    error NotChairperson(address caller);
    error AlreadyVoted(address voter);
    error NoRightToVote(address voter);
    error DelegationLoop();

    modifier onlyChairperson() {
        if (msg.sender != chairperson) revert NotChairperson(msg.sender);
        _;
    }

    modifier onlyBeforeVoting(address who) {
        if (voters[who].voted) revert AlreadyVoted(who);
        _;
    }

    /// @param names The proposals that can be voted for.
    constructor(bytes32[] memory names) {
        chairperson = msg.sender;
        voters[msg.sender].weight = 1;
        for (uint256 i = 0; i < names.length; i++) {
            proposals.push(Proposal({name: names[i], voteCount: 0}));
        }
    }

    /// @notice Gives `voter` the right to vote once.
    function giveRightToVote(address voter) external onlyChairperson onlyBeforeVoting(voter) {
        require(voters[voter].weight == 0, "has the right already");
        voters[voter].weight = 1;
    }

    /// @notice Hands the caller's vote to `to`, or to whom `to` has handed theirs.
    function delegate(address to) external onlyBeforeVoting(msg.sender) {
        Voter storage sender = voters[msg.sender];
        if (sender.weight == 0) revert NoRightToVote(msg.sender);
        while (voters[to].delegate != address(0)) {
            to = voters[to].delegate;
            if (to == msg.sender) revert DelegationLoop();
        }
        if (to == msg.sender) revert DelegationLoop();
        Voter storage receiver = voters[to];
        if (receiver.weight == 0) revert NoRightToVote(to);

        sender.voted = true;
        sender.delegate = to;
        if (receiver.voted) {
            proposals[receiver.choice].voteCount += sender.weight;
        } else {
            receiver.weight += sender.weight;
        }
        emit Delegated(msg.sender, to);
    }

    /// @notice Votes for a proposal with all of the caller's weight.
    /// @param proposal Index of the proposal; one that does not exist panics.
    function vote(uint256 proposal) external onlyBeforeVoting(msg.sender) {
        Voter storage sender = voters[msg.sender];
        if (sender.weight == 0) revert NoRightToVote(msg.sender);
        sender.voted = true;
        sender.choice = proposal;
        proposals[proposal].voteCount += sender.weight;
        emit Voted(msg.sender, proposal, sender.weight);
    }

    /// @notice Returns the index of the proposal with the most votes; the first one wins a tie.
    function winningProposal() public view returns (uint256 winner) {
        uint256 most = 0;
        for (uint256 i = 0; i < proposals.length; i++) {
            if (proposals[i].voteCount > most) {
                most = proposals[i].voteCount;
                winner = i;
            }
        }
    }

    /// @notice Returns the name of the proposal with the most votes.
    function winnerName() external view returns (bytes32) {
        return proposals[winningProposal()].name;
    }
}
