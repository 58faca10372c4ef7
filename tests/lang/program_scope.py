"""What a random program can name at a point: variables, functions, and ways into them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from program_types import BYTES1, UINT, Kind, Type, TypePool


class Where(Enum):
    """Where a variable lives."""

    STACK = ""
    MEMORY = "memory"
    CALLDATA = "calldata"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that can be read, and perhaps written."""

    name: str
    type: Type
    where: Where
    is_writable: bool = True
    is_state: bool = False
    """Whether its name has a `.slot` and it is there for good."""

    @property
    def declaration(self) -> str:
        """As a parameter or a local variable is declared."""
        parts = (self.type.name, "" if self.type.is_value else self.where.value, self.name)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function that can be called."""

    name: str
    parameters: tuple[Variable, ...]
    returns: tuple[Type, ...]
    is_external: bool = False
    """Whether it can be called as `this.f()`."""
    is_internal: bool = True
    """Whether it can be called by its name."""
    is_payable: bool = False
    target: str = "this"
    """Before the dot of an external call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A place in a variable."""

    pieces: tuple["str | int | Type", ...]
    """Text, and where an index belongs, its type; the size of the array if that is static."""
    where: Where
    is_writable: bool


@dataclass(slots=True, kw_only=True)
class Scope:
    """The variables and functions at a point, and the choices of the program."""

    random: random.Random
    types: TypePool
    variables: list[Variable] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    names: list[int] = field(default_factory=lambda: [0])
    """The last number that was used in a name."""
    has_this: bool = True
    """False in constructors, libraries and free functions."""
    in_loop: bool = False
    in_unchecked: bool = False
    """`unchecked` does not nest."""
    returns: tuple[Type, ...] = ()
    is_void: bool = False
    """Whether `return` is not to be written, as in modifiers and constructors."""

    def inner(self, **changes: object) -> "Scope":
        """Return a scope inside this one."""
        copied = replace(self, variables=list(self.variables))
        return replace(copied, **changes)  # type: ignore[arg-type]

    def fresh(self, stem: str) -> str:
        """Return a name that is not used yet."""
        self.names[0] += 1
        return f"{stem}{self.names[0]}"

    def chance(self, probability: float) -> bool:
        """Decide."""
        return self.random.random() < probability

    def find(self, wanted: Type, *, writes: bool = False, where: Where | None = None) -> list[Step]:
        """Return the places of a type."""
        found: list[Step] = []
        for variable in self.variables:
            place = (variable.name,)
            steps = _descend(place, variable.type, variable.where, variable.is_writable, wanted, 3)
            found += (
                step
                for step in steps
                if (not writes or step.is_writable) and where in (None, step.where)
            )
        return found


def _descend(
    pieces: tuple[str | int | Type, ...],
    kind: Type,
    where: Where,
    is_writable: bool,
    wanted: Type,
    depth: int,
) -> Iterator[Step]:
    if kind == wanted:
        yield Step(pieces=pieces, where=where, is_writable=is_writable)
    if depth == 0:
        return
    writes = is_writable or where is not Where.CALLDATA
    if kind.kind is Kind.ARRAY and kind.inner is not None:
        index = UINT if kind.size is None else kind.size
        inner, place = kind.inner, (*pieces, "[", index, "]")
        yield from _descend(place, inner, where, where is not Where.CALLDATA, wanted, depth - 1)
        if wanted == UINT and kind.size is None:
            yield Step(pieces=(*pieces, ".length"), where=where, is_writable=False)
    elif kind.kind is Kind.MAPPING and kind.inner is not None and kind.key is not None:
        place = (*pieces, "[", kind.key, "]")
        yield from _descend(place, kind.inner, where, True, wanted, depth - 1)
    elif kind.kind is Kind.BYTES:
        if wanted == BYTES1:
            yield Step(
                pieces=(*pieces, "[", UINT, "]"),
                where=where,
                is_writable=where is not Where.CALLDATA,
            )
        if wanted == UINT:
            yield Step(pieces=(*pieces, ".length"), where=where, is_writable=False)
    elif kind.kind is Kind.STRUCT:
        for name, member in kind.members:
            place = (*pieces, f".{name}")
            member_writes = writes and where is not Where.CALLDATA
            yield from _descend(place, member, where, member_writes, wanted, depth - 1)
