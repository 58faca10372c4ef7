"""Inline assembly: Yul."""

from enum import Enum

from contractchain.lang.ast.node import Node, node


class YulLiteralKind(Enum):
    """What a Yul literal is written as."""

    NUMBER = "number"
    BOOL = "bool"
    STRING = "string"


@node
class YulExpression(Node):
    """Something with values."""


@node
class YulStatement(Node):
    """Something that is executed."""


@node
class YulIdentifier(YulExpression):
    """`name`, which may be `x.slot` for a Solidity variable `x`"""

    name: str


@node
class YulLiteral(YulExpression):
    """`1`, `0xff`, `"text"`, `true`"""

    kind: YulLiteralKind
    value: int
    """The word: strings are left-aligned in 32 bytes."""
    text: bytes
    """Content of a string; empty otherwise."""


@node
class YulCall(YulExpression):
    """`name(a, b)`: an opcode or a function"""

    name: YulIdentifier
    arguments: tuple[YulExpression, ...]


@node
class YulBlock(YulStatement):
    """`{ ... }`"""

    statements: tuple[YulStatement, ...]


@node
class YulVariableDeclaration(YulStatement):
    """`let a, b := value`"""

    variables: tuple[YulIdentifier, ...]
    value: YulExpression | None


@node
class YulAssignment(YulStatement):
    """`a, b := value`"""

    targets: tuple[YulIdentifier, ...]
    value: YulExpression


@node
class YulExpressionStatement(YulStatement):
    """A call for its effect"""

    expression: YulExpression


@node
class YulIf(YulStatement):
    """`if condition { ... }`"""

    condition: YulExpression
    body: YulBlock


@node
class YulCase(Node):
    """`case literal { ... }`"""

    literal: YulLiteral
    body: YulBlock


@node
class YulSwitch(YulStatement):
    """`switch value case ... default ...`"""

    value: YulExpression
    cases: tuple[YulCase, ...]
    default: YulBlock | None


@node
class YulFor(YulStatement):
    """`for { initial } condition { step } { body }`"""

    initial: YulBlock
    condition: YulExpression
    step: YulBlock
    body: YulBlock


@node
class YulFunctionDefinition(YulStatement):
    """`function name(a) -> b { ... }`"""

    name: str
    parameters: tuple[YulIdentifier, ...]
    returns: tuple[YulIdentifier, ...]
    body: YulBlock


@node
class YulBreak(YulStatement):
    """`break`"""


@node
class YulContinue(YulStatement):
    """`continue`"""


@node
class YulLeave(YulStatement):
    """`leave`"""
