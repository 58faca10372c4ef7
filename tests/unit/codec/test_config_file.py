"""Configuration faults name file, line and key."""

from pathlib import Path

import msgspec
import pytest

from contractchain.codec.config_file import decode_config, load_config
from contractchain.codec.units import Duration, parse_duration
from contractchain.errors import ConfigError, DecodeError


class Network(msgspec.Struct, forbid_unknown_fields=True):
    listen_address: str = "127.0.0.1:30303"
    seed_nodes: list[str] = []


class Config(msgspec.Struct, forbid_unknown_fields=True):
    p2p: Network = msgspec.field(default_factory=Network)
    heartbeat_timeout: Duration = Duration(0)
    peers: int = 0


def fault(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        decode_config(text, Config, source="node.yaml")
    return caught.value


def test_values_are_decoded() -> None:
    config = decode_config(
        "p2p:\n  seed_nodes: [a, b]\nheartbeat_timeout: 500ms\n", Config, source="x"
    )
    assert config.p2p.seed_nodes == ["a", "b"]
    assert config.heartbeat_timeout == Duration(500_000_000)


def test_an_empty_file_gives_the_defaults() -> None:
    assert decode_config("", Config, source="x") == Config()


def test_an_unknown_key_is_located_and_a_close_one_suggested() -> None:
    error = fault("peers: 1\np2p:\n  listen_addres: x\n")
    assert (error.path, error.line, error.key) == ("node.yaml", 3, "p2p.listen_addres")
    assert error.hint == "did you mean `listen_address`?"


def test_a_wrong_type_is_located() -> None:
    error = fault("\npeers: many\n")
    assert (error.line, error.key) == (2, "peers")
    assert str(error) == "node.yaml:2: `peers`: expected `int`, got `str`"


def test_a_wrong_item_of_a_list_is_located() -> None:
    error = fault("p2p:\n  seed_nodes:\n    - a\n    - 5\n")
    assert (error.line, error.key) == (4, "p2p.seed_nodes.1")


def test_a_wrong_duration_is_located() -> None:
    assert fault("heartbeat_timeout: soon\n").key == "heartbeat_timeout"


@pytest.mark.parametrize("text", ["a: [", "\tx: 1", "- 1", "5", "a: *b", "[" * 2000])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    assert fault(text).path == "node.yaml"


@pytest.mark.parametrize(
    "value",
    [
        "!!bool x",
        "!!timestamp x",
        "0001-01-01 00:00:00+23:59",
        '"\\ud800"',
        "{[1]: 2}",
        "1" * 5_000,
    ],
)
def test_values_that_the_library_stumbles_over_are_faults_of_the_file(value: str) -> None:
    assert fault(f"peers: {value}\n").path == "node.yaml"


def test_merges_that_would_fill_the_memory_are_refused() -> None:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 20)]
    assert fault("\n".join(lines)).line == 2


def test_brackets_without_end_are_refused_at_once() -> None:
    assert "nested too deeply" in fault("peers: " + "[" * 500_000).message


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.yaml", Config)


@pytest.mark.parametrize(
    ("text", "ns"),
    [("500ms", 5 * 10**8), ("10s", 10**10), ("1.5s", 15 * 10**8), ("1m30s", 9 * 10**10)],
)
def test_durations_are_read(text: str, ns: int) -> None:
    assert parse_duration(text).ns == ns


@pytest.mark.parametrize("text", ["", "10", "s", "10 x", "-1s", "1s!"])
def test_other_text_is_no_duration(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_duration(text)
