"""The data of the IR: objects, functions, blocks, instructions and values.

Nodes are mutable and compared by identity; passes edit them in place. Words are 256 bits wide, an
operand is either a `Value` or a Python `int` in the range of a word. Blocks have parameters in the
place of phi instructions; the edge that enters a block carries the arguments.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from contractchain.lang.ir.op import Op

WORD = (1 << 256) - 1
"""Largest word."""


class Value:
    """The result of an instruction or the parameter of a block: assigned once."""

    __slots__ = ("definition", "name")

    name: str
    """Hint for the text form; need not be unique."""
    definition: "Instruction | Block | None"
    """Instruction that computes the value, or block of which it is a parameter."""

    def __init__(self, name: str = "", definition: "Instruction | Block | None" = None) -> None:
        self.name = name
        self.definition = definition

    def __repr__(self) -> str:
        return f"%{self.name or hex(id(self))}"


Operand: TypeAlias = Value | int
"""What an operation works on: a value, or a constant word."""


class Instruction:
    """One operation with its operands and results; never a terminator."""

    __slots__ = ("op", "operands", "results", "span", "symbol")

    op: Op
    operands: list[Operand]
    results: list[Value]
    symbol: str
    """Function, data segment, immutable or library the operation names; else empty."""
    span: object | None
    """Place in the source (`contractchain.lang.source.Span`)."""

    def __init__(
        self,
        op: Op,
        operands: Iterable[Operand] = (),
        *,
        result_count: int | None = None,
        symbol: str = "",
        span: object | None = None,
    ) -> None:
        self.op = op
        self.operands = list(operands)
        count = op.result_count if result_count is None else result_count
        self.results = [Value("", self) for _ in range(count or 0)]
        self.symbol = symbol
        self.span = span

    @property
    def result(self) -> Value:
        """The only result."""
        return self.results[0]

    def __repr__(self) -> str:
        return f"<{self.op.mnemonic} {self.symbol} {self.operands} -> {self.results}>"


class Edge:
    """A way out of a block, with the arguments for the parameters of the block it enters."""

    __slots__ = ("arguments", "target")

    target: "Block"
    arguments: list[Operand]

    def __init__(self, target: "Block", arguments: Iterable[Operand] = ()) -> None:
        self.target = target
        self.arguments = list(arguments)

    def __repr__(self) -> str:
        return f"-> {self.target.label}({self.arguments})"


class Terminator:
    """The last operation of a block.

    `BRANCH` has the edges (taken if the operand is not 0, otherwise). `SWITCH` has the default
    edge first, then one edge for each of `cases`. `RET` has the results of the function as
    operands.
    """

    __slots__ = ("cases", "edges", "op", "operands", "span")

    op: Op
    operands: list[Operand]
    edges: list[Edge]
    cases: list[int]
    span: object | None

    def __init__(
        self,
        op: Op,
        operands: Iterable[Operand] = (),
        edges: Iterable[Edge] = (),
        *,
        cases: Iterable[int] = (),
        span: object | None = None,
    ) -> None:
        self.op = op
        self.operands = list(operands)
        self.edges = list(edges)
        self.cases = list(cases)
        self.span = span

    def __repr__(self) -> str:
        return f"<{self.op.mnemonic} {self.operands} {self.edges} {self.cases}>"


class Block:
    """A straight run of instructions that is entered at the top only."""

    __slots__ = ("instructions", "label", "parameters", "terminator")

    label: str
    """Hint for the text form and the assembly listing; need not be unique."""
    parameters: list[Value]
    instructions: list[Instruction]
    terminator: Terminator
    """Missing only while the block is being built."""

    def __init__(self, label: str = "block") -> None:
        self.label = label
        self.parameters = []
        self.instructions = []

    @property
    def is_terminated(self) -> bool:
        """Whether the block has its terminator."""
        return hasattr(self, "terminator")

    @property
    def successors(self) -> Iterator["Block"]:
        """Blocks that may run next, one for each edge."""
        return (edge.target for edge in self.terminator.edges)

    def add_parameter(self, name: str = "") -> Value:
        """Append a parameter; the edges that enter the block must get their argument."""
        value = Value(name, self)
        self.parameters.append(value)
        return value

    def __repr__(self) -> str:
        return f"<block {self.label}>"


class Function:
    """A function: its parameters are those of its first block."""

    __slots__ = ("blocks", "name", "result_count")

    name: str
    result_count: int
    blocks: list[Block]
    """The entry first; the entry has no predecessors."""

    def __init__(self, name: str, result_count: int = 0) -> None:
        self.name = name
        self.result_count = result_count
        self.blocks = []

    @property
    def entry(self) -> Block:
        """The block that runs first."""
        return self.blocks[0]

    @property
    def parameters(self) -> list[Value]:
        """Parameters of the function, in order."""
        return self.blocks[0].parameters

    @property
    def instructions(self) -> Iterator[Instruction]:
        """Every instruction, in order of the blocks."""
        return (instruction for block in self.blocks for instruction in block.instructions)

    def __repr__(self) -> str:
        return f"<function {self.name}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Object:
    """A unit of code: its functions, its data, and the objects whose code is part of its data."""

    name: str
    entry: str = "main"
    """Name of the function that runs first; it has no parameters and must halt."""
    functions: dict[str, Function] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    """Constant bytes, appended to the code."""
    objects: dict[str, "Object"] = field(default_factory=dict)
    """Objects embedded in the code, e.g. the runtime object in the creation object."""
    memory_safe: bool = True
    """Whether the program leaves alone the memory between 0x80 and `memory_guard`."""
    trailer: bytes = b""
    """Bytes after everything else (metadata); not reachable by name."""

    def add_function(self, function: Function) -> Function:
        """Add a function under its own name and return it."""
        self.functions[function.name] = function
        return function
