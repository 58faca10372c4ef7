"""`node-config.yaml`: every key is taken, and no wrong value goes further than the file."""

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contractchain.errors import ConfigError
from contractchain.node.file import NodeFile, load_node_file, to_node_config
from contractchain.types import Fork

WHOLE = """
data_dir: chain-data
engine: py-evm
store: sqlite
log_level: debug
rpc:
  host: 127.0.0.1
  port: 8546
  allowed_hosts: [node.example]
  allowed_origins: ["*"]
consensus:
  type: interval
  block_time: 2s
chain:
  genesis: genesis.json
  chain_id: 7
  hardfork: cancun
  mnemonic: test test test test test test test test test test test junk
  accounts: 3
  gas_limit: 1000000
"""


def find_keys(kind: type[msgspec.Struct], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of all keys below a struct."""
    keys: list[tuple[str, ...]] = []
    for field in msgspec.structs.fields(kind):
        here = (*prefix, field.encode_name)
        keys.append(here)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            keys += find_keys(field.type, here)
    return keys


KEYS = find_keys(NodeFile)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("node") / "node-config.yaml"


def test_every_key_is_read(path: Path) -> None:
    path.write_text(WHOLE)
    found = load_node_file(path)
    assert found.data_dir == Path("chain-data")
    config = to_node_config(found, accounts=5)
    assert (config.genesis, config.hardfork) == (Path("genesis.json"), Fork.CANCUN)
    assert (config.accounts, config.gas_limit, config.block_time) == (5, 1_000_000, 2)
    assert found.consensus.block_time is not None
    assert found.consensus.block_time.seconds == 2
    assert (found.rpc.port, found.rpc.allowed_hosts) == (8546, ["node.example"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("p2p: {listen_address: '0.0.0.0:30303'}", "p2p"),
        ("p2p: {seed_nodes: ['10.0.0.1:30303']}", "p2p"),
        ("consensus: {type: raft}", "consensus.type"),
        ("consensus: {type: instant, heartbeat_timeout: 500ms}", "consensus.heartbeat_timeout"),
    ],
)
def test_what_is_not_built_says_so(path: Path, text: str, key: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_node_file(path)
    assert str(caught.value.key).startswith(key)
    assert "not built" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("consensus: {type: rfat}", "the engine `rfat` does not exist"),
        ("consensus: {type: interval}", "`interval` needs a block time"),
        ("consensus: {type: interval, block_time: 500ms}", "must be whole seconds"),
        ("consensus: {type: manual, block_time: 1s}", "`manual` has no block time"),
        ("chain: {hardfork: pragu}", "the fork `pragu` does not exist"),
        ("chain: {chain_id: 0}", "chain_id"),
    ],
)
def test_what_cannot_be_meant_is_refused(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        to_node_config(load_node_file(path))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("abc:/.-0", max_size=8)
    | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=4,
)


@given(key=st.sampled_from(KEYS), value=anything)
def test_any_value_of_any_key_is_read_or_located(
    path: Path, key: tuple[str, ...], value: object
) -> None:
    document: object = value
    for name in reversed(key):
        document = {name: document}
    path.write_text(yaml.safe_dump(document))
    try:
        to_node_config(load_node_file(path))
    except ConfigError as error:
        assert error.key is not None or not isinstance(document, dict)
