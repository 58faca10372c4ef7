"""Inline assembly: Yul, in the same IR, with Solidity's local variables as its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contractchain.lang import ast
from contractchain.lang.ast import yul
from contractchain.lang.ir.nodes import Block, Operand
from contractchain.lang.ir.op import BY_MNEMONIC, Effect, Kind, Op
from contractchain.lang.lower.code import Code, Variable
from contractchain.lang.lower.frame import Frame, executes
from contractchain.lang.lower.names import evaluate_constant
from contractchain.lang.lower.places import variable_place
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.storage import StoragePlace
from contractchain.lang.lower.unit import plain_name
from contractchain.lang.semantics.annotations import YulReference, YulReferenceKind
from contractchain.lang.semantics.symbols import VariableKind

_OPS = {
    name: op
    for name, op in BY_MNEMONIC.items()
    if op.kind in (Kind.EVM, Kind.HALT) and op.opcode is not None
} | {"difficulty": Op.PREVRANDAO}
_SAFE = "memory-safe"


@dataclass(slots=True, kw_only=True, eq=False)
class _Scope:
    """Names of a Yul function or of a whole assembly block."""

    frame: Frame
    code: Code
    names: list[dict[str, Variable]] = field(default_factory=list)
    functions: list[dict[str, yul.YulFunctionDefinition]] = field(default_factory=list)
    loops: list[tuple[Block, Block]] = field(default_factory=list)
    """Where `break` and `continue` go."""
    leave: Block | None = None

    def find_variable(self, name: str) -> Variable | None:
        """Return the innermost Yul variable of that name."""
        return next((names[name] for names in reversed(self.names) if name in names), None)

    def find_function(self, name: str) -> tuple[yul.YulFunctionDefinition, int] | None:
        """Return the innermost function of that name, and how many blocks are around it."""
        for depth in range(len(self.functions) - 1, -1, -1):
            if name in self.functions[depth]:
                return self.functions[depth][name], depth
        return None


@executes(ast.InlineAssembly)
def _execute_assembly(frame: Frame, node: ast.InlineAssembly) -> None:
    scope = _Scope(frame=frame, code=frame.code)
    if not _is_marked_safe(node) and _touches_memory(frame, node):
        frame.unit.has_unsafe_assembly = True
    _block(scope, node.body)


def _is_marked_safe(node: ast.InlineAssembly) -> bool:
    if _SAFE in node.flags:
        return True
    return node.documentation is not None and "@solidity memory-safe-assembly" in (
        node.documentation.text
    )


def _touches_memory(frame: Frame, node: ast.InlineAssembly) -> bool:
    for item in ast.walk(node.body):
        if isinstance(item, yul.YulCall):
            op = _OPS.get(item.name.name)
            if op is not None and (op.reads | op.writes) & Effect.MEMORY:
                return True
        if isinstance(item, yul.YulAssignment):
            for target in item.targets:
                reference = frame.unit.analysis.yul_references.get(target.node_id)
                if reference is not None and reference.variable.type.is_reference:
                    return True
    return False


# --- statements


def _statement(scope: _Scope, node: yul.YulStatement) -> None:
    if scope.code.is_dead or isinstance(node, yul.YulFunctionDefinition):
        return
    with scope.frame.at(node):
        _STATEMENTS[type(node)](scope, node)


def _block(scope: _Scope, node: yul.YulBlock) -> None:
    scope.names.append({})
    scope.functions.append(
        {item.name: item for item in node.statements if isinstance(item, yul.YulFunctionDefinition)}
    )
    for statement in node.statements:
        _statement(scope, statement)
    scope.names.pop()
    scope.functions.pop()


def _declare(scope: _Scope, node: yul.YulVariableDeclaration) -> None:
    if node.value is None:
        words: Sequence[Operand] = (0,) * len(node.variables)
    else:
        words = _values(scope, node.value)
    for name, word in zip(node.variables, words, strict=True):
        scope.names[-1][name.name] = scope.code.variable(word, name.name)


def _assign(scope: _Scope, node: yul.YulAssignment) -> None:
    words = _values(scope, node.value)
    for target, word in zip(node.targets, words, strict=True):
        variable = scope.find_variable(target.name)
        if variable is None:
            variable = _solidity_variable(scope, target)
        scope.code.set(variable, word)


def _expression(scope: _Scope, node: yul.YulExpressionStatement) -> None:
    _values(scope, node.expression)


def _if(scope: _Scope, node: yul.YulIf) -> None:
    with scope.code.when(_value(scope, node.condition)):
        _block(scope, node.body)


def _switch(scope: _Scope, node: yul.YulSwitch) -> None:
    code = scope.code
    value = _value(scope, node.value)
    after = code.new_block("after")
    default = after if node.default is None else code.new_block("default")
    blocks = [(case.literal.value, code.new_block("case")) for case in node.cases]
    if blocks:
        code.builder.switch(value, blocks, default)
    else:
        code.jump(default)
    for (_, block), case in zip(blocks, node.cases, strict=True):
        code.enter(block)
        _block(scope, case.body)
        code.jump(after)
    if node.default is not None:
        code.enter(default)
        _block(scope, node.default)
        code.jump(after)
    code.enter(after)


def _for(scope: _Scope, node: yul.YulFor) -> None:
    code = scope.code
    scope.names.append({})
    scope.functions.append({})
    for statement in node.initial.statements:
        _statement(scope, statement)
    test, body, step, after = (code.new_block(x) for x in ("test", "body", "step", "done"))
    code.jump(test)
    code.enter(test, seal=False)
    code.branch(_value(scope, node.condition), body, after)
    code.enter(body)
    scope.loops.append((after, step))
    _block(scope, node.body)
    scope.loops.pop()
    code.jump(step)
    code.enter(step)
    _block(scope, node.step)
    code.jump(test)
    code.builder.seal_block(test)
    code.enter(after)
    scope.names.pop()
    scope.functions.pop()


def _break(scope: _Scope, node: yul.YulBreak) -> None:
    scope.code.jump(scope.loops[-1][0])


def _continue(scope: _Scope, node: yul.YulContinue) -> None:
    scope.code.jump(scope.loops[-1][1])


def _leave(scope: _Scope, node: yul.YulLeave) -> None:
    assert scope.leave is not None
    scope.code.jump(scope.leave)


_STATEMENTS: dict[type, Callable[[_Scope, Any], None]] = {
    yul.YulBlock: _block,
    yul.YulVariableDeclaration: _declare,
    yul.YulAssignment: _assign,
    yul.YulExpressionStatement: _expression,
    yul.YulIf: _if,
    yul.YulSwitch: _switch,
    yul.YulFor: _for,
    yul.YulBreak: _break,
    yul.YulContinue: _continue,
    yul.YulLeave: _leave,
}


# --- expressions


def _value(scope: _Scope, node: yul.YulExpression) -> Operand:
    """Return the only value of an expression."""
    return _values(scope, node)[0]


def _values(scope: _Scope, node: yul.YulExpression) -> Sequence[Operand]:
    match node:
        case yul.YulLiteral():
            return (node.value,)
        case yul.YulIdentifier():
            variable = scope.find_variable(node.name)
            if variable is not None:
                return (scope.code.get(variable),)
            return (_solidity_value(scope, node),)
        case yul.YulCall():
            with scope.frame.at(node):
                return _call(scope, node)
    raise refuse("this expression in inline assembly", node)


def _call(scope: _Scope, node: yul.YulCall) -> Sequence[Operand]:
    name = node.name.name
    found = scope.find_function(name)
    operands = [_value(scope, argument) for argument in reversed(node.arguments)]
    operands.reverse()
    if found is not None:
        return _call_function(scope, *found, operands)
    if name == "pop":
        return ()
    op = _OPS.get(name)
    if op is None:
        raise refuse(f"`{name}` in inline assembly", node)
    if op.kind is Kind.HALT:
        scope.code.halt(op, *operands)
        return ()
    if op.result_count:
        return (scope.code.op(op, *operands),)
    scope.code.effect(op, *operands)
    return ()


def _call_function(
    scope: _Scope,
    node: yul.YulFunctionDefinition,
    depth: int,
    operands: Sequence[Operand],
) -> Sequence[Operand]:
    name = plain_name(f"{node.name}_{node.node_id}")
    around = [dict(functions) for functions in scope.functions[: depth + 1]]

    def body(code: Code) -> None:
        frame = Frame(unit=scope.frame.unit, code=code, contract=scope.frame.contract)
        inner = _Scope(frame=frame, code=code, functions=around, leave=code.new_block("leave"))
        names = {
            item.name: code.variable(word, item.name)
            for item, word in zip(node.parameters, code.parameters, strict=True)
        }
        names |= {item.name: code.variable(0, item.name) for item in node.returns}
        inner.names.append(names)
        results = [names[item.name] for item in node.returns]
        with frame.at(node):
            _block(inner, node.body)
            assert inner.leave is not None
            code.jump(inner.leave)
            code.enter(inner.leave)
            code.ret(*(code.get(variable) for variable in results))

    parameters = [item.name for item in node.parameters]
    scope.frame.unit.define_later(name, parameters, len(node.returns), body)
    return scope.code.invoke(name, operands, len(node.returns))


# --- Solidity's names


def _reference(scope: _Scope, node: yul.YulIdentifier) -> YulReference:
    reference = scope.frame.unit.analysis.yul_references.get(node.node_id)
    if reference is None:
        raise refuse(f"`{node.name}` in inline assembly", node)
    return reference


def _solidity_variable(scope: _Scope, node: yul.YulIdentifier) -> Variable:
    """Return the word of a Solidity variable that is assigned."""
    reference = _reference(scope, node)
    symbol = reference.variable
    words = scope.frame.locals.get(symbol)
    if words is None:
        raise refuse(f"assigning to `{node.name}` in inline assembly", node)
    is_second = reference.kind in (YulReferenceKind.LENGTH, YulReferenceKind.SELECTOR)
    return words[1 if is_second else 0]


def _solidity_value(scope: _Scope, node: yul.YulIdentifier) -> Operand:
    reference = _reference(scope, node)
    symbol, kind = reference.variable, reference.kind
    if kind is YulReferenceKind.CONSTANT or symbol.is_constant:
        return evaluate_constant(scope.frame, symbol)[0]
    if symbol.kind is VariableKind.STATE:
        place = variable_place(scope.frame, symbol)
        assert isinstance(place, StoragePlace)
        return place.offset if kind is YulReferenceKind.OFFSET else place.slot
    is_storage = symbol.type.location is ast.DataLocation.STORAGE
    if kind is YulReferenceKind.OFFSET and is_storage:
        return 0
    words = scope.frame.locals[symbol]
    is_second = kind in (YulReferenceKind.LENGTH, YulReferenceKind.SELECTOR)
    return scope.code.get(words[1 if is_second else 0])
