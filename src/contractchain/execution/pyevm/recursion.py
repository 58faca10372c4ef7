"""Keeps py-evm from raising the interpreter's recursion limit for everybody and for good.

py-evm executes nested calls by recursion and raises the limit to suit when it is imported. Under
that limit a deeply nested JSON document overflows the C stack of parsers that rely on it. Here the
limit is as high as py-evm wants it only while code runs.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def _import_with_limit_kept() -> int:
    """Import py-evm; returns the limit that it asks for."""
    before = sys.getrecursionlimit()
    import eth  # noqa: F401  for what importing it does

    wanted = sys.getrecursionlimit()
    sys.setrecursionlimit(before)
    return max(wanted, 12 * 1024)


EVM_LIMIT = _import_with_limit_kept()
"""Frames that a call 1024 deep may need."""


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Raise the limit for the length of the block. Not reentrant over threads: hold a lock."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, EVM_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
