"""Hypothesis strategies: ABI types as text, and values of them."""

from typing import Any

from hypothesis import strategies as st

from contractchain.codec.abi import (
    AbiType,
    AddressWord,
    Array,
    Bool,
    Bytes,
    FixedBytes,
    Integer,
    Parameter,
    String,
    Tuple,
    parse_type,
)

_SIMPLE = (
    ["address", "bool", "bytes", "string", "function"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 64, 136, 256)]
    + [f"bytes{size}" for size in (1, 4, 20, 32)]
)


def types(max_leaves: int = 5) -> st.SearchStrategy[AbiType]:
    """Types that nest arrays and tuples."""
    simple: st.SearchStrategy[AbiType] = st.sampled_from([parse_type(name) for name in _SIMPLE])
    return st.recursive(simple, _nest, max_leaves=max_leaves)


def _nest(inner: st.SearchStrategy[AbiType]) -> st.SearchStrategy[AbiType]:
    lengths = st.none() | st.integers(1, 3)
    arrays: st.SearchStrategy[AbiType] = st.builds(
        lambda element, length: Array(element=element, length=length), inner, lengths
    )
    tuples: st.SearchStrategy[AbiType] = st.lists(inner, min_size=1, max_size=3).map(
        lambda kinds: Tuple(
            components=tuple(Parameter(type=kind, name=f"f{i}") for i, kind in enumerate(kinds))
        )
    )
    return arrays | tuples


def values(kind: AbiType) -> st.SearchStrategy[Any]:
    """Values of a type, as our decoder returns them."""
    match kind:
        case Integer():
            return st.integers(kind.least, kind.greatest)
        case Bool():
            return st.booleans()
        case AddressWord():
            return st.binary(min_size=20, max_size=20)
        case FixedBytes():
            return st.binary(min_size=kind.size, max_size=kind.size)
        case Bytes():
            return st.binary(max_size=70)
        case String():
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        case Array():
            least = kind.length or 0
            most = 3 if kind.length is None else kind.length
            return st.lists(values(kind.element), min_size=least, max_size=most).map(tuple)
        case Tuple():
            return st.tuples(*(values(component.type) for component in kind.components))


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[AbiType, Any]:
    """A type and a value of it."""
    kind = draw(types())
    return kind, draw(values(kind))
