"""What all nodes share, and how to walk them without knowing their classes."""

from collections.abc import Iterator
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, Final, TypeVar, dataclass_transform, get_args

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


class _ChildFields(dict[Any, tuple[str, ...]]):
    """The fields of each class of nodes that may hold nodes, alone or in a tuple."""

    def __missing__(self, cls: Any) -> tuple[str, ...]:
        kinds = {name: kind for base in cls.__mro__ for name, kind in get_annotations(base).items()}
        self[cls] = tuple(name for name in cls.__struct_fields__ if _may_hold_node(kinds[name]))
        return self[cls]


_CHILD_FIELDS: Final = _ChildFields()


def _may_hold_node(kind: Any) -> bool:
    parts = get_args(kind)
    if parts:
        return any(_may_hold_node(part) for part in parts)
    return isinstance(kind, type) and issubclass(kind, Node)


def list_children(parent: Node) -> list[Node]:
    """Return the nodes directly under `parent`, in the order of their fields."""
    children: list[Node] = []
    for name in _CHILD_FIELDS[parent.__class__]:
        value = getattr(parent, name)
        if value.__class__ is tuple:
            children += [item for item in value if item is not None]
        elif value is not None:
            children.append(value)
    return children


def walk(root: Node) -> Iterator[Node]:
    """Yield `root` and all nodes under it, parents first, without recursion."""
    stack = [root]
    while stack:
        current = stack.pop()
        yield current
        children = list_children(current)
        if children:
            children.reverse()
            stack += children
