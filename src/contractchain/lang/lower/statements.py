"""Statements."""

from contractchain.lang import ast
from contractchain.lang.lower import memory
from contractchain.lang.lower.events import lower_emit
from contractchain.lang.lower.frame import Frame, Loop, executes
from contractchain.lang.lower.reverts import lower_revert
from contractchain.lang.semantics.symbols import VariableSymbol
from contractchain.lang.semantics.types import BOOL, FunctionType


@executes(ast.Block)
def _execute_block(frame: Frame, node: ast.Block) -> None:
    with frame.unchecked(frame.is_unchecked or node.is_unchecked):
        for statement in node.statements:
            frame.execute(statement)


@executes(ast.ExpressionStatement)
def _execute_expression(frame: Frame, node: ast.ExpressionStatement) -> None:
    expression = node.expression
    item = frame.type_of(expression)
    if isinstance(expression, ast.MemberAccess) and isinstance(item, FunctionType):
        expression = expression.object if item.is_bound else expression
    frame.raw_value(expression)


@executes(ast.VariableDeclarationStatement)
def _execute_declaration(frame: Frame, node: ast.VariableDeclarationStatement) -> None:
    symbols = [None if item is None else _symbol(frame, item) for item in node.declarations]
    if node.value is None:
        for symbol in symbols:
            if symbol is not None:
                frame.declare(symbol, memory.zero_value(frame.code, symbol.type))
        return
    targets = [None if symbol is None else symbol.type for symbol in symbols]
    parts = frame.adapted(node.value, frame.raw_value(node.value), targets)
    for symbol, part in zip(symbols, parts, strict=True):
        if symbol is not None:
            frame.declare(symbol, part)


def _symbol(frame: Frame, node: ast.VariableDeclaration) -> VariableSymbol:
    return frame.unit.analysis.variables[node.node_id]


@executes(ast.IfStatement)
def _execute_if(frame: Frame, node: ast.IfStatement) -> None:
    code = frame.code
    condition = frame.word_as(node.condition, BOOL)
    if node.if_false is None:
        with code.when(condition):
            frame.execute(node.if_true)
        return
    otherwise = node.if_false
    code.choose(condition, lambda: frame.execute(node.if_true), lambda: frame.execute(otherwise))


@executes(ast.WhileStatement)
def _execute_while(frame: Frame, node: ast.WhileStatement) -> None:
    code = frame.code
    body, test, after = (code.new_block(label) for label in ("body", "test", "done"))
    code.jump(body if node.is_do_while else test)
    for block in (body, test) if node.is_do_while else (test, body):
        code.enter(block, seal=False)
        if block is test:
            code.branch(frame.word_as(node.condition, BOOL), body, after)
        else:
            _execute_loop_body(frame, node.body, Loop(after=after, step=test))
            code.jump(test)
    code.builder.seal_block(body)
    code.builder.seal_block(test)
    code.enter(after)


@executes(ast.ForStatement)
def _execute_for(frame: Frame, node: ast.ForStatement) -> None:
    code = frame.code
    if node.initial is not None:
        frame.execute(node.initial)
    test, body, step, after = (code.new_block(label) for label in ("test", "body", "step", "done"))
    code.jump(test)
    code.enter(test, seal=False)
    if node.condition is None:
        code.jump(body)
    else:
        code.branch(frame.word_as(node.condition, BOOL), body, after)
    code.enter(body)
    _execute_loop_body(frame, node.body, Loop(after=after, step=step))
    code.jump(step)
    code.enter(step)
    if node.step is not None:
        frame.value(node.step)
    code.jump(test)
    code.builder.seal_block(test)
    code.enter(after)


def _execute_loop_body(frame: Frame, body: ast.Statement, loop: Loop) -> None:
    frame.loops.append(loop)
    frame.execute(body)
    frame.loops.pop()


@executes(ast.BreakStatement)
def _execute_break(frame: Frame, node: ast.BreakStatement) -> None:
    frame.code.jump(frame.loops[-1].after)


@executes(ast.ContinueStatement)
def _execute_continue(frame: Frame, node: ast.ContinueStatement) -> None:
    frame.code.jump(frame.loops[-1].step)


@executes(ast.ReturnStatement)
def _execute_return(frame: Frame, node: ast.ReturnStatement) -> None:
    if node.value is not None:
        targets = [symbol.type for symbol in frame.returns]
        parts = frame.adapted(node.value, frame.raw_value(node.value), targets)
        for symbol, part in zip(frame.returns, parts, strict=True):
            for variable, word in zip(frame.locals[symbol], part, strict=True):
                frame.code.set(variable, word)
    assert frame.exit is not None
    frame.code.jump(frame.exit)


@executes(ast.PlaceholderStatement)
def _execute_placeholder(frame: Frame, node: ast.PlaceholderStatement) -> None:
    if frame.placeholder is not None:  # else it is the name of something, without effect
        frame.placeholder()


@executes(ast.EmitStatement)
def _execute_emit(frame: Frame, node: ast.EmitStatement) -> None:
    lower_emit(frame, node.call)


@executes(ast.RevertStatement)
def _execute_revert(frame: Frame, node: ast.RevertStatement) -> None:
    lower_revert(frame, node.call)
