"""The rules every object must keep between passes, checked.

Each block has a terminator and no instruction is one; operand, result and argument counts agree;
each value is defined once, in the place its `definition` says, and before every use on every path;
the entry has no predecessors; calls name functions of the object with the right counts.
"""

from contractchain.lang.ir.analysis import Dominators
from contractchain.lang.ir.errors import InvalidIrError
from contractchain.lang.ir.nodes import WORD, Block, Function, Instruction, Object, Operand, Value
from contractchain.lang.ir.op import Kind, Op

_EDGES = {Op.JUMP: 1, Op.BRANCH: 2}


def verify_object(obj: Object) -> None:
    """Check an object and its sub-objects.

    Raises:
        InvalidIrError: A rule is broken.
    """
    entry = obj.functions.get(obj.entry)
    if entry is None:
        raise InvalidIrError(message="the entry function is missing", function=obj.entry)
    if entry.parameters or entry.result_count:
        raise InvalidIrError(message="the entry has parameters or results", function=obj.entry)
    for function in obj.functions.values():
        verify_function(function, obj)
    for child in obj.objects.values():
        verify_object(child)


def verify_function(function: Function, obj: Object | None = None) -> None:
    """Check one function; with its object, the calls and symbols too.

    Raises:
        InvalidIrError: A rule is broken.
    """
    _Verifier(function, obj).run()


class _Verifier:
    def __init__(self, function: Function, obj: Object | None) -> None:
        self.function = function
        self.object = obj
        self.block = function.blocks[0] if function.blocks else Block("none")
        self.defined: dict[Value, tuple[Block, int]] = {}
        self.known = set(function.blocks)

    def fail(self, message: str) -> InvalidIrError:
        return InvalidIrError(message=message, function=self.function.name, block=self.block.label)

    def run(self) -> None:
        if not self.function.blocks:
            raise self.fail("the function has no blocks")
        if len(self.known) != len(self.function.blocks):
            raise self.fail("a block is listed twice")
        for block in self.function.blocks:
            self.block = block
            if not block.is_terminated:
                raise self.fail("the block has no terminator")
            self.collect(block)
        for block in self.function.blocks:
            self.block = block
            for instruction in block.instructions:
                self.check_instruction(instruction)
            self.check_terminator(block)
        self.check_dominance()

    def collect(self, block: Block) -> None:
        for parameter in block.parameters:
            self.define(parameter, block, block, -1)
        for index, instruction in enumerate(block.instructions):
            for result in instruction.results:
                self.define(result, instruction, block, index)

    def define(
        self, value: Value, definition: Instruction | Block, block: Block, index: int
    ) -> None:
        if value in self.defined:
            raise self.fail(f"{value} is defined twice")
        if value.definition is not definition:
            raise self.fail(f"{value} does not know its definition")
        self.defined[value] = (block, index)

    def check_instruction(self, instruction: Instruction) -> None:
        op = instruction.op
        if op.is_terminator:
            raise self.fail(f"terminator `{op.mnemonic}` among the instructions")
        if op.operand_count is not None and len(instruction.operands) != op.operand_count:
            raise self.fail(f"`{op.mnemonic}` has {len(instruction.operands)} operands")
        if op.result_count is not None and len(instruction.results) != op.result_count:
            raise self.fail(f"`{op.mnemonic}` has {len(instruction.results)} results")
        if op.has_symbol != bool(instruction.symbol):
            raise self.fail(f"`{op.mnemonic}` has symbol `{instruction.symbol}`")
        if op is Op.INVOKE_INDIRECT and not instruction.operands:
            raise self.fail("`invoke_indirect` has no tag")
        if self.object is not None:
            self.check_symbol(instruction, self.object)

    def check_symbol(self, instruction: Instruction, obj: Object) -> None:
        op, symbol = instruction.op, instruction.symbol
        if op in (Op.INVOKE, Op.FUNCTION_TAG):
            callee = obj.functions.get(symbol)
            if callee is None:
                raise self.fail(f"function `@{symbol}` does not exist")
            if op is Op.INVOKE and (
                len(callee.parameters) != len(instruction.operands)
                or callee.result_count != len(instruction.results)
            ):
                raise self.fail(f"call of `@{symbol}` with wrong counts")
        elif op in (Op.DATA_OFFSET, Op.DATA_SIZE) and not (
            symbol in obj.data or symbol in obj.objects or symbol == obj.name
        ):
            raise self.fail(f"`{symbol}` is neither data nor an object")

    def check_terminator(self, block: Block) -> None:
        terminator = block.terminator
        op = terminator.op
        if not op.is_terminator:
            raise self.fail(f"`{op.mnemonic}` is no terminator")
        wanted = len(terminator.cases) + 1 if op is Op.SWITCH else _EDGES.get(op, 0)
        if len(terminator.edges) != wanted:
            raise self.fail(f"`{op.mnemonic}` has {len(terminator.edges)} edges")
        if len(set(terminator.cases)) != len(terminator.cases):
            raise self.fail("two cases of a switch are equal")
        if op.kind is Kind.RETURN:
            if len(terminator.operands) != self.function.result_count:
                raise self.fail(f"`ret` has {len(terminator.operands)} operands")
        elif op.operand_count != len(terminator.operands):
            raise self.fail(f"`{op.mnemonic}` has {len(terminator.operands)} operands")
        for edge in terminator.edges:
            if edge.target not in self.known:
                raise self.fail(f"edge to a block `{edge.target.label}` outside the function")
            if edge.target is self.function.entry:
                raise self.fail("edge to the entry")
            if len(edge.arguments) != len(edge.target.parameters):
                raise self.fail(f"edge to `{edge.target.label}` has the wrong arguments")

    def check_dominance(self) -> None:
        dominators = Dominators(self.function)
        for block in self.function.blocks:
            if not dominators.is_reachable(block):
                continue
            self.block = block
            for index, instruction in enumerate(block.instructions):
                self.check_uses(instruction.operands, block, index, dominators)
            end = len(block.instructions)
            self.check_uses(block.terminator.operands, block, end, dominators)
            for edge in block.terminator.edges:
                self.check_uses(edge.arguments, block, end, dominators)

    def check_uses(
        self, operands: list[Operand], block: Block, index: int, dominators: Dominators
    ) -> None:
        for operand in operands:
            if not isinstance(operand, Value):
                if not 0 <= operand <= WORD:
                    raise self.fail(f"constant {operand} is no word")
                continue
            place = self.defined.get(operand)
            if place is None:
                raise self.fail(f"{operand} is used but not defined")
            home, position = place
            if home is block:
                if position >= index:
                    raise self.fail(f"{operand} is used before its definition")
            elif not dominators.dominates(home, block):
                raise self.fail(f"{operand} is used where it need not be defined")
