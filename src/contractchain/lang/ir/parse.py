"""Reader of the text form of the IR (the inverse of `text`)."""

import re
from collections.abc import Iterator

from contractchain.lang.ir.errors import IrSyntaxError
from contractchain.lang.ir.nodes import (
    WORD,
    Block,
    Edge,
    Function,
    Instruction,
    Object,
    Operand,
    Terminator,
    Value,
)
from contractchain.lang.ir.op import BY_MNEMONIC, Op

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)|(?P<comment>;[^\n]*)|(?P<newline>\n)
    |(?P<value>%[\w.]+)|(?P<function>@[^\s,(){}]+)|(?P<string>"[^"\n]*")
    |(?P<number>-?(?:0x[0-9a-fA-F]*|[0-9]+))|(?P<arrow>->)|(?P<name>[A-Za-z_]\w*)
    |(?P<mark>[(){},:=])""",
    re.VERBOSE,
)


def parse_object(text: str) -> Object:
    """Read an object from its text form.

    Raises:
        IrSyntaxError: The text is not in that form.
    """
    reader = _Reader(text)
    reader.skip_newlines()
    obj = reader.object()
    reader.skip_newlines()
    reader.expect("end")
    return obj


def parse_function(text: str) -> Function:
    """Read one function from its text form.

    Raises:
        IrSyntaxError: The text is not in that form.
    """
    reader = _Reader(text)
    reader.skip_newlines()
    reader.keyword("function")
    function = reader.function()
    reader.skip_newlines()
    reader.expect("end")
    return function


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise IrSyntaxError(line=line, message=f"unexpected character `{text[position]}`")
        kind = match.lastgroup or ""
        if kind not in ("space", "comment"):
            yield kind, match.group(), line
        if kind == "newline":
            line += 1
        position = match.end()
    yield "end", "", line


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.position = 0
        self.values: dict[str, Value] = {}
        self.defined: set[str] = set()
        self.blocks: dict[str, Block] = {}

    # --- tokens

    @property
    def kind(self) -> str:
        return self.tokens[self.position][0]

    @property
    def text(self) -> str:
        return self.tokens[self.position][1]

    def fail(self, message: str) -> IrSyntaxError:
        return IrSyntaxError(line=self.tokens[self.position][2], message=message)

    def expect(self, kind: str, text: str | None = None) -> str:
        if self.kind != kind or (text is not None and self.text != text):
            raise self.fail(f"expected `{text or kind}`, found `{self.text or self.kind}`")
        found = self.text
        if kind != "end":
            self.position += 1
        return found

    def accept(self, text: str) -> bool:
        if self.text == text and self.kind in ("mark", "name", "arrow"):
            self.position += 1
            return True
        return False

    def keyword(self, word: str) -> None:
        self.expect("name", word)

    def skip_newlines(self) -> None:
        while self.kind == "newline":
            self.position += 1

    def number(self) -> int:
        text = self.expect("number")
        number = int(text, 0)
        if not -WORD - 1 <= 2 * number <= 2 * WORD:
            raise self.fail(f"`{text}` does not fit into a word")
        return number & WORD

    def bytes(self) -> bytes:
        text = self.expect("number")
        if not text.startswith("0x") or len(text) % 2:
            raise self.fail(f"`{text}` is not a hex string of whole bytes")
        return bytes.fromhex(text[2:])

    def string(self) -> str:
        return self.expect("string")[1:-1]

    # --- structure

    def object(self) -> Object:
        self.keyword("object")
        obj = Object(name=self.string())
        self.expect("mark", "{")
        self.skip_newlines()
        while not self.accept("}"):
            if self.text == "object":
                child = self.object()
                obj.objects[child.name] = child
            else:
                self.member(obj)
            self.skip_newlines()
        return obj

    def member(self, obj: Object) -> None:
        word = self.expect("name")
        if word == "function":
            function = self.function()
            if function.name in obj.functions:
                raise self.fail(f"function `{function.name}` is defined twice")
            obj.functions[function.name] = function
        elif word == "entry":
            obj.entry = self.expect("function")[1:]
        elif word == "memory_unsafe":
            obj.memory_safe = False
        elif word == "trailer":
            obj.trailer = self.bytes()
        elif word == "data":
            name = self.string()
            self.expect("mark", "=")
            obj.data[name] = self.bytes()
        else:
            raise self.fail(f"unexpected `{word}` in an object")

    def function(self) -> Function:
        function = Function(self.expect("function")[1:])
        self.values, self.defined, self.blocks = {}, set(), {}
        parameters: list[str] | None = self.parameters()
        self.expect("arrow")
        function.result_count = self.number()
        self.expect("mark", "{")
        self.skip_newlines()
        while not self.accept("}"):
            function.blocks.append(self.read_block(function, parameters))
            parameters = None
            self.skip_newlines()
        missing = [b.label for b in self.blocks.values() if not b.is_terminated]
        unknown = sorted(set(self.values) - self.defined)
        if missing:
            raise self.fail(f"block `{missing[0]}` is not defined")
        if unknown:
            raise self.fail(f"value `{unknown[0]}` is not defined")
        if not function.blocks:
            raise self.fail(f"function `{function.name}` has no blocks")
        return function

    def parameters(self) -> list[str]:
        names: list[str] = []
        self.expect("mark", "(")
        while not self.accept(")"):
            names.append(self.expect("value"))
            self.accept(",")
        return names

    def find_block(self, label: str) -> Block:
        block = self.blocks.get(label)
        if block is None:
            block = self.blocks[label] = Block(label)
        return block

    def define(self, name: str, value: Value) -> Value:
        """Give `name` to a fresh value; earlier uses of the name get the same object."""
        if name in self.defined:
            raise self.fail(f"value `{name}` is defined twice")
        self.defined.add(name)
        known = self.values.get(name)
        if known is not None:
            known.definition = value.definition
            return known
        value.name = name[1:]
        self.values[name] = value
        return value

    def read_block(self, function: Function, parameters: list[str] | None) -> Block:
        label = self.expect("name")
        block = self.find_block(label)
        if block.is_terminated:
            raise self.fail(f"block `{label}` is defined twice")
        if parameters is None:
            parameters = self.parameters() if self.text == "(" else []
        for name in parameters:
            block.parameters.append(self.define(name, Value("", block)))
        self.expect("mark", ":")
        self.skip_newlines()
        while True:
            ended = self.statement(block)
            if self.kind != "mark":
                self.expect("newline")
            self.skip_newlines()
            if ended:
                return block

    # --- instructions

    def operand(self) -> Operand:
        if self.kind == "number":
            return self.number()
        name = self.expect("value")
        value = self.values.get(name)
        if value is None:
            value = self.values[name] = Value(name[1:])
        return value

    def operands(self, stop: str = "") -> list[Operand]:
        found: list[Operand] = []
        while self.kind in ("value", "number"):
            found.append(self.operand())
            if not self.accept(","):
                break
        return found

    def statement(self, block: Block) -> bool:
        """Read an instruction or the terminator; say if it was the terminator."""
        results: list[str] = []
        while self.kind == "value":
            results.append(self.expect("value"))
            self.accept(",")
        if results:
            self.expect("mark", "=")
        word = self.expect("name")
        op = BY_MNEMONIC.get(word)
        if op is None:
            raise self.fail(f"unknown operation `{word}`")
        if op.is_terminator:
            block.terminator = self.terminator(op)
            return True
        symbol = ""
        if op is Op.INVOKE:
            symbol = self.expect("function")[1:]
            self.expect("mark", "(")
            operands = self.operands()
            self.expect("mark", ")")
        else:
            if op is Op.FUNCTION_TAG:
                symbol = self.expect("function")[1:]
            elif op.has_symbol:
                symbol = self.string()
                self.accept(",")
            operands = self.operands()
        instruction = Instruction(op, operands, result_count=len(results), symbol=symbol)
        for index, name in enumerate(results):
            instruction.results[index] = self.define(name, instruction.results[index])
        block.instructions.append(instruction)
        return False

    def edge(self) -> Edge:
        target = self.find_block(self.expect("name"))
        arguments: list[Operand] = []
        if self.accept("("):
            arguments = self.operands()
            self.expect("mark", ")")
        return Edge(target, arguments)

    def terminator(self, op: Op) -> Terminator:
        terminator = Terminator(op, self.operands())
        if op is Op.SWITCH:
            terminator.edges.append(self.edge())
            while self.accept(","):
                terminator.cases.append(self.number())
                self.expect("mark", ":")
                terminator.edges.append(self.edge())
        elif op in (Op.JUMP, Op.BRANCH):
            terminator.edges.append(self.edge())
            if op is Op.BRANCH:
                self.expect("mark", ",")
                terminator.edges.append(self.edge())
        return terminator
