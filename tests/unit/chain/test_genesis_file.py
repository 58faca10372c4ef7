"""geth's genesis.json: everything read, everything kept, every fault located."""

import gc
import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_cases import make_genesis
from contractchain.chain.dao import find_dao_fork
from contractchain.chain.genesis import build_genesis_block
from contractchain.chain.genesis_config import ALL_KEYS, BLOCK_KEYS, EXTRA_NUMBERS, TIME_KEYS
from contractchain.chain.genesis_file import (
    ACCOUNTS_AT_ONCE,
    decode_genesis,
    encode_genesis,
    load_genesis,
)
from contractchain.codec.block import decode_block
from contractchain.errors import ConfigError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork, GenesisAccount

ADDRESS = "0x" + "07" * 20
VECTORS = Path(os.environ.get("CTC_VECTORS", "../shared/vectors"))


def text(**changes: object) -> str:
    document: dict[str, object] = {"config": {"chainId": 5}, "gasLimit": "0x1000000", "alloc": {}}
    return json.dumps({k: v for k, v in (document | changes).items() if v != "absent"})


def fault(document: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        decode_genesis(document, path="genesis.json")
    assert caught.value.path == "genesis.json"
    return caught.value


def test_the_genesis_hash_is_that_of_geth(execution: ExecutionLayer) -> None:
    archive = VECTORS / "execution-apis.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here; set CTC_VECTORS")
    with tarfile.open(archive) as files:
        members = {Path(m.name).name: m for m in files.getmembers()}
        genesis_file = files.extractfile(members["genesis.json"])
        chain_file = files.extractfile(members["chain.rlp"])
        assert genesis_file is not None
        assert chain_file is not None
        genesis = decode_genesis(genesis_file.read())
        data = chain_file.read()
    size = 1 + data[0] - 0xF7 + int.from_bytes(data[1 : 1 + data[0] - 0xF7], "big")
    first = decode_block(data[:size])
    assert build_genesis_block(genesis, execution).block.hash == first.header.parent_hash


def test_the_header_of_an_early_genesis_has_no_later_fields(execution: ExecutionLayer) -> None:
    document = text(nonce="0x42", difficulty="0x400000000", extraData="0x11bb")
    header = build_genesis_block(decode_genesis(document), execution).block.header
    assert header.nonce == bytes.fromhex("0000000000000042")
    assert header.difficulty == 0x400000000
    assert header.base_fee_per_gas is None
    assert header.requests_hash is None


def test_forks_and_blob_parameters_are_read() -> None:
    genesis = decode_genesis(
        text(
            config={
                "chainId": 7,
                "homesteadBlock": 0,
                "eip150Block": 0,
                "eip155Block": 2,
                "eip158Block": 2,
                "byzantiumBlock": 3,
                "constantinopleBlock": 4,
                "londonBlock": 9,
                "terminalTotalDifficulty": 0,
                "shanghaiTime": 10,
                "cancunTime": 20,
                "pragueTime": 30,
                "osakaTime": 40,
                "bpo1Time": 50,
                "blobSchedule": {
                    "prague": {"target": 2, "max": 4, "baseFeeUpdateFraction": 99},
                    "bpo1": {"target": 8, "max": 16, "baseFeeUpdateFraction": 77},
                },
                "depositContractAddress": "0x" + "ab" * 20,
                "ethash": {},
                "unheardOf": [1, 2],
            }
        )
    )
    config = genesis.config
    assert dict(config.blocks)[Fork.PETERSBURG] == 4
    assert dict(config.blocks)[Fork.SPURIOUS_DRAGON] == 2
    assert dict(config.timestamps)[Fork.OSAKA] == 40
    assert [(time, s.max) for time, s in config.blob_schedules] == [
        (20, 6),
        (30, 4),
        (40, 4),
        (50, 16),
    ]
    assert config.deposit_contract == b"\xab" * 20
    assert config.extra == {"ethash": {}, "unheardOf": [1, 2]}
    assert decode_genesis(encode_genesis(genesis)) == genesis


def test_an_allocation_with_code_and_storage_is_read_with_or_without_prefix() -> None:
    genesis = decode_genesis(
        text(
            alloc={
                "0x" + "01" * 20: {"balance": "0x10", "nonce": "3"},
                "02" * 20: {"balance": "16", "code": "0x6000", "storage": {"0x1": "0x2"}},
            }
        )
    )
    (_, first), (_, second) = genesis.alloc
    assert (first.balance, first.nonce) == (16, 3)
    assert second.code == b"\x60\x00"
    assert second.storage == ((bytes(31) + b"\x01", bytes(31) + b"\x02"),)
    assert decode_genesis(encode_genesis(genesis)) == genesis


def test_the_development_genesis_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "genesis.json"
    path.write_text(encode_genesis(make_genesis()))
    assert load_genesis(path) == make_genesis()


@pytest.mark.parametrize("fork", list(Fork))
def test_every_fork_of_a_development_genesis_survives(fork: Fork) -> None:
    genesis = make_genesis(fork=fork)
    assert decode_genesis(encode_genesis(genesis)).config.fork_at(0, 0) is fork


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"config": "absent"}, "config", "missing"),
        ({"config": 4}, "config", "an object"),
        ({"config": {}}, "config.chainId", "missing"),
        ({"config": {"chainId": "one"}}, "config.chainId", "number"),
        ({"config": {"chainId": -1}}, "config.chainId", "from 0"),
        ({"config": {"chainId": 1.5}}, "config.chainId", "number 1.5"),
        (
            {"config": {"chainId": 1, "berlinBlock": 5, "londonBlock": 4}},
            "config.londonBlock",
            "before `berlinBlock`",
        ),
        ({"config": {"chainId": 1, "shanghaiTime": 4}}, "config.terminalTotalDifficulty", "needed"),
        ({"gasLimit": "absent"}, "gasLimit", "missing"),
        ({"gasLimit": True}, "gasLimit", "true"),
        ({"coinbase": "0x12"}, "coinbase", "20 bytes"),
        ({"extraData": "0x1"}, "extraData", "hex"),
        ({"mixHash": 5}, "mixHash", "the number 5"),
        ({"number": "0x1"}, "number", "block 0"),
        ({"gaslimit": 5}, "gaslimit", "not a key"),
        ({"alloc": []}, "alloc", "a list"),
        ({"alloc": {"0x12": {}}}, "alloc.0x12", "20 bytes"),
        ({"alloc": {"00" * 20: {"blance": 1}}}, f"alloc.{'00' * 20}.blance", "not a key"),
        ({"alloc": {"00" * 20: {"code": "xyz"}}}, f"alloc.{'00' * 20}.code", "hex"),
        ({"alloc": {"00" * 20: {}, "0x" + "00" * 20: {}}}, f"alloc.0x{'00' * 20}", "twice"),
    ],
)
def test_a_fault_names_file_key_and_what_is_expected(
    changes: dict[str, object], key: str, words: str
) -> None:
    error = fault(text(**changes))
    assert error.key == key
    assert words in str(error)


def test_a_misspelt_key_gets_a_suggestion() -> None:
    assert fault(text(gaslimit=5)).hint == "did you mean `gasLimit`?"


def test_what_is_not_json_names_the_line() -> None:
    error = fault('{\n  "config": {,\n}')
    assert error.line == 2
    assert "not JSON" in str(error)


def test_a_key_given_twice_is_refused() -> None:
    twice = '{"ADDRESS": {"balance": "1"}, "ADDRESS": {"balance": "2"}}'.replace("ADDRESS", ADDRESS)
    assert fault(f'{{"alloc": {twice}}}').key == f"alloc.{ADDRESS}"
    assert fault('{"gasLimit": 1, "gasLimit": 2}').key == "gasLimit"
    assert fault('{"config": {"chainId": 1, "chainId": 2}}').key == "chainId"


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: no such file"):
        load_genesis(tmp_path / "none.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
lists = st.lists(json_values, max_size=2)
objects = st.dictionaries(st.text(max_size=4), json_values, max_size=2)
no_hex = st.sampled_from(["", "0x", "zz", "0xzz", " 0x1", "1e3", "0x-1", "-5", "0b1", "١"])
WRONG = {
    "number": st.one_of(
        lists, objects, st.booleans(), st.floats(allow_nan=False), no_hex, st.integers(max_value=-1)
    ),
    "bytes": st.one_of(
        lists,
        objects,
        st.booleans(),
        st.integers(),
        st.sampled_from(["0xzz", "0x1g", " ", "0x 11"]),
    ),
    "object": st.one_of(lists, st.booleans(), st.integers(), st.text(max_size=3)),
    "truth": st.one_of(lists, objects, st.integers(), st.sampled_from(["true", "", "0x1"])),
}
"""By kind of key: values of every JSON type that it cannot have."""
KINDS = {
    "number": (
        *("gasLimit", "difficulty", "timestamp", "nonce", "number", "gasUsed", "baseFeePerGas"),
        *("blobGasUsed", "excessBlobGas", "config.chainId", "config.terminalTotalDifficulty"),
        *(f"config.{key}" for key, _ in (*BLOCK_KEYS, *TIME_KEYS)),
        *(f"config.{key}" for key in EXTRA_NUMBERS),
        *(f"config.bpo{n}Time" for n in range(1, 6)),
        *("config.eip155Block", "config.blobSchedule.prague.max"),
        *("config.blobSchedule.cancun.target", "config.blobSchedule.bpo1.baseFeeUpdateFraction"),
        *(f"alloc.{ADDRESS}.balance", f"alloc.{ADDRESS}.nonce"),
    ),
    "bytes": (
        *("coinbase", "extraData", "mixHash", "parentHash", "parentBeaconBlockRoot"),
        *("config.depositContractAddress", "config.eip150Hash"),
        *(f"alloc.{ADDRESS}.code", f"alloc.{ADDRESS}.storage.0x01"),
    ),
    "object": (
        *("config", "alloc", "config.ethash", "config.clique", "config.blobSchedule"),
        *("config.blobSchedule.cancun", f"alloc.{ADDRESS}", f"alloc.{ADDRESS}.storage"),
    ),
    "truth": ("config.daoForkSupport", "config.terminalTotalDifficultyPassed"),
}
KNOWN_KEYS = [(kind, key) for kind, keys in KINDS.items() for key in keys]


def with_value(dotted: str, value: object) -> str:
    """Return a genesis in which one key has this value."""
    schedule = {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}
    document = json.loads(text())
    document["config"]["blobSchedule"] = {
        name: dict(schedule) for name in ("cancun", "prague", "bpo1")
    }
    document["alloc"][ADDRESS] = {"storage": {}}
    *path, last = dotted.split(".")
    place = document
    for name in path:
        place = place[name]
    place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(("kind", "key"), KNOWN_KEYS)
@given(data=st.data())
@settings(max_examples=10)
def test_a_value_of_the_wrong_kind_is_refused_wherever_it_is(
    kind: str, key: str, data: st.DataObject
) -> None:
    error = fault(with_value(key, data.draw(WRONG[kind])))
    assert error.key == key


NEEDED = ("config", "gasLimit", "config.chainId", f"alloc.{ADDRESS}")


@pytest.mark.parametrize(
    "key",
    [k for _, k in KNOWN_KEYS if k not in NEEDED and "Schedule." not in k and "0x01" not in k],
)
def test_null_is_as_good_as_absent(key: str) -> None:
    assert key.split(".")[-1] not in decode_genesis(with_value(key, None)).config.extra


TOP_KEYS = [
    "config",
    "alloc",
    "gasLimit",
    "difficulty",
    "nonce",
    "extraData",
    "mixHash",
    "coinbase",
]


@given(st.dictionaries(st.sampled_from(TOP_KEYS), json_values))
def test_whatever_json_says_the_answer_is_a_genesis_or_a_configuration_error(
    changes: dict[str, object],
) -> None:
    try:
        decode_genesis(text(**changes))
    except ConfigError as error:
        assert str(error)


config_keys = st.sampled_from(sorted(ALL_KEYS)) | st.text(max_size=12)


@given(st.dictionaries(config_keys, json_values, max_size=4))
def test_whatever_config_says_the_answer_is_a_genesis_that_survives_or_an_error(
    changes: dict[str, object],
) -> None:
    try:
        genesis = decode_genesis(text(config={"chainId": 1} | changes))
    except ConfigError as error:
        assert str(error)
    else:
        assert decode_genesis(encode_genesis(genesis)) == genesis


@pytest.mark.parametrize(
    ("key", "words", "hint"),
    [
        ("verkleTime", "not a fork that is built", None),
        ("regolithTime", "not a fork that is built", None),
        ("bpo6Time", "not a fork that is built", "bpo5Time"),
        ("londonBlok", "not a key of `config`", "londonBlock"),
        ("daoForkSuport", "not a key of `config`", "daoForkSupport"),
    ],
)
def test_a_key_that_would_change_the_rules_is_not_passed_over(
    key: str, words: str, hint: str | None
) -> None:
    error = fault(text(config={"chainId": 1, key: 5}))
    assert (error.key, words in str(error)) == (f"config.{key}", True)
    assert hint is None or hint in (error.hint or "")


def test_numbers_of_the_bomb_and_the_dao_fork_may_be_text() -> None:
    config = decode_genesis(
        text(config={"chainId": 1, "daoForkBlock": "0x10", "daoForkSupport": True, "clique": {}})
    ).config
    assert config.extra == {"daoForkBlock": 16, "daoForkSupport": True, "clique": {}}
    assert find_dao_fork(config) == 16


@given(st.binary(max_size=60))
def test_whatever_a_file_holds_the_answer_is_a_configuration_error(data: bytes) -> None:
    with pytest.raises(ConfigError):
        decode_genesis(data)


def test_an_account_is_one_line_of_the_text() -> None:
    alloc = {
        number.to_bytes(20, "big"): GenesisAccount(balance=number, code=b"\x01" * (number % 3))
        for number in range(1, ACCOUNTS_AT_ONCE + 5)
    }
    genesis = replace(decode_genesis(text()), alloc=tuple(alloc.items()))
    lines = encode_genesis(genesis).splitlines()
    assert sum(line.startswith('    "0x000000') for line in lines) == len(alloc)
    assert decode_genesis("\n".join(lines)) == genesis


def test_reading_leaves_the_collector_of_cycles_as_it_was() -> None:
    assert gc.isenabled()
    decode_genesis(text(alloc={ADDRESS: {"balance": "1"}}))
    assert gc.isenabled()
    with pytest.raises(ConfigError):
        decode_genesis(text(alloc={ADDRESS: {"balance": "x"}}))
    assert gc.isenabled()
    gc.disable()
    try:
        decode_genesis(text())
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_may_be_in_any_encoding_of_unicode(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "genesis.json"
    path.write_text(text(alloc={ADDRESS: {"balance": "7"}}), encoding)
    ((_, account),) = load_genesis(path).alloc
    assert account.balance == 7
    path.write_bytes(b'{"\xff": 1}')
    with pytest.raises(ConfigError):
        load_genesis(path)
