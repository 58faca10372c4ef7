"""Where parse tables are kept, and when what is kept is used."""

import json
from itertools import count
from pathlib import Path

import pytest

from contractchain.lang.parse.parser import SolidityParser
from contractchain.lang.source import SourceFile


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "contractchain"


def parses(parser: SolidityParser) -> bool:
    source = SourceFile(name="a.sol", text="contract C { uint x; }", index=0)
    return parser.parse(source, count()).unit is not None


def test_tables_are_kept_where_only_the_user_can_write(cache: Path) -> None:
    assert parses(SolidityParser())
    assert cache.stat().st_mode & 0o077 == 0
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    before = kept.stat().st_mtime_ns
    assert parses(SolidityParser())
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b'{"data": {}, "memo": {}}'])
def test_damaged_tables_are_built_again(cache: Path, damage: bytes) -> None:
    assert parses(SolidityParser())
    (kept,) = cache.iterdir()
    kept.write_bytes(damage)
    assert parses(SolidityParser())


def test_what_is_kept_is_data_and_no_pickle(cache: Path) -> None:
    assert parses(SolidityParser())
    (kept,) = cache.iterdir()
    assert set(json.loads(kept.read_bytes())) == {"data", "memo"}
