"""Expressions."""

from contractchain.lang.ast.kinds import BinaryOperator, LiteralKind, UnaryOperator
from contractchain.lang.ast.node import Expression, TypeName, node
from contractchain.lang.source import Span


@node
class Identifier(Expression):
    """`name`"""

    name: str


@node
class Literal(Expression):
    """`1 ether`, `0xff`, `true`, `"text" "more"`, `hex"00ff"`"""

    kind: LiteralKind
    text: str
    """Source text of a number (without its unit) or of `true` and `false`; empty for strings."""
    unit: str | None
    """`wei`, `gwei`, `ether`, `seconds` ... after a number."""
    value: bytes
    """Content of a string, all adjacent parts joined; empty for numbers and booleans."""


@node
class ElementaryTypeNameExpression(Expression):
    """`uint256`, `payable` or a whole type such as `mapping(...)` where a value may stand."""

    type_name: TypeName


@node
class TupleExpression(Expression):
    """`(a, , b)`, `(a)` or the inline array `[a, b]`"""

    components: tuple[Expression | None, ...]
    is_inline_array: bool


@node
class UnaryOperation(Expression):
    """`-a`, `!a`, `a++`, `delete a`"""

    operator: UnaryOperator
    operand: Expression
    is_prefix: bool


@node
class BinaryOperation(Expression):
    """`a + b`; chains of equal precedence lean left, except `**`, which leans right."""

    operator: BinaryOperator
    left: Expression
    right: Expression


@node
class Conditional(Expression):
    """`condition ? if_true : if_false`"""

    condition: Expression
    if_true: Expression
    if_false: Expression


@node
class Assignment(Expression):
    """`target = value`, `target += value`"""

    operator: BinaryOperator | None
    """Operator of a compound assignment; `None` for `=`."""
    target: Expression
    value: Expression


@node
class FunctionCall(Expression):
    """`callee(a, b)` or `callee({x: a, y: b})`; also conversions and struct constructors"""

    callee: Expression
    arguments: tuple[Expression, ...]
    """As written; the annotation of the call has them in the order of the parameters."""
    names: tuple[str, ...] | None
    """Names of the arguments in a call with named arguments."""
    name_spans: tuple[Span, ...]
    """Where these names are written."""


@node
class FunctionCallOptions(Expression):
    """`callee{value: v, gas: g, salt: s}`"""

    callee: Expression
    names: tuple[str, ...]
    options: tuple[Expression, ...]


@node
class NewExpression(Expression):
    """`new T`, to be called"""

    type_name: TypeName


@node
class MemberAccess(Expression):
    """`object.member`"""

    object: Expression
    member: str
    member_span: Span


@node
class IndexAccess(Expression):
    """`base[index]`; without an index it is an array type"""

    base: Expression
    index: Expression | None


@node
class IndexRangeAccess(Expression):
    """`base[start:stop]`"""

    base: Expression
    start: Expression | None
    stop: Expression | None
