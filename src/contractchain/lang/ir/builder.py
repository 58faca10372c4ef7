"""Construction of functions in SSA form, straight from a walk over the syntax tree.

Mutable variables are read and written by key (any hashable); the builder makes block parameters
where control flow joins. It folds nothing: that is left to the passes.

Spec:
    Braun et al., Simple and Efficient Construction of Static Single Assignment Form (CC 2013).
"""

from collections.abc import Hashable, Iterable, Sequence

from contractchain.lang.ir.nodes import (
    Block,
    Edge,
    Function,
    Instruction,
    Operand,
    Terminator,
    Value,
)
from contractchain.lang.ir.op import Op
from contractchain.lang.ir.rewrite import remove_trivial_parameters

Target = Block | tuple[Block, Sequence[Operand]]
"""A block, or a block with the arguments for its parameters."""


class FunctionBuilder:
    """Builds one function, block by block.

    A block is sealed once all its predecessors have their terminators. `finish` checks that every
    block is sealed and terminated, and drops what cannot be reached.
    """

    function: Function
    block: Block
    """Where `emit` appends."""
    span: object | None
    """Span given to whatever is emitted without one of its own."""

    def __init__(self, name: str, result_count: int = 0, parameters: Iterable[str] = ()) -> None:
        self.function = Function(name, result_count)
        self.span = None
        self._sealed: set[Block] = set()
        self._predecessors: dict[Block, list[Edge]] = {}
        self._source: dict[Edge, Block] = {}
        self._current: dict[Block, dict[Hashable, Operand]] = {}
        self._incomplete: dict[Block, list[tuple[Hashable, int]]] = {}
        self.block = self.new_block("entry")
        for parameter in parameters:
            self.block.add_parameter(parameter)
        self.seal_block(self.block)

    # --- blocks

    def new_block(self, label: str = "block") -> Block:
        """Append an empty block to the function; it is neither sealed nor current."""
        block = Block(label)
        self.function.blocks.append(block)
        self._predecessors[block] = []
        self._current[block] = {}
        return block

    def switch_to(self, block: Block, *, seal: bool = False) -> None:
        """Make `block` the one to which instructions are appended."""
        self.block = block
        if seal:
            self.seal_block(block)

    def seal_block(self, block: Block) -> None:
        """Declare that no further edge will enter `block`."""
        if block in self._sealed:
            return
        self._sealed.add(block)
        pending = []
        for variable, index in self._incomplete.pop(block, ()):
            self._reserve(block)
            pending.append((block, variable, index))
        self._complete(pending)

    @property
    def is_terminated(self) -> bool:
        """Whether the current block already has its terminator (what follows is unreachable)."""
        return self.block.is_terminated

    # --- variables

    def write_variable(self, variable: Hashable, operand: Operand) -> None:
        """Assign to a variable in the current block."""
        self._current[self.block][variable] = operand

    def read_variable(self, variable: Hashable) -> Operand:
        """Return what a variable holds at this point; 0 if nothing was ever written to it."""
        pending: list[tuple[Block, Hashable, int]] = []
        operand = self._look_up(self.block, variable, pending)
        self._complete(pending)
        return operand

    def _look_up(
        self, block: Block, variable: Hashable, pending: list[tuple[Block, Hashable, int]]
    ) -> Operand:
        chain: dict[Block, None] = {}
        operand: Operand
        while True:
            known = self._current[block].get(variable)
            if known is not None:
                operand = known
                break
            if block in chain:  # a cycle that nothing enters
                operand = 0
                break
            chain[block] = None
            edges = self._predecessors[block]
            if block not in self._sealed:
                operand = block.add_parameter(_hint(variable))
                index = len(block.parameters) - 1
                self._incomplete.setdefault(block, []).append((variable, index))
                break
            if not edges:
                operand = 0
                break
            if len(edges) > 1:
                operand = block.add_parameter(_hint(variable))
                self._reserve(block)
                pending.append((block, variable, len(block.parameters) - 1))
                break
            block = self._source[edges[0]]
        for link in chain:
            self._current[link][variable] = operand
        return operand

    def _reserve(self, block: Block) -> None:
        for edge in self._predecessors[block]:
            missing = len(block.parameters) - len(edge.arguments)
            edge.arguments.extend([0] * missing)

    def _complete(self, pending: list[tuple[Block, Hashable, int]]) -> None:
        while pending:
            block, variable, index = pending.pop()
            for edge in self._predecessors[block]:
                argument = self._look_up(self._source[edge], variable, pending)
                edge.arguments[index] = argument

    # --- instructions

    def emit(
        self,
        op: Op,
        *operands: Operand,
        symbol: str = "",
        span: object | None = None,
    ) -> Value:
        """Append an instruction with exactly one result and return the result."""
        return self._append(op, operands, None, symbol, span).results[0]

    def emit_effect(
        self,
        op: Op,
        *operands: Operand,
        symbol: str = "",
        span: object | None = None,
    ) -> None:
        """Append an instruction without results."""
        self._append(op, operands, None, symbol, span)

    def invoke(
        self, name: str, operands: Sequence[Operand], result_count: int, span: object | None = None
    ) -> list[Value]:
        """Call the function `name` and return its results."""
        return self._append(Op.INVOKE, operands, result_count, name, span).results

    def invoke_indirect(
        self,
        tag: Operand,
        operands: Sequence[Operand],
        result_count: int,
        span: object | None = None,
    ) -> list[Value]:
        """Call the function with the tag `tag` and return its results."""
        all_operands = (tag, *operands)
        return self._append(Op.INVOKE_INDIRECT, all_operands, result_count, "", span).results

    def _append(
        self,
        op: Op,
        operands: Sequence[Operand],
        result_count: int | None,
        symbol: str,
        span: object | None,
    ) -> Instruction:
        instruction = Instruction(
            op, operands, result_count=result_count, symbol=symbol, span=span or self.span
        )
        if not self.block.is_terminated:  # what follows a terminator can never run
            self.block.instructions.append(instruction)
        return instruction

    # --- terminators

    def jump(self, target: Target, span: object | None = None) -> None:
        """End the block with a jump."""
        self._terminate(Terminator(Op.JUMP, (), [_edge(target)], span=span or self.span))

    def branch(
        self, condition: Operand, then: Target, otherwise: Target, span: object | None = None
    ) -> None:
        """End the block: `then` if `condition` is not 0, else `otherwise`."""
        edges = [_edge(then), _edge(otherwise)]
        self._terminate(Terminator(Op.BRANCH, (condition,), edges, span=span or self.span))

    def switch(
        self,
        operand: Operand,
        cases: Sequence[tuple[int, Target]],
        default: Target,
        span: object | None = None,
    ) -> None:
        """End the block with a choice by value; the values of the cases are distinct."""
        edges = [_edge(default), *(_edge(target) for _, target in cases)]
        keys = [key for key, _ in cases]
        self._terminate(
            Terminator(Op.SWITCH, (operand,), edges, cases=keys, span=span or self.span)
        )

    def ret(self, *results: Operand, span: object | None = None) -> None:
        """End the block: return from the function."""
        self._terminate(Terminator(Op.RET, results, span=span or self.span))

    def halt(self, op: Op, *operands: Operand, span: object | None = None) -> None:
        """End the block with STOP, RETURN, REVERT, INVALID or SELFDESTRUCT."""
        self._terminate(Terminator(op, operands, span=span or self.span))

    def _terminate(self, terminator: Terminator) -> None:
        if self.block.is_terminated:
            return
        self.block.terminator = terminator
        for edge in terminator.edges:
            if edge.target in self._sealed:
                raise ValueError(f"block {edge.target.label} is sealed: no edge may enter it")
            self._predecessors[edge.target].append(edge)
            self._source[edge] = self.block

    # --- end

    def finish(self) -> Function:
        """Return the finished function, without unreachable blocks and needless parameters.

        Raises:
            ValueError: A reachable block has no terminator or was never sealed.
        """
        for block in self.function.blocks:
            self.seal_block(block)
        reachable: set[Block] = set()
        stack = [self.function.entry]
        while stack:
            block = stack.pop()
            if block in reachable:
                continue
            reachable.add(block)
            if not block.is_terminated:
                raise ValueError(f"block {block.label} of {self.function.name} has no terminator")
            stack.extend(block.successors)
        self.function.blocks = [b for b in self.function.blocks if b in reachable]
        remove_trivial_parameters(self.function)
        return self.function


def _edge(target: Target) -> Edge:
    return Edge(target) if isinstance(target, Block) else Edge(*target)


def _hint(variable: Hashable) -> str:
    return variable if isinstance(variable, str) else ""
