"""Events and revert data, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.abi import (
    CustomError,
    EmptyRevert,
    IndexedHash,
    Panic,
    RevertReason,
    UnknownRevert,
    decode_event,
    decode_revert,
    parse_abi,
)

TOO_BIG = {
    "type": "error",
    "name": "TooBig",
    "inputs": [{"name": "got", "type": "uint256"}, {"name": "limit", "type": "uint256"}],
}


def event(name: str, *inputs: tuple[str, bool], anonymous: bool = False) -> dict[str, Any]:
    items = [{"name": f"p{i}", "type": t, "indexed": x} for i, (t, x) in enumerate(inputs)]
    return {"type": "event", "name": name, "inputs": items, "anonymous": anonymous}


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_a_require_text_is_read() -> None:
    data = bytes.fromhex("08c379a0") + word(32) + word(3) + b"low".ljust(32, b"\0")
    assert decode_revert(data) == RevertReason(text="low")


@pytest.mark.parametrize(
    ("code", "words"),
    [(0x11, "arithmetic overflow or underflow"), (0x32, "an array index is out of bounds")],
)
def test_a_panic_is_put_in_words(code: int, words: str) -> None:
    meaning = decode_revert(bytes.fromhex("4e487b71") + word(code))
    assert meaning == Panic(code=code)
    assert isinstance(meaning, Panic) and meaning.words == words


def test_a_custom_error_carries_its_arguments() -> None:
    abi = parse_abi([TOO_BIG])
    meaning = decode_revert(abi.errors[0].selector + word(420) + word(100), [abi])
    assert meaning == CustomError(error=abi.errors[0], values=(420, 100))


def test_no_data_is_an_answer() -> None:
    assert decode_revert(b"") == EmptyRevert()


@given(st.binary(min_size=1, max_size=100), st.sampled_from(["", "08c379a0", "4e487b71"]))
def test_any_revert_data_has_a_meaning(data: bytes, selector: str) -> None:
    decode_revert(bytes.fromhex(selector) + data, [parse_abi([TOO_BIG])])


def test_truncated_error_data_is_kept_as_it_is() -> None:
    data = bytes.fromhex("08c379a0") + b"\x01"
    assert decode_revert(data) == UnknownRevert(data=data)


def test_indexed_and_plain_arguments_come_in_the_order_of_the_declaration() -> None:
    abi = parse_abi([event("E", ("uint256", True), ("bool", False), ("address", True))])
    topics = (abi.events[0].hash, word(7), bytes(12) + b"\xaa" * 20)
    found = decode_event(topics, word(1), [abi])
    assert found is not None
    assert found.values == (7, True, b"\xaa" * 20)


def test_an_indexed_string_is_only_its_hash() -> None:
    abi = parse_abi([event("E", ("string", True))])
    found = decode_event((abi.events[0].hash, b"\x11" * 32), b"", [abi])
    assert found is not None
    assert found.values == (IndexedHash(hash=b"\x11" * 32),)


def test_events_of_one_signature_are_told_apart_by_their_topics() -> None:
    kinds = ("address", "address", "uint256")
    erc20 = event("Transfer", *((kind, i < 2) for i, kind in enumerate(kinds)))
    erc721 = event("Transfer", *((kind, True) for kind in kinds))
    abi = parse_abi([erc20, erc721])
    found = decode_event((abi.events[0].hash, word(1), word(2), word(3)), b"", [abi])
    assert found is not None and found.event is abi.events[1]


def test_an_anonymous_event_is_found_by_its_shape() -> None:
    abi = parse_abi([event("A", ("uint256", True), anonymous=True)])
    found = decode_event((word(5),), b"", [abi])
    assert found is not None and found.values == (5,)


def test_a_log_that_nothing_explains_is_none() -> None:
    assert decode_event((word(5),), b"", [parse_abi([TOO_BIG])]) is None
