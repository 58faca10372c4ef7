"""The ERC-20 example: its rules, its events, and what never changes."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contractchain.testing import reverts
from contractchain.testing.chain import DevChain
from contractchain.testing.contract import Deployer

Fixture = Any
SUPPLY = 1_000_000


@pytest.fixture(scope="module")
def token(deploy: Fixture) -> Fixture:
    return deploy("Token", "Gold", "GLD", SUPPLY)


def test_the_supply_is_the_deployers(token: Fixture, accounts: Fixture) -> None:
    assert (token.name(), token.symbol(), token.decimals()) == ("Gold", "GLD", 18)
    assert token.totalSupply() == token.balanceOf(accounts[0]) == SUPPLY


def test_a_transfer_moves_and_tells(token: Fixture, accounts: Fixture) -> None:
    alice, bob = accounts[:2]
    result = token.transfer(bob, 400)
    assert result.events == (token.events.Transfer(**{"from": alice, "to": bob, "value": 400}),)
    assert token.balanceOf(alice) == SUPPLY - 400
    assert token.balanceOf(bob) == 400


def test_a_transfer_beyond_the_balance_says_what_is_missing(
    token: Fixture, accounts: Fixture
) -> None:
    with reverts("InsufficientBalance", account=accounts[3], balance=0, needed=1):
        token.transfer(accounts[0], 1, sender=accounts[3])


def test_nobody_sends_to_the_zero_address(token: Fixture) -> None:
    with reverts("InvalidReceiver"):
        token.transfer(bytes(20), 1)


def test_an_allowance_is_used_up(token: Fixture, accounts: Fixture) -> None:
    alice, bob, carol = accounts[:3]
    token.approve(bob, 100)
    token.transferFrom(alice, carol, 60, sender=bob)
    assert token.allowance(alice, bob) == 40
    with reverts("InsufficientAllowance", allowed=40, needed=41):
        token.transferFrom(alice, carol, 41, sender=bob)


def test_an_unlimited_allowance_stays(token: Fixture, accounts: Fixture) -> None:
    alice, bob = accounts[:2]
    token.approve(bob, 2**256 - 1)
    token.transferFrom(alice, bob, 5, sender=bob)
    assert token.allowance(alice, bob) == 2**256 - 1


class TokenMachine(RuleBasedStateMachine):
    """Random transfers and approvals against a model in Python."""

    chain: DevChain
    deployer: Deployer

    @initialize()
    def deploy(self) -> None:
        self.snapshot = self.chain.snapshot()
        self.accounts = self.chain.accounts[:4]
        self.token = self.deployer("Token", "Gold", "GLD", SUPPLY)
        self.balances = {a.address: 0 for a in self.accounts} | {self.accounts[0].address: SUPPLY}
        self.allowances: dict[tuple[bytes, bytes], int] = {}

    @rule(a=st.integers(0, 3), b=st.integers(0, 3), value=st.integers(0, SUPPLY * 2))
    def transfer(self, a: int, b: int, value: int) -> None:
        sender, receiver = self.accounts[a], self.accounts[b]
        if self.balances[sender.address] < value:
            with reverts("InsufficientBalance", needed=value):
                self.token.transfer(receiver, value, sender=sender)
            return
        self.token.transfer(receiver, value, sender=sender)
        self.balances[sender.address] -= value
        self.balances[receiver.address] += value

    @rule(a=st.integers(0, 3), b=st.integers(0, 3), value=st.integers(0, SUPPLY))
    def approve(self, a: int, b: int, value: int) -> None:
        owner, spender = self.accounts[a], self.accounts[b]
        self.token.approve(spender, value, sender=owner)
        self.allowances[owner.address, spender.address] = value

    @rule(a=st.integers(0, 3), b=st.integers(0, 3), c=st.integers(0, 3), value=st.integers(0, 999))
    def transfer_from(self, a: int, b: int, c: int, value: int) -> None:
        owner, spender, receiver = (self.accounts[i] for i in (a, b, c))
        allowed = self.allowances.get((owner.address, spender.address), 0)
        if allowed < value:
            with reverts("InsufficientAllowance"):
                self.token.transferFrom(owner, receiver, value, sender=spender)
            return
        if self.balances[owner.address] < value:
            with reverts("InsufficientBalance"):
                self.token.transferFrom(owner, receiver, value, sender=spender)
            return
        self.token.transferFrom(owner, receiver, value, sender=spender)
        self.allowances[owner.address, spender.address] = allowed - value
        self.balances[owner.address] -= value
        self.balances[receiver.address] += value

    @invariant()
    def balances_agree(self) -> None:
        if hasattr(self, "token"):
            for account in self.accounts:
                assert self.token.balanceOf(account) == self.balances[account.address]
            assert sum(self.balances.values()) == self.token.totalSupply()

    def teardown(self) -> None:
        if hasattr(self, "snapshot"):
            self.chain.revert_to(self.snapshot)


def test_a_token_agrees_with_its_model(chain: DevChain, deploy: Deployer) -> None:
    machine = type("Bound", (TokenMachine,), {"chain": chain, "deployer": deploy})
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine, settings=settings(max_examples=15, stateful_step_count=15, deadline=None)
    )
