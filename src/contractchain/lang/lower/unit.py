"""One object under construction: the creation code or the runtime code of a contract."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contractchain.lang.ir.nodes import Object
from contractchain.lang.lower.code import Code
from contractchain.lang.semantics.types import Type

if TYPE_CHECKING:
    from contractchain.lang.semantics.annotations import Analysis
    from contractchain.lang.semantics.symbols import (
        ContractSymbol,
        FunctionSymbol,
        VariableSymbol,
    )

Body = Callable[[Code], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A contract whose code another one contains."""

    contract: "ContractSymbol"
    is_runtime: bool
    """Whether it is the runtime code, not the creation code."""


@dataclass(slots=True, kw_only=True, eq=False)
class Unit:
    """What the lowering of one object shares between its functions."""

    analysis: "Analysis"
    """What is known about the sources."""
    contract: "ContractSymbol"
    """The contract that is lowered: where virtual lookups start."""
    object: Object
    """The IR that is written."""
    is_creation: bool
    """Whether it is the code that runs once, with immutables in memory."""
    debug_strings: bool = False
    """Whether reverts that the compiler inserts carry a reason."""
    has_assembly: bool = False
    """Whether inline assembly may have written values that are not clean to memory."""
    uncleaned: "set[VariableSymbol]" = field(default_factory=set)
    """Variables that may have bits outside of their types, to be cleaned where they are used."""
    immutables: "tuple[VariableSymbol, ...]" = ()
    """Immutables of the contract, in the order of their places in memory."""
    has_mcopy: bool = True
    """Whether the EVM can copy memory."""
    has_unsafe_assembly: bool = False
    """Whether inline assembly may use memory that is not its own."""
    embedded: "dict[str, Embedded]" = field(default_factory=dict)
    """Contracts whose code the object contains, by the name of the data segment."""
    pointers: "dict[tuple[int, int], dict[int, FunctionSymbol]]" = field(default_factory=dict)
    """Functions whose value is taken, by words in and out and by number."""
    numbers: "dict[FunctionSymbol, int]" = field(default_factory=dict)
    """What stands for an internal function in a variable; creation and runtime code share it,
    because the one may store what the other calls."""
    pending: list[Callable[[], None]] = field(default_factory=list)
    """Writes functions that are called and not there yet."""

    def define(self, name: str, parameters: Sequence[str], results: int, body: Body) -> str:
        """Write the function `name` unless it is there already, and return its name.

        The function is known before its body is written, so that it may call itself.
        """
        if name not in self.object.functions:
            code = Code(self, name, results, parameters)
            self.object.functions[name] = code.builder.function
            body(code)
            self.object.functions[name] = code.finish()
        return name

    def define_later(self, name: str, parameters: Sequence[str], results: int, body: Body) -> str:
        """Like `define`, but the body is written by `write_pending`."""
        if name not in self.object.functions:
            code = Code(self, name, results, parameters)
            self.object.functions[name] = code.builder.function

            def write() -> None:
                body(code)
                self.object.functions[name] = code.finish()

            self.pending.append(write)
        return name

    def embed(self, contract: "ContractSymbol", *, is_runtime: bool) -> str:
        """Put the code of another contract into the data, and return the name of the segment."""
        kind = "runtime" if is_runtime else "creation"
        name = f"{plain_name(contract.name)}_{contract.node.node_id}_{kind}"
        self.embedded[name] = Embedded(contract=contract, is_runtime=is_runtime)
        self.object.data.setdefault(name, b"")
        return name

    def write_pending(self) -> None:
        """Write all functions that are called, and those that these call."""
        while self.pending:
            self.pending.pop()()


_PLAIN = str.maketrans(dict.fromkeys("(),$<> .[]{}\"'", "_"))


def name_of(*items: Type) -> str:
    """Return a name for what is specific to some types."""
    return "_".join(item.identifier.translate(_PLAIN) for item in items)


def plain_name(text: str) -> str:
    """Return a name with nothing in it but letters, digits and underscores."""
    return text.translate(_PLAIN)
