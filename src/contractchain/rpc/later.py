"""An outcome that is told when it is there, to one listener, without a task or a future.

For answers that many requests wait for at once: what a future adds (several listeners, a turn of
the loop for each, cancelling) is not needed there, and costs as much as the rest of a request.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """One outcome: a value that is not None, or the exception in its place.

    Belongs to the loop's thread.
    """

    __slots__ = ("_listener", "_outcome")

    def __init__(self) -> None:
        self._listener: Callable[[T | Exception], None] | None = None
        self._outcome: T | Exception | None = None

    def tell(self, outcome: T | Exception) -> None:
        """Hand the outcome to the listener, or keep it until there is one. Call it once."""
        if self._listener is None:
            self._outcome = outcome
        else:
            self._listener(outcome)

    def listen(self, listener: Callable[[T | Exception], None]) -> None:
        """Have `listener` called with the outcome, at once if it is there already."""
        if self._outcome is None:
            self._listener = listener
        else:
            listener(self._outcome)

    async def wait(self) -> T:
        """Return the value, or raise the exception in its place."""
        future: asyncio.Future[T | Exception] = asyncio.get_running_loop().create_future()
        self.listen(lambda outcome: None if future.done() else future.set_result(outcome))
        outcome = await future
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
