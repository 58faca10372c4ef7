"""What all nodes share, and how to walk them without knowing their classes."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

import msgspec

from contractchain.lang.source import Span

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
def node(cls: type[_T]) -> type[_T]:
    """Mark `cls` as a frozen, slotted node, compared by identity."""
    return cls


if TYPE_CHECKING:

    class _Record:
        """What is known of it to a type checker is said by `node`."""

else:

    class _Record(msgspec.Struct, frozen=True, eq=False, gc=False):
        """Made ten times as fast as a frozen dataclass; trees have no cycles to be collected."""


@node
class Node(_Record):
    """A construct of the source."""

    span: Span
    """Where it is written."""
    node_id: int
    """Number that no other node of the compilation has; the key of the annotations."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} #{self.node_id} {self.span.src}>"


@node
class Expression(Node):
    """Something that has a type and mostly a value."""


@node
class Statement(Node):
    """Something that is executed."""


@node
class TypeName(Node):
    """A type as it is written."""


@node
class Declaration(Node):
    """Something that gives a meaning to a name."""

    name: str
    """The name; empty where none is written."""
    name_span: Span
    """Where the name is written; the whole declaration where there is none."""


@cache
def _child_fields(cls: Any) -> tuple[str, ...]:
    plain = {"span", "node_id", "name", "name_span"}
    return tuple(name for name in cls.__struct_fields__ if name not in plain)


def iterate_children(parent: Node) -> Iterator[Node]:
    """Yield the nodes directly under `parent`, in the order of their fields."""
    cls: Any = type(parent)
    for name in _child_fields(cls):
        value = getattr(parent, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Node):
                    yield item


def walk(root: Node) -> Iterator[Node]:
    """Yield `root` and all nodes under it, parents first, without recursion."""
    stack = [root]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(iterate_children(current))))
