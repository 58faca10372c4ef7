"""Reading a JSON object member by member gives what the standard library gives at once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.chain.json_fields import DuplicateKeyError
from contractchain.chain.json_members import MemberReader

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=5)


def read_all(text: str, *, nested: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return an object; members named in `nested` are gone through one by one, too."""
    reader = MemberReader(text)
    found: dict[str, Any] = {}
    for name in reader.names():
        if name in nested and reader.is_object():
            found[name] = {inner: reader.value() for inner in reader.names()}
        else:
            found[name] = reader.value()
    reader.check_end()
    return found


@given(document=objects, indent=st.sampled_from([None, 0, 2]), data=st.data())
def test_members_are_those_of_the_standard_library(
    document: dict[str, Any], indent: int | None, data: st.DataObject
) -> None:
    nested = data.draw(st.frozensets(st.sampled_from(sorted(document) or [""])))
    text = " \n" + json.dumps(document, indent=indent) + "\t"
    assert read_all(text, nested=nested) == document


@given(
    document=objects, at=st.integers(0, 200), junk=st.sampled_from(["", "}", ",", '"', "x", ":"])
)
def test_damaged_text_is_taken_and_refused_as_the_standard_library_does(
    document: dict[str, Any], at: int, junk: str
) -> None:
    text = json.dumps(document)
    at %= len(text)
    damaged = text[:at] + junk + text[at + 1 :]
    try:
        expected = json.loads(damaged)
    except json.JSONDecodeError:
        expected = None
    try:
        found: Any = read_all(damaged)
    except json.JSONDecodeError:
        found = None
    except DuplicateKeyError:
        return
    assert found == (expected if isinstance(expected, dict) else None)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}'])
def test_a_key_that_is_there_twice_is_refused(text: str) -> None:
    with pytest.raises(DuplicateKeyError) as caught:
        read_all(text)
    assert caught.value.key == "a"
    with pytest.raises(DuplicateKeyError):
        read_all(text, nested=frozenset("b"))


@pytest.mark.parametrize("text", ["", "[]", "1", '{"a"', '{"a": 1', '{"a": 1,}', '{"a": 1} 2', "{"])
def test_what_is_no_object_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_all(text)
