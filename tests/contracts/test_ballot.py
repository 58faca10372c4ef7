"""The voting example: rights, delegation, counting."""

from typing import Any

import pytest

from contractchain.testing import reverts

Fixture = Any
NAMES = [name.ljust(32, b"\0") for name in (b"red", b"green", b"blue")]


@pytest.fixture
def ballot(deploy: Fixture) -> Fixture:
    return deploy("Ballot", NAMES)


def test_the_proposals_are_those_of_the_deployment(ballot: Fixture, accounts: Fixture) -> None:
    assert ballot.chairperson() == accounts[0].address
    assert [ballot.proposals(i) for i in range(3)] == [(name, 0) for name in NAMES]


def test_only_the_chairperson_gives_rights(ballot: Fixture, accounts: Fixture) -> None:
    with reverts("NotChairperson", caller=accounts[1]):
        ballot.giveRightToVote(accounts[2], sender=accounts[1])
    ballot.giveRightToVote(accounts[2])
    assert ballot.voters(accounts[2])[0] == 1
    with reverts("has the right already"):
        ballot.giveRightToVote(accounts[2])


def test_a_vote_counts_once(ballot: Fixture, accounts: Fixture) -> None:
    ballot.giveRightToVote(accounts[1])
    result = ballot.vote(2, sender=accounts[1])
    assert result.events == (ballot.events.Voted(voter=accounts[1], proposal=2, weight=1),)
    with reverts("AlreadyVoted", voter=accounts[1]):
        ballot.vote(1, sender=accounts[1])
    assert ballot.winningProposal() == 2
    assert ballot.winnerName() == NAMES[2]


def test_a_proposal_that_does_not_exist_panics(ballot: Fixture) -> None:
    with reverts(0x32):
        ballot.vote(3)


def test_a_delegated_vote_counts_with_the_delegate(ballot: Fixture, accounts: Fixture) -> None:
    for voter in accounts[1:4]:
        ballot.giveRightToVote(voter)
    ballot.delegate(accounts[2], sender=accounts[1])
    ballot.delegate(accounts[2], sender=accounts[3])
    ballot.vote(1, sender=accounts[2])
    assert ballot.proposals(1)[1] == 3
    ballot.delegate(accounts[2])
    assert ballot.proposals(1)[1] == 4


def test_delegation_in_a_circle_is_refused(ballot: Fixture, accounts: Fixture) -> None:
    for voter in accounts[1:3]:
        ballot.giveRightToVote(voter)
    ballot.delegate(accounts[2], sender=accounts[1])
    with reverts("DelegationLoop"):
        ballot.delegate(accounts[1], sender=accounts[2])
    with reverts("DelegationLoop"):
        ballot.delegate(accounts[0])


def test_who_has_no_right_cannot_vote(ballot: Fixture, accounts: Fixture) -> None:
    with reverts("NoRightToVote", voter=accounts[5]):
        ballot.vote(0, sender=accounts[5])
