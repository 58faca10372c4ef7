"""Statements."""

from contractchain.lang.ast import yul
from contractchain.lang.ast.expressions import FunctionCall
from contractchain.lang.ast.node import Expression, Node, Statement, node
from contractchain.lang.ast.variables import Documentation, ParameterList, VariableDeclaration


@node
class Block(Statement):
    """`{ ... }` or `unchecked { ... }`"""

    statements: tuple[Statement, ...]
    is_unchecked: bool


@node
class PlaceholderStatement(Statement):
    """`_;` in a modifier"""


@node
class IfStatement(Statement):
    """`if (condition) if_true else if_false`"""

    condition: Expression
    if_true: Statement
    if_false: Statement | None


@node
class WhileStatement(Statement):
    """`while (condition) body` or `do body while (condition)`"""

    condition: Expression
    body: Statement
    is_do_while: bool


@node
class ForStatement(Statement):
    """`for (initial; condition; step) body`"""

    initial: Statement | None
    condition: Expression | None
    step: Expression | None
    body: Statement


@node
class ContinueStatement(Statement):
    """`continue;`"""


@node
class BreakStatement(Statement):
    """`break;`"""


@node
class ReturnStatement(Statement):
    """`return value;`"""

    value: Expression | None


@node
class EmitStatement(Statement):
    """`emit Event(a, b);`"""

    call: FunctionCall


@node
class RevertStatement(Statement):
    """`revert Error(a, b);`"""

    call: FunctionCall


@node
class TryCatchClause(Node):
    """`catch Error(string memory reason) { ... }`"""

    error_name: str
    """`Error`, `Panic` or empty."""
    parameters: ParameterList | None
    block: Block


@node
class TryStatement(Statement):
    """`try call returns (T v) { ... } catch { ... }`"""

    call: Expression
    returns: ParameterList | None
    block: Block
    clauses: tuple[TryCatchClause, ...]


@node
class VariableDeclarationStatement(Statement):
    """`T a = value;`, `(T a, , U b) = value;`"""

    declarations: tuple[VariableDeclaration | None, ...]
    value: Expression | None
    is_tuple: bool
    """Whether the declarations stand in parentheses."""


@node
class ExpressionStatement(Statement):
    """`expression;`"""

    expression: Expression


@node
class InlineAssembly(Statement):
    """`assembly "evmasm" ("memory-safe") { ... }`"""

    dialect: str | None
    flags: tuple[str, ...]
    documentation: Documentation | None
    """The comment before it, which may mark the block as memory-safe."""
    body: yul.YulBlock
