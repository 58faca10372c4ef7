"""Files of blocks."""

from pathlib import Path

import pytest

from contractchain.chain.block_file import iterate_blocks, write_blocks
from contractchain.codec.rlp import encode
from contractchain.errors import ConfigError, DecodeError

SHORT = encode([b"a", b"b"])
LONG = encode([bytes(300)])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "blocks.rlp"
    assert write_blocks(path, [SHORT, LONG, SHORT]) == 2 * len(SHORT) + len(LONG)
    assert list(iterate_blocks(path)) == [SHORT, LONG, SHORT]
    assert [file.name for file in tmp_path.iterdir()] == ["blocks.rlp"]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (SHORT + b"\x80", len(SHORT)),
        (SHORT + LONG[:-1], len(SHORT)),
        (b"\xff" + b"\xff" * 8, 0),
        (b"\xf9\x01", 0),
    ],
)
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, data: bytes, offset: int) -> None:
    path = tmp_path / "blocks.rlp"
    path.write_bytes(data)
    with pytest.raises(DecodeError) as raised:
        list(iterate_blocks(path))
    assert raised.value.offset == offset


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "blocks.rlp"
    write_blocks(path, [SHORT])

    def broken():  # type: ignore[no-untyped-def]
        yield LONG
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_blocks(path, broken())
    assert list(iterate_blocks(path)) == [SHORT]
    assert [file.name for file in tmp_path.iterdir()] == ["blocks.rlp"]


def test_a_file_that_is_not_there_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        list(iterate_blocks(tmp_path / "none.rlp"))
