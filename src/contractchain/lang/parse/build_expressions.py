"""Builds expressions; operator precedence is applied here."""

from lark import Token

from contractchain.lang.ast import (
    Assignment,
    BinaryOperation,
    BinaryOperator,
    Conditional,
    ElementaryTypeName,
    ElementaryTypeNameExpression,
    Expression,
    FunctionCall,
    FunctionCallOptions,
    Identifier,
    IndexAccess,
    IndexRangeAccess,
    MemberAccess,
    NewExpression,
    TupleExpression,
    TypeName,
    UnaryOperation,
    UnaryOperator,
)
from contractchain.lang.parse.build_literals import LiteralBuilder
from contractchain.lang.parse.building import (
    Child,
    Piece,
    PieceKind,
    has_token,
    nodes_of,
)

_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("|",),
    ("^",),
    ("&",),
    ("<<", ">>", ">>>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("**",),
)
_PRECEDENCE = {token: level for level, tokens in enumerate(_LEVELS) for token in tokens}
_OPERATORS = {operator.value: operator for operator in BinaryOperator}
_UNARY = {operator.value: operator for operator in UnaryOperator}


class ExpressionBuilder(LiteralBuilder):
    """Rules under "expressions" in the grammar."""

    # operators

    def chain(self, children: list[Child]) -> Expression:
        """Build a tree out of `a op b op c ...` by shunting operators by precedence."""
        operands: list[Expression] = [self.expression(children[0])]
        operators: list[Token] = []
        for index in range(1, len(children), 2):
            operator = children[index]
            assert isinstance(operator, Token)
            level = _PRECEDENCE[operator.value]
            while operators:
                top = _PRECEDENCE[operators[-1].value]
                if top < level or (top == level and operator.value == "**"):
                    break
                self._reduce(operands, operators)
            operators.append(operator)
            operands.append(self.expression(children[index + 1]))
        while operators:
            self._reduce(operands, operators)
        return operands[0]

    def _reduce(self, operands: list[Expression], operators: list[Token]) -> None:
        operator = operators.pop()
        right, left = operands.pop(), operands.pop()
        operands.append(
            BinaryOperation(
                span=left.span.to(right.span),
                node_id=self.new_id(),
                operator=_OPERATORS[operator.value],
                left=left,
                right=right,
            )
        )

    def expression(self, child: Child) -> Expression:
        """Return `child` as an expression; a lone declaration in a tuple is reported."""
        if isinstance(child, Expression):
            return child
        assert isinstance(child, Piece)
        self.report(9079, "a variable cannot be declared here", child.span)
        return Identifier(span=child.span, node_id=self.new_id(), name="_")

    def find_expression(self, children: list[Child]) -> Expression | None:
        """Return the first expression among `children`."""
        for item in children:
            if not isinstance(item, Token):
                return self.expression(item)
        return None

    def assign(self, children: list[Child]) -> Expression | Piece:
        operator, target = children[1], children[0]
        assert isinstance(operator, Token)
        if isinstance(target, Piece) and operator.value == "=":
            value = (target.value, self.expression(children[2]))
            return Piece(PieceKind.DECLARATION_ASSIGNMENT, self.span_of(children), value)
        return Assignment(
            span=self.span_of(children),
            node_id=self.new_id(),
            operator=None if operator.value == "=" else _OPERATORS[operator.value[:-1]],
            target=self.expression(children[0]),
            value=self.expression(children[2]),
        )

    def conditional(self, children: list[Child]) -> Expression:
        return Conditional(
            span=self.span_of(children),
            node_id=self.new_id(),
            condition=self.expression(children[0]),
            if_true=self.expression(children[2]),
            if_false=self.expression(children[4]),
        )

    def prefix(self, children: list[Child]) -> Expression:
        return self._unary(children, children[0], children[1], is_prefix=True)

    def postfix_op(self, children: list[Child]) -> Expression:
        return self._unary(children, children[1], children[0], is_prefix=False)

    def _unary(
        self, children: list[Child], operator: Child, operand: Child, *, is_prefix: bool
    ) -> Expression:
        assert isinstance(operator, Token)
        return UnaryOperation(
            span=self.span_of(children),
            node_id=self.new_id(),
            operator=_UNARY[operator.value],
            operand=self.expression(operand),
            is_prefix=is_prefix,
        )

    # postfix

    def member(self, children: list[Child]) -> Expression:
        name = children[2]
        assert isinstance(name, Token)
        return MemberAccess(
            span=self.span_of(children),
            node_id=self.new_id(),
            object=self.expression(children[0]),
            member=str(name),
            member_span=self.token_span(name),
        )

    def index(self, children: list[Child]) -> Expression:
        return IndexAccess(
            span=self.span_of(children),
            node_id=self.new_id(),
            base=self.expression(children[0]),
            index=self.find_expression(children[1:]),
        )

    def slice(self, children: list[Child]) -> Expression:
        colon = next(
            index
            for index, item in enumerate(children)
            if isinstance(item, Token) and item.type == "COLON"
        )
        return IndexRangeAccess(
            span=self.span_of(children),
            node_id=self.new_id(),
            base=self.expression(children[0]),
            start=self.find_expression(children[1:colon]),
            stop=self.find_expression(children[colon:]),
        )

    def call(self, children: list[Child]) -> Expression:
        arguments = children[1]
        assert isinstance(arguments, Piece)
        return self.make_call(self.expression(children[0]), arguments)

    def make_call(self, callee: Expression, arguments: Piece) -> FunctionCall:
        """Build the call of `callee` with `arguments`."""
        values, names, spans = arguments.value
        return FunctionCall(
            span=callee.span.to(arguments.span),
            node_id=self.new_id(),
            callee=callee,
            arguments=values,
            names=names,
            name_spans=spans,
        )

    def args(self, children: list[Child]) -> Piece:
        span = self.span_of(children)
        inner = children[1]
        if isinstance(inner, Piece) and inner.kind is PieceKind.NAMED:
            return Piece(PieceKind.ARGUMENTS, span, inner.value)
        if has_token(children, "LBRACE"):
            return Piece(PieceKind.ARGUMENTS, span, ((), (), ()))
        values = tuple(self.expression(item) for item in children if not isinstance(item, Token))
        return Piece(PieceKind.ARGUMENTS, span, (values, None, ()))

    def named_arg(self, children: list[Child]) -> Piece:
        value = self.expression(children[2])
        return Piece(PieceKind.NAMED_ARGUMENT, self.span_of(children), (children[0], value))

    def named(self, children: list[Child]) -> Piece:
        last = children[-2]
        if isinstance(last, Token):
            self.report(2074, "trailing comma after the last argument", self.token_span(last))
        pairs = [item.value for item in children if isinstance(item, Piece)]
        value = (
            tuple(value for _, value in pairs),
            tuple(str(name) for name, _ in pairs),
            tuple(self.token_span(name) for name, _ in pairs),
        )
        return Piece(PieceKind.NAMED, self.span_of(children), value)

    def options(self, children: list[Child]) -> Expression:
        named = children[1]
        assert isinstance(named, Piece)
        values, names, _ = named.value
        return FunctionCallOptions(
            span=self.span_of(children),
            node_id=self.new_id(),
            callee=self.expression(children[0]),
            names=names,
            options=values,
        )

    # primary

    def name(self, children: list[Child]) -> Expression:
        token = children[0]
        assert isinstance(token, Token)
        return Identifier(span=self.token_span(token), node_id=self.new_id(), name=str(token))

    def type_keyword(self, children: list[Child]) -> Expression:
        return self.name(children)

    def elementary_expr(self, children: list[Child]) -> Expression:
        type_name = self.elementary_type(children)
        return ElementaryTypeNameExpression(
            span=type_name.span, node_id=self.new_id(), type_name=type_name
        )

    def payable(self, children: list[Child]) -> Expression:
        span = self.span_of(children)
        type_name = ElementaryTypeName(
            span=span, node_id=self.new_id(), name="address", is_payable=True
        )
        return ElementaryTypeNameExpression(span=span, node_id=self.new_id(), type_name=type_name)

    def new(self, children: list[Child]) -> Expression:
        return NewExpression(
            span=self.span_of(children),
            node_id=self.new_id(),
            type_name=nodes_of(children, TypeName)[0],
        )

    def tuple(self, children: list[Child]) -> Expression | Piece:
        if any(isinstance(item, Piece) for item in children):
            return Piece(PieceKind.DECLARATION_TUPLE, self.span_of(children), children)
        return self._plain_tuple(children)

    def _plain_tuple(self, children: list[Child]) -> Expression:
        components: list[Expression | None] = [None]
        for item in children[1:-1]:
            if isinstance(item, Token):
                components.append(None)
            else:
                components[-1] = self.expression(item)
        return TupleExpression(
            span=self.span_of(children),
            node_id=self.new_id(),
            components=() if components == [None] else tuple(components),
            is_inline_array=False,
        )

    def inline_array(self, children: list[Child]) -> Expression:
        return TupleExpression(
            span=self.span_of(children),
            node_id=self.new_id(),
            components=tuple(
                self.expression(item) for item in children if not isinstance(item, Token)
            ),
            is_inline_array=True,
        )

    def tuple_decl(self, children: list[Child]) -> Piece:
        return Piece(PieceKind.TUPLE_DECLARATION, self.span_of(children), children)

    def typed_local(self, children: list[Child]) -> Piece:
        return Piece(PieceKind.LOCAL_TYPE, self.span_of(children), children)
