"""Making very many objects at once.

Python's collector of cycles goes through all objects again each time that their number has grown
by a quarter. A genesis of a million accounts has no cycles and several million objects: without
the collector it is read in two thirds of the time and encoded in half.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycle_collection() -> Iterator[None]:
    """Let the collector of cycles rest; what is no part of a cycle is freed as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
