"""The deployment registry: what it finds, and that nothing in it is lost."""

import json
import multiprocessing
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.client.artifact_store import ArtifactStore, decode_artifact, encode_artifact
from contractchain.client.registry import (
    ChainIdentity,
    Deployment,
    Registry,
    hash_runtime_code,
    mask_immutables,
)
from contractchain.errors import CorruptStoreError, NotDeployedError, StoreError, UsageError
from contractchain.types import Artifact, StorageLayout, StorageVariable

CHAIN = ChainIdentity(chain_id=31337, genesis_hash=b"\x01" * 32)


def deployment(name: str = "Counter", label: str = "", address: int = 1) -> Deployment:
    return Deployment(
        name=name,
        address=address.to_bytes(20, "big"),
        artifact_hash="ab" * 32,
        runtime_code_hash=b"\x02" * 32,
        transaction_hash=b"\x03" * 32,
        block_number=7,
        label=label,
        sources={"contracts/Counter.sol": "cd" * 32},
    )


def test_what_was_added_is_read_back_by_another_registry(tmp_path: Path) -> None:
    added = Registry(tmp_path, CHAIN).add(deployment(label="main"))
    assert Registry(tmp_path, CHAIN).deployments() == (added,)


def test_deployments_of_a_name_are_counted(tmp_path: Path) -> None:
    registry = Registry(tmp_path, CHAIN)
    for address, name in enumerate(["Counter", "Token", "Counter"]):
        registry.add(deployment(name, address=address))
    assert [d.title for d in registry.deployments()] == ["Counter@1", "Token@1", "Counter@2"]
    assert registry.get("Counter").address[-1] == 2
    assert registry.get("Counter@1").address[-1] == 0


def test_a_label_names_one_deployment(tmp_path: Path) -> None:
    registry = Registry(tmp_path, CHAIN)
    registry.add(deployment(label="first", address=1))
    registry.add(deployment(address=2))
    assert registry.get("Counter@first").address[-1] == 1
    assert registry.get("first").address[-1] == 1
    assert registry.get("Counter").address[-1] == 2
    found = registry.find_at((1).to_bytes(20, "big"))
    assert found is not None and found.title == "Counter@first"


@pytest.mark.parametrize("reference", ["", "@", "@1", "Counter@", "Counter@0", "Counter@2"])
def test_half_a_reference_means_nothing(tmp_path: Path, reference: str) -> None:
    registry = Registry(tmp_path, CHAIN)
    registry.add(deployment())
    assert registry.find(reference) is None


@pytest.mark.parametrize("label", ["1", "-a", "a b", "a@b", "é" * 3, "x" * 65])
def test_a_label_that_could_be_something_else_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(UsageError, match="is not a label"):
        Registry(tmp_path, CHAIN).add(deployment(label=label))
    assert list(tmp_path.iterdir()) == []


def test_another_chain_has_its_own_deployments(tmp_path: Path) -> None:
    Registry(tmp_path, CHAIN).add(deployment())
    other = Registry(tmp_path, ChainIdentity(chain_id=31337, genesis_hash=b"\x09" * 32))
    with pytest.raises(NotDeployedError) as caught:
        other.get("Counter")
    assert caught.value.hint is not None
    assert "another chain in this data directory" in caught.value.hint


def test_a_misspelt_name_is_answered_with_what_is_spelt_alike(tmp_path: Path) -> None:
    registry = Registry(tmp_path, CHAIN)
    registry.add(deployment())
    with pytest.raises(NotDeployedError) as caught:
        registry.get("Conter")
    assert caught.value.hint == "did you mean `Counter`?"


@given(st.binary(max_size=60))
def test_any_damage_is_a_typed_error_and_the_file_stays(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    registry = Registry(tmp_path_factory.mktemp("registry"), CHAIN)
    registry.add(deployment())
    registry.path.write_bytes(data)
    with pytest.raises(CorruptStoreError):
        registry.deployments()
    with pytest.raises(CorruptStoreError):
        registry.add(deployment())
    assert registry.path.read_bytes() == data


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"chain_id": 1},
        {"deployments": [{}]},
        {"deployments": [1]},
        {"deployments": {"a": 1}},
    ],
)
def test_a_document_of_another_shape_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    registry = Registry(tmp_path, CHAIN)
    registry.add(deployment())
    document = json.loads(registry.path.read_text()) | change
    registry.path.write_text(json.dumps(document))
    with pytest.raises(CorruptStoreError):
        registry.deployments()


def test_a_disk_that_refuses_is_a_typed_error_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Registry(tmp_path / "file", CHAIN).add(deployment())


def _add_many(directory: str, count: int) -> None:
    registry = Registry(Path(directory), CHAIN)
    for _ in range(count):
        registry.add(deployment())


def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_many, args=(str(tmp_path), 5)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    deployments = Registry(tmp_path, CHAIN).deployments()
    assert [d.index for d in deployments] == list(range(1, 16))
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".json", ".lock")]


def artifact(**changes: object) -> Artifact:
    fields: dict[str, object] = {
        "name": "Counter",
        "source_name": "contracts/Counter.sol",
        "abi": ({"type": "fallback", "stateMutability": "payable"},),
        "init_code": b"\x60\x01",
        "runtime_code": bytes(40),
        "storage_layout": StorageLayout(
            storage=(StorageVariable(label="count", slot=0, offset=0, type="t_uint256"),),
            types={"t_uint256": {"numberOfBytes": "32"}},
        ),
    }
    return Artifact(**(fields | changes))  # type: ignore[arg-type]


def test_an_artifact_is_read_back_as_it_was(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    name = store.save(artifact())
    assert store.find(name) == artifact()
    assert store.save(artifact()) == name
    assert decode_artifact(encode_artifact(artifact())) == artifact()
    assert store.find("00" * 32) is None


def test_a_changed_artifact_is_refused(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    name = store.save(artifact())
    path = tmp_path / f"{name}.json"
    path.write_bytes(path.read_bytes().replace(b"6001", b"6002"))
    with pytest.raises(CorruptStoreError, match="does not match its hash"):
        store.find(name)


def test_immutables_do_not_change_what_code_is_recognised_by() -> None:
    places = {"7": [{"start": 4, "length": 32}]}
    made = artifact(immutable_references=places)
    code = b"\x01" * 4 + b"\xff" * 32 + b"\x02" * 4
    assert mask_immutables(code, made) == b"\x01" * 4 + bytes(32) + b"\x02" * 4
    other = b"\x01" * 4 + b"\xee" * 32 + b"\x02" * 4
    assert hash_runtime_code(code, made) == hash_runtime_code(other, made)
    assert hash_runtime_code(code, made) != hash_runtime_code(code[:-1], made)


def test_a_deeply_nested_file_is_refused_even_where_python_may_recurse_deeply(
    tmp_path: Path,
) -> None:
    registry = Registry(tmp_path, CHAIN)
    registry.add(deployment())
    registry.path.write_bytes(b"[" * 1_000_000)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(CorruptStoreError):
            registry.deployments()
    finally:
        sys.setrecursionlimit(limit)
