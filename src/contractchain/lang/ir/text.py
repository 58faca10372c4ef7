"""The text form of the IR: what `parse` reads, tests compare and people look at.

Values and labels are numbered afresh in order of appearance, so equal programs print equally.
"""

from contractchain.lang.ir.nodes import Block, Edge, Function, Instruction, Object, Operand, Value
from contractchain.lang.ir.op import Op

_FUNCTION_SYMBOL = (Op.INVOKE, Op.FUNCTION_TAG)


def format_object(obj: Object, indent: str = "") -> str:
    """Return the text form of an object, sub-objects included."""
    inner = indent + "  "
    lines = [f'{indent}object "{obj.name}" {{', f"{inner}entry @{obj.entry}"]
    if not obj.memory_safe:
        lines.append(f"{inner}memory_unsafe")
    for name, content in obj.data.items():
        lines.append(f'{inner}data "{name}" = 0x{content.hex()}')
    if obj.trailer:
        lines.append(f"{inner}trailer 0x{obj.trailer.hex()}")
    out = "\n".join(lines) + "\n"
    for function in obj.functions.values():
        out += format_function(function, inner)
    for child in obj.objects.values():
        out += format_object(child, inner)
    return out + f"{indent}}}\n"


def format_function(function: Function, indent: str = "") -> str:
    """Return the text form of one function."""
    return _FunctionPrinter(function, indent).text()


def format_operand(operand: Operand) -> str:
    """Return a constant as it is written in the text form, or the name hint of a value."""
    if isinstance(operand, Value):
        return repr(operand)
    return str(operand) if operand < 1024 else hex(operand)


class _FunctionPrinter:
    def __init__(self, function: Function, indent: str) -> None:
        self.function = function
        self.indent = indent
        self.names: dict[Value, str] = {}
        self.labels: dict[Block, str] = {}
        used: set[str] = set()
        for block in function.blocks:
            base = "".join(c if c.isalnum() or c == "_" else "_" for c in block.label) or "block"
            label, number = base, 1
            while label in used:
                label = f"{base}_{number}"
                number += 1
            used.add(label)
            self.labels[block] = label

    def text(self) -> str:
        function = self.function
        parameters = ", ".join(self.operand(p) for p in function.parameters)
        header = f"function @{function.name}({parameters}) -> {function.result_count} {{"
        lines = [self.indent + header]
        for block in function.blocks:
            parameters = ", ".join(self.operand(p) for p in block.parameters)
            if block is function.entry or not parameters:
                lines.append(f"{self.indent}  {self.labels[block]}:")
            else:
                lines.append(f"{self.indent}  {self.labels[block]}({parameters}):")
            lines.extend(f"{self.indent}    {self.instruction(i)}" for i in block.instructions)
            lines.append(f"{self.indent}    {self.terminator(block)}")
        lines.append(self.indent + "}")
        return "\n".join(lines) + "\n"

    def operand(self, operand: Operand) -> str:
        if not isinstance(operand, Value):
            return format_operand(operand)
        name = self.names.get(operand)
        if name is None:
            name = self.names[operand] = f"%{len(self.names)}"
        return name

    def instruction(self, instruction: Instruction) -> str:
        operands = ", ".join(self.operand(o) for o in instruction.operands)
        results = ", ".join(self.operand(r) for r in instruction.results)
        text = f"{results} = " if results else ""
        text += instruction.op.mnemonic
        if instruction.op is Op.INVOKE:
            return f"{text} @{instruction.symbol}({operands})"
        if instruction.op in _FUNCTION_SYMBOL:
            return f"{text} @{instruction.symbol}"
        if instruction.symbol:
            text += f' "{instruction.symbol}"' + ("," if operands else "")
        return f"{text} {operands}" if operands else text

    def edge(self, edge: Edge) -> str:
        label = self.labels.get(edge.target, f"<missing {edge.target.label}>")
        if not edge.arguments:
            return label
        return f"{label}({', '.join(self.operand(a) for a in edge.arguments)})"

    def terminator(self, block: Block) -> str:
        if not block.is_terminated:
            return "<no terminator>"
        terminator = block.terminator
        parts = [self.operand(o) for o in terminator.operands]
        if terminator.op is Op.SWITCH:
            parts.append(self.edge(terminator.edges[0]))
            for case, edge in zip(terminator.cases, terminator.edges[1:], strict=True):
                parts.append(f"{format_operand(case)}: {self.edge(edge)}")
        else:
            parts.extend(self.edge(edge) for edge in terminator.edges)
        text = terminator.op.mnemonic
        return f"{text} {', '.join(parts)}" if parts else text
