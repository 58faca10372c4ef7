"""One connection that can be spoken to without being asked: its requests and its subscriptions."""

import asyncio
from functools import partial

from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher, Respond
from contractchain.rpc.errors import LIMIT_EXCEEDED, SERVER_ERROR, RpcFault
from contractchain.rpc.subscriptions import Subscription, Subscriptions, Wanted

MAX_SUBSCRIPTIONS = 1_000
"""Of one connection."""


class PushSession:
    """Answers the messages of one connection. Belongs to the loop's thread.

    What a batch subscribes to begins when the batch is answered, so that no notification comes
    before the id that it carries.
    """

    def __init__(
        self,
        dispatcher: Dispatcher[RpcContext],
        context: RpcContext,
        push: Respond,
        *,
        max_subscriptions: int = MAX_SUBSCRIPTIONS,
    ) -> None:
        """Begin.

        Args:
            dispatcher: Answers.
            context: What all connections share.
            push: Sends a message to the client.
            max_subscriptions: How many there may be at a time.
        """
        self._dispatcher = dispatcher.for_context(context.for_peer(self))
        self._all: Subscriptions = context.subscriptions
        self._push = push
        self._max = max_subscriptions
        self._mine: dict[bytes, Subscription] = {}
        self._batches = 0
        """Under way."""
        self._is_closed = False

    def start(self, body: bytes, respond: Respond) -> asyncio.Task[None] | None:
        """Begin to answer a message; `respond` is called once, at once or later."""
        if body.lstrip()[:1] != b"[":
            return self._dispatcher.start(body, respond)
        self._batches += 1
        return self._dispatcher.start(body, partial(self._end_batch, respond))

    def subscribe(self, wanted: Wanted) -> bytes:
        """Have notifications sent; returns the id that they carry.

        Raises:
            RpcFault: there are too many.
        """
        if len(self._mine) >= self._max:
            message = f"this connection has {self._max} subscriptions already"
            raise RpcFault(code=LIMIT_EXCEEDED, message=message)
        subscription = Subscription(wanted, self._push)
        if not self._is_closed:
            self._mine[subscription.id] = subscription
            if not self._batches:
                self._all.add(subscription)
        return subscription.id

    def unsubscribe(self, identifier: bytes) -> None:
        """End notifications.

        Raises:
            RpcFault: this connection has no such subscription.
        """
        subscription = self._mine.pop(identifier, None)
        if subscription is None:
            raise RpcFault(code=SERVER_ERROR, message="subscription not found")
        self._all.remove(subscription)

    def close(self) -> None:
        """End all subscriptions."""
        self._is_closed = True
        for subscription in self._mine.values():
            self._all.remove(subscription)
        self._mine.clear()

    def _end_batch(self, respond: Respond, answer: bytes) -> None:
        respond(answer)
        self._batches -= 1
        if not self._batches:
            for subscription in self._mine.values():
                self._all.add(subscription)
