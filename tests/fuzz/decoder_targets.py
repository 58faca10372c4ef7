"""The decoders under fuzzing: what goes in, what may come out, how often each gets its turn.

A decoder takes bytes. It returns, or raises an error of `contractchain.errors` that is not an
`InternalError`; where there is one canonical encoding, what it returns must encode to what it was
given; where both engines decode, they must agree.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random

import decoder_seeds as seeds
from mutation import damage_bytes, damage_json, damage_rlp, damage_yaml

from contractchain.chain.block_file import iterate_blocks
from contractchain.chain.genesis_file import decode_genesis, encode_genesis
from contractchain.codec.abi import parse_abi
from contractchain.codec.abi.decoding import decode_arguments
from contractchain.codec.abi.reading import decode_revert
from contractchain.codec.block import decode_block, decode_header, encode_block, encode_header
from contractchain.codec.receipt import decode_receipt, encode_receipt
from contractchain.codec.rlp import decode, encode
from contractchain.codec.state_diff import decode_state_diff, encode_state_diff
from contractchain.codec.transaction import decode_transaction, encode_transaction, recover_sender
from contractchain.conformance.scenario_file import load_scenario
from contractchain.conformance.scenarios import to_comparable
from contractchain.crypto.keystore import decode_keystore
from contractchain.errors import ContractChainError, EngineUnavailableError, InternalError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import TransactionRules
from contractchain.lang.driver.foreign import parse_artifacts
from contractchain.lang.driver.standard_input import parse_standard_input
from contractchain.node.file import load_node_file, to_node_config
from contractchain.rpc.envelope import Call, decode_body
from contractchain.rpc.errors import RpcFault
from contractchain.rpc.methods import METHODS
from contractchain.rpc.parameters import find_decoders
from contractchain.store.record import decode_record
from contractchain.stress.campaign import load_campaign
from contractchain.types import EMPTY_TRIE_ROOT, Fork
from evm_builders import CHAIN_ID
from key_files import encode_key_file

Damage = Callable[[Random, bytes, Sequence[bytes]], bytes]
FORKS = tuple(Fork)


class NotCanonicalError(Exception):
    """What was decoded encodes to something else, or the engines disagree."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One decoder."""

    name: str
    run: Callable[[bytes], object]
    seeds: Sequence[bytes]
    damage: Damage
    weight: int
    """Share of the inputs; what is slow gets fewer."""


def make_input(target: Target, seed: int, number: int) -> bytes:
    """Return the input of a number: a seed as it is for the first few, damaged ones after."""
    if number < len(target.seeds):
        return target.seeds[number]
    random = Random(f"{seed}:{target.name}:{number}")
    return target.damage(random, random.choice(target.seeds), target.seeds)


def find_fault(target: Target, data: bytes) -> Exception | None:
    """Return what the decoder raises that it must not raise."""
    try:
        target.run(data)
    except InternalError as error:
        return error
    except (ContractChainError, RpcFault):
        return None
    except (Exception, RecursionError) as error:  # noqa: BLE001 - this is what is looked for
        return error
    return None


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise NotCanonicalError(what)


def _rlp(data: bytes) -> None:
    _require(encode(decode(data, "x")) == data, "encodes to other bytes")


def _header(data: bytes) -> None:
    _require(encode_header(decode_header(data)) == data, "encodes to other bytes")


def _block(data: bytes) -> None:
    _require(encode_block(decode_block(data)) == data, "encodes to other bytes")


def _transaction(data: bytes) -> None:
    transaction = decode_transaction(data)
    _require(encode_transaction(transaction) == data, "encodes to other bytes")
    recover_sender(transaction)


@cache
def _engines() -> tuple[ExecutionLayer, ...]:
    found = [create_engine("py-evm")]
    with suppress(EngineUnavailableError):
        found.append(create_engine("revm"))
    return tuple(found)


def _checked_transaction(data: bytes) -> None:
    fork = FORKS[len(data) % len(FORKS)]
    rules = TransactionRules(fork=fork, chain_id=CHAIN_ID, max_blobs=9)
    results = [engine.decode_many([data], rules)[0] for engine in _engines()]
    _require(len({repr(to_comparable(result)) for result in results}) == 1, f"{fork}: {results}")


def _applied_diff(data: bytes) -> None:
    engine = _engines()[-1]
    root = engine.apply_diffs(EMPTY_TRIE_ROOT, [data])
    for chunk in engine.export_state(root):
        decode_state_diff(chunk)
    engine.release(root)


def _receipt(data: bytes) -> None:
    receipt = decode_receipt(data)
    _require(decode_receipt(encode_receipt(receipt)) == receipt, "encodes to another receipt")


def _state_diff(data: bytes) -> None:
    diff = decode_state_diff(data)
    _require(encode_state_diff(diff.accounts, diff.codes) == data, "encodes to other bytes")


def _genesis(data: bytes) -> None:
    genesis = decode_genesis(data)
    _require(decode_genesis(encode_genesis(genesis)) == genesis, "encodes to another genesis")


@cache
def _file() -> Path:
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(dir=folder)) / "input"


def _through_file(load: Callable[[Path], object], data: bytes) -> None:
    _file().write_bytes(data)
    load(_file())


def _body(data: bytes) -> None:
    decoded = decode_body(data, max_batch=1000)
    for item in decoded if isinstance(decoded, list) else [decoded]:
        if isinstance(item, Call) and item.method in METHODS:
            decoders = find_decoders(METHODS[item.method])
            for decoder, value in zip(decoders, item.parameters, strict=False):
                decoder.decode(value)


def _abi(data: bytes) -> None:
    try:
        items = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(items, list):
        parse_abi(items)


_ABI = parse_abi(seeds.ABI)


def _abi_data(data: bytes) -> None:
    decode_revert(data, (_ABI,))
    decode_arguments(_ABI.functions[0].inputs, data)


def _artifact(data: bytes) -> None:
    parse_artifacts(data.decode("utf-8", "replace"), name="C")


def _standard_input(data: bytes) -> None:
    parse_standard_input(data.decode("utf-8", "replace"))


def _record(data: bytes) -> None:
    decode_record(data, 1, "x")


def _block_file(data: bytes) -> None:
    _through_file(lambda path: list(iterate_blocks(path)), data)


def _node_config(data: bytes) -> None:
    _through_file(lambda path: to_node_config(load_node_file(path)), data)


_SCENARIOS = tuple(
    path.read_bytes() for path in sorted((seeds.ROOT / "tests/differential/found").glob("*.json"))
)


_KEY_FILES = tuple(encode_key_file(kdf=kdf) for kdf in ("scrypt", "pbkdf2"))


def _target(
    name: str, run: Callable[[bytes], object], inputs: Sequence[bytes], damage: Damage, weight: int
) -> Target:
    return Target(name=name, run=run, seeds=tuple(inputs), damage=damage, weight=weight)


TARGETS = (
    _target("rlp", _rlp, seeds.RLP, damage_rlp, 16),
    _target("transaction", _transaction, seeds.TRANSACTIONS, damage_rlp, 16),
    _target("checked-transaction", _checked_transaction, seeds.TRANSACTIONS, damage_rlp, 12),
    _target("header", _header, seeds.HEADERS, damage_rlp, 10),
    _target("block", _block, seeds.BLOCKS, damage_rlp, 8),
    _target("receipt", _receipt, seeds.RECEIPTS, damage_rlp, 8),
    _target("state-diff", _state_diff, seeds.STATE_DIFFS, damage_rlp, 6),
    _target("applied-state-diff", _applied_diff, seeds.STATE_DIFFS, damage_rlp, 6),
    _target("block-record", _record, seeds.RECORDS, damage_bytes, 4),
    _target("block-file", _block_file, seeds.BLOCKS, damage_rlp, 3),
    _target("json-rpc-body", _body, seeds.BODIES, damage_json, 12),
    _target("genesis", _genesis, seeds.GENESIS, damage_json, 6),
    _target("abi", _abi, seeds.ABIS, damage_json, 4),
    _target("abi-data", _abi_data, seeds.ABI_DATA, damage_bytes, 6),
    _target("artifact", _artifact, seeds.ARTIFACTS, damage_json, 4),
    _target("standard-json", _standard_input, seeds.STANDARD_INPUTS, damage_json, 4),
    _target("scenario", partial(_through_file, load_scenario), _SCENARIOS, damage_json, 2),
    _target("key-file", decode_keystore, _KEY_FILES, damage_json, 4),
    _target("node-config", _node_config, seeds.NODE_FILES, damage_yaml, 2),
    _target("campaign", partial(_through_file, load_campaign), seeds.CAMPAIGNS, damage_yaml, 1),
)
