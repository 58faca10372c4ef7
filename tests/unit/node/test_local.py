"""Opening a node's chain from its configuration, closing it, and finding it again."""

from dataclasses import replace
from pathlib import Path

import pytest

from chain_cases import ETHER, accounts, make_raw
from contractchain.chain import BlockTag
from contractchain.chain.genesis_file import encode_genesis
from contractchain.errors import (
    ConfigError,
    CorruptStoreError,
    StoreLockedError,
    StoreMismatchError,
)
from contractchain.node import (
    EngineChoice,
    NodeConfig,
    StoreChoice,
    engines_report,
    open_local_chain,
)
from contractchain.types import Fork


def config(path: Path | None, **changes: object) -> NodeConfig:
    return NodeConfig(data_dir=path, **changes)  # type: ignore[arg-type]


def test_the_development_chain_has_ten_rich_accounts_and_prague() -> None:
    with open_local_chain(config(None)) as node:
        assert [a.address for a in node.accounts] == [a.address for a in accounts()]
        for account in node.accounts:
            assert node.chain.state.get_account(account.address).balance == 10_000 * ETHER
        assert node.chain.config.chain_id == 31337
        assert node.chain.config.fork_at(1, 0) is Fork.PRAGUE
        assert node.chain.blocks.get_header(0).base_fee_per_gas == 10**9
        assert node.chain.blocks.get_header(0).gas_limit == 30_000_000


def test_system_contracts_are_deployed_and_called() -> None:
    with open_local_chain(config(None)) as node:
        node.chain.mine(2)
        history = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
        parent = node.chain.state.get_storage(history, (1).to_bytes(32, "big"))
        assert parent == node.chain.blocks.get_block(1).hash


@pytest.mark.parametrize("store", ["sqlite", "auto"])
def test_a_chain_is_found_again(tmp_path: Path, store: str) -> None:
    settings = config(tmp_path / "data", store=StoreChoice(store))
    with open_local_chain(settings) as node:
        node.chain.submit([make_raw(value=3)])
        head = node.chain.head()
    with open_local_chain(settings) as node:
        assert node.chain.head() == head
        found = node.chain.state.get_account(accounts()[9].address)
        assert found.balance == 10_000 * ETHER + 3
        assert len(node.accounts) == 10


def test_a_directory_is_open_once(tmp_path: Path) -> None:
    with open_local_chain(config(tmp_path)), pytest.raises(StoreLockedError):
        open_local_chain(config(tmp_path))
    open_local_chain(config(tmp_path)).close()


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    node = open_local_chain(config(tmp_path))
    node.close()
    node.close()


def test_a_failed_opening_leaves_the_directory_unlocked(tmp_path: Path) -> None:
    open_local_chain(config(tmp_path)).close()
    with pytest.raises(StoreMismatchError):
        open_local_chain(config(tmp_path, chain_id=5))
    open_local_chain(config(tmp_path)).close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chain_id", 1),
        ("hardfork", Fork.CANCUN),
        ("gas_limit", 20_000_000),
        ("base_fee", 7),
        ("genesis_timestamp", 5),
        ("balance", 5),
        ("accounts", 12),
    ],
)
def test_what_does_not_fit_the_chain_that_is_there_is_named(
    tmp_path: Path, key: str, value: object
) -> None:
    open_local_chain(config(tmp_path)).close()
    with pytest.raises(StoreMismatchError, match=key):
        open_local_chain(config(tmp_path, **{key: value}))


def test_a_genesis_file_makes_the_chain(tmp_path: Path) -> None:
    with open_local_chain(config(None, chain_id=77)) as node:
        text = encode_genesis(node.chain.genesis)
        expected = node.chain.genesis_hash
    path = tmp_path / "genesis.json"
    path.write_text(text)
    with open_local_chain(config(None, genesis=path)) as node:
        assert node.chain.genesis_hash == expected
        assert node.chain.config.chain_id == 77
    with pytest.raises(ConfigError, match="chain_id"):
        open_local_chain(config(None, genesis=path, chain_id=77))


def test_a_chain_opens_with_its_genesis_file_as_long_as_it_says_the_same(tmp_path: Path) -> None:
    with open_local_chain(config(None, chain_id=77)) as node:
        genesis = node.chain.genesis
    path, data_dir = tmp_path / "genesis.json", tmp_path / "data"
    text = encode_genesis(genesis)
    for written in (text, text, text + "\n\n", text + "\n\n"):
        path.write_text(written)
        with open_local_chain(config(data_dir, genesis=path)) as node:
            assert node.chain.genesis == genesis
            assert len(node.accounts) == 10
    path.write_text(encode_genesis(replace(genesis, gas_limit=20_000_000)))
    for _ in range(2):
        with pytest.raises(StoreMismatchError):
            open_local_chain(config(data_dir, genesis=path))
    path.write_text(text + "}")
    with pytest.raises(ConfigError):
        open_local_chain(config(data_dir, genesis=path))
    path.unlink()
    with pytest.raises(ConfigError, match=r"genesis\.json"):
        open_local_chain(config(data_dir, genesis=path))


@pytest.mark.parametrize("text", ["", "{}", '{"config": 7}', None])
def test_a_wrong_genesis_file_leaves_nothing_behind(tmp_path: Path, text: str | None) -> None:
    path, data_dir = tmp_path / "genesis.json", tmp_path / "data"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError):
        open_local_chain(config(data_dir, genesis=path))
    assert not data_dir.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": 0},
        {"accounts": -1},
        {"accounts": 10_001},
        {"gas_limit": 1},
        {"block_time": 0},
        {"balance": -1},
    ],
)
def test_a_value_out_of_range_is_a_configuration_error(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        config(None, **changes)
    assert caught.value.key == next(iter(changes))


def test_a_block_time_makes_blocks_by_the_clock() -> None:
    with open_local_chain(config(None, block_time=3600)) as node:
        assert node.consensus.name == "interval"
        node.chain.submit([make_raw()])
        assert node.chain.head().number == 0
        assert node.chain.blocks.get_header(BlockTag.PENDING).number == 1


def test_a_damaged_data_directory_is_refused(tmp_path: Path) -> None:
    open_local_chain(config(tmp_path, store=StoreChoice.SQLITE)).close()
    for file in (tmp_path / "chain").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x00" * max(file.stat().st_size, 100))
    with pytest.raises(CorruptStoreError):
        open_local_chain(config(tmp_path))
    with pytest.raises(CorruptStoreError):
        open_local_chain(config(tmp_path))


def test_the_report_names_every_engine_and_why_one_is_missing() -> None:
    reports = {report.name: report for report in engines_report()}
    assert set(reports) == {"revm", "py-evm"}
    assert reports["py-evm"].available
    assert reports["revm"].available or reports["revm"].reason


def test_an_engine_can_be_chosen() -> None:
    with open_local_chain(config(None, engine=EngineChoice.PY_EVM)) as node:
        assert node.execution.name == "py-evm"
