"""The pool: order, gaps, replacement, limits. A simple model says what it must hold."""

from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contractchain.chain.mempool import Capacity, Mempool, PoolLimits
from contractchain.errors import AlreadyKnownError, MempoolFullError, UnderpricedError
from contractchain.interfaces.execution_data import DecodedTransaction

GAS = 30_000_000
ids = count(1)


def make(
    sender: int = 1,
    nonce: int = 0,
    *,
    priority: int = 10,
    max_fee: int | None = None,
    gas: int = 21_000,
    size: int = 100,
) -> DecodedTransaction:
    number = next(ids)
    return DecodedTransaction(
        raw=bytes(size),
        hash=number.to_bytes(32, "big"),
        sender=sender.to_bytes(20, "big"),
        type=2,
        nonce=nonce,
        gas_limit=gas,
        max_fee_per_gas=1000 if max_fee is None else max_fee,
        max_priority_fee_per_gas=priority,
        value=0,
        to=bytes(20),
        intrinsic_gas=gas,
        max_fee_per_blob_gas=0,
        blob_count=0,
    )


def selected(pool: Mempool, **changes: int) -> list[tuple[int, int]]:
    values = {"gas_limit": GAS, "base_fee_per_gas": 1} | changes
    chosen = pool.select(Capacity(**values))
    return [(int.from_bytes(tx.sender, "big"), tx.nonce) for tx in chosen]


def test_a_sender_is_served_in_the_order_of_nonces() -> None:
    pool = Mempool()
    for nonce in (2, 0, 1):
        pool.add(make(nonce=nonce, priority=nonce + 1), 0)
    assert selected(pool) == [(1, 0), (1, 1), (1, 2)]


def test_a_gap_makes_what_is_behind_it_wait() -> None:
    pool = Mempool()
    pool.add(make(nonce=0), 0)
    pool.add(make(nonce=2), 0)
    assert selected(pool) == [(1, 0)]
    pool.add(make(nonce=1), 0)
    assert selected(pool) == [(1, 0), (1, 1), (1, 2)]


def test_the_higher_priority_fee_goes_first_and_then_the_earlier_arrival() -> None:
    pool = Mempool()
    pool.add(make(sender=1, priority=5), 0)
    pool.add(make(sender=2, priority=9), 0)
    pool.add(make(sender=3, priority=5), 0)
    assert selected(pool) == [(2, 0), (1, 0), (3, 0)]


def test_the_base_fee_decides_what_is_left_of_a_priority_fee() -> None:
    pool = Mempool()
    pool.add(make(sender=1, priority=90, max_fee=100), 0)
    pool.add(make(sender=2, priority=20, max_fee=1000), 0)
    assert selected(pool, base_fee_per_gas=5) == [(1, 0), (2, 0)]
    assert selected(pool, base_fee_per_gas=85) == [(2, 0), (1, 0)]
    assert selected(pool, base_fee_per_gas=101) == [(2, 0)]


def test_a_transaction_that_cannot_pay_the_base_fee_holds_up_its_sender() -> None:
    pool = Mempool()
    pool.add(make(nonce=0, max_fee=10), 0)
    pool.add(make(nonce=1, max_fee=1000), 0)
    assert selected(pool, base_fee_per_gas=11) == []
    assert not pool.has_executable(Capacity(gas_limit=GAS, base_fee_per_gas=11))


def test_a_selection_is_bounded_by_gas_size_and_number() -> None:
    pool = Mempool()
    for nonce in range(5):
        pool.add(make(nonce=nonce), 0)
    assert len(selected(pool, gas_limit=63_000)) == 3
    assert len(selected(pool, max_size_bytes=250)) == 2
    assert len(selected(pool, max_transactions=4)) == 4


def test_what_no_block_can_take_holds_up_only_its_sender() -> None:
    pool = Mempool()
    for sender in range(1, 201):
        pool.add(make(sender=sender, priority=50, gas=GAS + 1), 0)
    pool.add(make(sender=999, priority=1), 0)
    assert selected(pool) == [(999, 0)]
    assert pool.has_executable(Capacity(gas_limit=GAS, base_fee_per_gas=1))


@pytest.mark.parametrize("senders", [1, 50, 4000])
def test_twenty_thousand_transactions_drain_in_full_blocks(senders: int) -> None:
    pool = Mempool()
    each = 20_000 // senders
    for nonce in reversed(range(each)):
        for sender in range(1, senders + 1):
            pool.add(make(sender=sender, nonce=nonce, priority=sender % 7, gas=40_000), 0)
    blocks = 0
    while chosen := pool.select(Capacity(gas_limit=GAS, base_fee_per_gas=blocks)):
        assert len(chosen) == GAS // 40_000 or len(chosen) == len(pool)
        for transaction in chosen:
            pool.on_nonce(transaction.sender, transaction.nonce + 1)
        blocks += 1
    assert len(pool) == 0
    assert blocks == -(-20_000 // (GAS // 40_000))


def test_a_replacement_must_raise_both_fees_by_a_tenth() -> None:
    pool = Mempool()
    pool.add(make(priority=100, max_fee=1000), 0)
    with pytest.raises(UnderpricedError) as caught:
        pool.add(make(priority=110, max_fee=1099), 0)
    assert (caught.value.got, caught.value.required) == (1099, 1100)
    with pytest.raises(UnderpricedError) as caught:
        pool.add(make(priority=109, max_fee=1100), 0)
    assert (caught.value.got, caught.value.required) == (109, 110)
    better = make(priority=110, max_fee=1100)
    pool.add(better, 0)
    assert len(pool) == 1
    assert better.hash in pool


def test_a_replacement_keeps_its_place_in_the_order_of_arrival() -> None:
    pool = Mempool()
    pool.add(make(sender=1, priority=10), 0)
    pool.add(make(sender=2, priority=20), 0)
    pool.add(make(sender=1, priority=20, max_fee=2000), 0)
    assert selected(pool) == [(1, 0), (2, 0)]


def test_the_same_transaction_is_taken_once() -> None:
    pool = Mempool()
    transaction = make()
    pool.add(transaction, 0)
    with pytest.raises(AlreadyKnownError):
        pool.add(transaction, 0)


def test_a_sender_has_a_share_of_the_pool() -> None:
    pool = Mempool(PoolLimits(total=10, per_sender=2))
    pool.add(make(nonce=0), 0)
    pool.add(make(nonce=1), 0)
    with pytest.raises(MempoolFullError) as caught:
        pool.add(make(nonce=2), 0)
    assert caught.value.limit == 2
    pool.add(make(sender=2), 0)


def test_a_full_pool_drops_the_end_of_the_queue_that_has_the_worst() -> None:
    pool = Mempool(PoolLimits(total=3, per_sender=3))
    pool.add(make(sender=1, nonce=0, priority=1), 0)
    pool.add(make(sender=1, nonce=1, priority=50), 0)
    pool.add(make(sender=2, nonce=0, priority=5), 0)
    pool.add(make(sender=3, nonce=0, priority=9), 0)
    assert selected(pool) == [(3, 0), (2, 0), (1, 0)]


def test_a_full_pool_refuses_what_is_no_better_than_the_worst() -> None:
    pool = Mempool(PoolLimits(total=2, per_sender=2))
    pool.add(make(sender=1, priority=5), 0)
    pool.add(make(sender=2, priority=6), 0)
    with pytest.raises(MempoolFullError) as caught:
        pool.add(make(sender=3, priority=5), 0)
    assert caught.value.limit == 2
    assert len(pool) == 2


def test_used_up_nonces_leave_the_pool() -> None:
    pool = Mempool()
    transactions = [make(nonce=nonce) for nonce in range(4)]
    for transaction in transactions:
        pool.add(transaction, 0)
    pool.on_nonce(transactions[0].sender, 3)
    assert selected(pool) == [(1, 3)]
    assert transactions[0].hash not in pool


def test_a_nonce_that_goes_back_opens_a_gap() -> None:
    pool = Mempool()
    transaction = make(nonce=3)
    pool.add(transaction, 3)
    pool.on_nonce(transaction.sender, 2)
    assert selected(pool) == []
    pool.add(make(nonce=2), 2)
    assert selected(pool) == [(1, 2), (1, 3)]


def test_restoring_brings_back_entries_with_their_order() -> None:
    pool = Mempool()
    for sender in (3, 1, 2):
        pool.add(make(sender=sender), 0)
    entries = pool.entries()
    pool.remove(entries[0].transaction.hash)
    pool.add(make(sender=7, priority=99), 0)
    pool.restore((entry, 0) for entry in entries)
    assert selected(pool) == [(3, 0), (1, 0), (2, 0)]


class PoolAgainstModel(RuleBasedStateMachine):
    """The pool beside a dictionary of (sender, nonce) that is searched from end to end."""

    @initialize()
    def start(self) -> None:
        self.pool = Mempool(PoolLimits(total=12, per_sender=5))
        self.model: dict[tuple[int, int], tuple[DecodedTransaction, int]] = {}
        self.nonces = dict.fromkeys(range(1, 5), 0)
        self.arrivals = count(1)

    @rule(
        sender=st.integers(1, 4),
        ahead=st.integers(0, 6),
        priority=st.integers(0, 40),
        extra=st.integers(0, 40),
    )
    def add(self, sender: int, ahead: int, priority: int, extra: int) -> None:
        nonce = self.nonces[sender] + ahead
        transaction = make(sender, nonce, priority=priority, max_fee=priority + extra)
        expected = self._model_add(sender, nonce, transaction)
        try:
            self.pool.add(transaction, self.nonces[sender])
        except (UnderpricedError, MempoolFullError) as error:
            assert type(error) is expected
        else:
            assert expected is None

    def _model_add(
        self, sender: int, nonce: int, new: DecodedTransaction
    ) -> type[Exception] | None:
        if (sender, nonce) in self.model:
            old, arrival = self.model[sender, nonce]
            for got, had in (
                (new.max_fee_per_gas, old.max_fee_per_gas),
                (new.max_priority_fee_per_gas, old.max_priority_fee_per_gas),
            ):
                if got * 10 < had * 11 or got <= had:
                    return UnderpricedError
            self.model[sender, nonce] = (new, arrival)
            return None
        if sum(1 for key in self.model if key[0] == sender) >= 5:
            return MempoolFullError
        if len(self.model) >= 12:
            worst = min(self.model, key=lambda key: self._rank(*self.model[key]))
            victim = max(key for key in self.model if key[0] == worst[0])
            offered = (new.max_priority_fee_per_gas, new.max_fee_per_gas)
            if offered <= self._rank(*self.model[worst])[:2] or worst[0] == sender:
                return MempoolFullError
            del self.model[victim]
        self.model[sender, nonce] = (new, next(self.arrivals))
        return None

    @staticmethod
    def _rank(tx: DecodedTransaction, arrival: int) -> tuple[int, int, int]:
        return tx.max_priority_fee_per_gas, tx.max_fee_per_gas, -arrival

    @rule(sender=st.integers(1, 4), step=st.integers(-2, 4))
    def head_moves(self, sender: int, step: int) -> None:
        self.nonces[sender] = max(self.nonces[sender] + step, 0)
        self.pool.on_nonce(sender.to_bytes(20, "big"), self.nonces[sender])
        for key in [k for k in self.model if k[0] == sender and k[1] < self.nonces[sender]]:
            del self.model[key]

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.model:
            key = data.draw(st.sampled_from(sorted(self.model)))
            self.pool.remove(self.model.pop(key)[0].hash)

    @rule()
    def restore(self) -> None:
        entries = self.pool.entries()
        self.pool.restore(
            (entry, self.nonces[int.from_bytes(entry.transaction.sender, "big")])
            for entry in entries
        )

    @rule(base_fee=st.integers(0, 50))
    def select(self, base_fee: int) -> None:
        assert selected(self.pool, base_fee_per_gas=base_fee) == self._model_select(base_fee)
        capacity = Capacity(gas_limit=GAS, base_fee_per_gas=base_fee)
        assert self.pool.has_executable(capacity) == bool(self._model_select(base_fee))

    def _model_select(self, base_fee: int) -> list[tuple[int, int]]:
        nonces = dict(self.nonces)
        order: list[tuple[int, int]] = []
        while True:
            heads = []
            for sender, nonce in nonces.items():
                found = self.model.get((sender, nonce))
                if found is not None and found[0].max_fee_per_gas >= base_fee:
                    tip = min(
                        found[0].max_priority_fee_per_gas, found[0].max_fee_per_gas - base_fee
                    )
                    heads.append((-tip, found[1], sender))
            if not heads:
                return order
            sender = min(heads)[2]
            order.append((sender, nonces[sender]))
            nonces[sender] += 1

    @invariant()
    def holds_the_same(self) -> None:
        if hasattr(self, "pool"):
            assert {e.transaction.hash for e in self.pool.entries()} == {
                tx.hash for tx, _ in self.model.values()
            }
            assert len(self.pool) == len(self.model)


TestPoolAgainstModel = PoolAgainstModel.TestCase
TestPoolAgainstModel.settings = settings(max_examples=60, stateful_step_count=40)
