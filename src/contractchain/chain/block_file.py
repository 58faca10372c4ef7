"""Files of blocks: RLP items one after the other, as geth's `export` and `import` have them."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from contractchain.errors import ConfigError, DecodeError

MAX_BLOCK_BYTES = 64 * 2**20
"""Size of an encoded block that is read at all."""
SHORT_LIST, LONG_LIST = 0xC0, 0xF7


def iterate_blocks(path: Path) -> Iterator[bytes]:
    """Yield the encoded blocks of a file, one at a time; nothing of them is checked.

    Raises:
        DecodeError: the file is not a row of RLP lists; names the byte.
        ConfigError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            while True:
                encoded = _read_item(file)
                if not encoded:
                    return
                yield encoded
    except OSError as error:
        raise _unusable(path, "read", error) from error


def write_blocks(path: Path, blocks: Iterable[bytes]) -> int:
    """Write encoded blocks to a file, which is there completely or not at all.

    Returns:
        Bytes written.

    Raises:
        ConfigError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    size = 0
    try:
        with part.open("wb") as file:
            for block in blocks:
                size += file.write(block)
        part.replace(path)
    except OSError as error:
        raise _unusable(path, "written", error) from error
    finally:
        part.unlink(missing_ok=True)
    return size


def _read_item(file: BinaryIO) -> bytes:
    start = file.tell()
    head = file.read(1)
    if not head:
        return b""
    first = head[0]
    if first < SHORT_LIST:
        raise DecodeError("expected a list", what="file of blocks", offset=start)
    if first <= LONG_LIST:
        size = first - SHORT_LIST
    else:
        length = file.read(first - LONG_LIST)
        head += length
        size = int.from_bytes(length, "big")
    if size > MAX_BLOCK_BYTES:
        raise DecodeError(f"a block of {size} bytes", what="file of blocks", offset=start)
    payload = file.read(size)
    if len(payload) != size:
        raise DecodeError("the file ends within a block", what="file of blocks", offset=start)
    return head + payload


def _unusable(path: Path, verb: str, error: OSError) -> ConfigError:
    reason = (error.strerror or str(error)).lower()
    return ConfigError(f"cannot be {verb}: {reason}", path=str(path))
