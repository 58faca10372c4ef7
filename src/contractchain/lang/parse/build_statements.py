"""Builds statements."""

from lark import Token

from contractchain.lang.ast import (
    ArrayTypeName,
    Block,
    BreakStatement,
    ContinueStatement,
    DataLocation,
    ElementaryTypeName,
    ElementaryTypeNameExpression,
    EmitStatement,
    Expression,
    ExpressionStatement,
    ForStatement,
    FunctionCall,
    Identifier,
    IdentifierPath,
    IfStatement,
    InlineAssembly,
    MemberAccess,
    ParameterList,
    PlaceholderStatement,
    ReturnStatement,
    RevertStatement,
    Statement,
    TryCatchClause,
    TryStatement,
    TypeName,
    VariableDeclaration,
    VariableDeclarationStatement,
    WhileStatement,
)
from contractchain.lang.ast.yul import YulBlock, YulStatement
from contractchain.lang.parse.build_yul import YulBuilder
from contractchain.lang.parse.building import (
    Child,
    Piece,
    PieceKind,
    find_name,
    find_node,
    find_piece,
    has_token,
    nodes_of,
    tokens_of,
)
from contractchain.lang.parse.literals import decode_string
from contractchain.lang.source import Span


class StatementBuilder(YulBuilder):
    """Rules under "statements" in the grammar."""

    def block(self, children: list[Child]) -> Statement:
        return Block(
            span=self.span_of(children),
            node_id=self.new_id(),
            statements=tuple(nodes_of(children, Statement)),
            is_unchecked=False,
        )

    def unchecked(self, children: list[Child]) -> Statement:
        inner = children[1]
        assert isinstance(inner, Block)
        return Block(
            span=self.span_of(children),
            node_id=self.new_id(),
            statements=inner.statements,
            is_unchecked=True,
        )

    def simple_stmt(self, children: list[Child]) -> Statement:
        return self._make_simple(children)

    def _make_simple(self, children: list[Child]) -> Statement:
        """Build the statement that `children`, an expression or declaration and `;`, are."""
        content = children[0]
        span = self.span_of(children)
        if isinstance(content, Statement):
            return content
        if isinstance(content, Piece) and content.kind is PieceKind.DECLARATION_ASSIGNMENT:
            return self._tuple_declaration(content)
        if isinstance(content, Identifier) and content.name == "_":
            return PlaceholderStatement(span=span, node_id=self.new_id())
        expression = self.expression(content)
        if isinstance(expression, ElementaryTypeNameExpression):
            written = expression.type_name
            if isinstance(written, ElementaryTypeName) and written.is_payable:
                self.report(2314, "the name of the variable is missing", expression.span)
        return ExpressionStatement(span=span, node_id=self.new_id(), expression=expression)

    # declarations

    def vardecl(self, children: list[Child]) -> Statement:
        equals = next(
            (
                index
                for index, item in enumerate(children)
                if isinstance(item, Token) and item.type == "EQUAL"
            ),
            len(children),
        )
        declaration = self._local(children[:equals])
        value = self.find_expression(children[equals:])
        return VariableDeclarationStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            declarations=(declaration,),
            value=value,
            is_tuple=False,
        )

    def _local(self, children: list[Child]) -> VariableDeclaration:
        written = children[0]
        if isinstance(written, Piece) and written.kind is PieceKind.LOCAL_TYPE:
            type_name = self._local_type(written.value)
        else:
            type_name = self.to_type(self.expression(written))
        location = tokens_of(children, "LOCATION")
        return self.make_variable(
            children,
            type_name=type_name,
            location=DataLocation(str(location[0])) if location else None,
        )

    def _local_type(self, children: list[Child]) -> TypeName:
        out = children[0]
        assert isinstance(out, TypeName)
        length: Expression | None = None
        for item in children[1:]:
            if isinstance(item, Expression):
                length = item
            elif isinstance(item, Token) and item.type == "RSQB":
                span = Span(out.span.start, (item.end_pos or 0) - out.span.start, self.file)
                out = ArrayTypeName(span=span, node_id=self.new_id(), base=out, length=length)
                length = None
        return out

    def _tuple_declaration(self, piece: Piece) -> Statement:
        children, value = piece.value
        declarations: list[VariableDeclaration | None] = [None]
        if isinstance(children, list):
            for item in children[1:-1]:
                if isinstance(item, Token):
                    declarations.append(None)
                elif isinstance(item, Piece) and item.kind is PieceKind.TUPLE_DECLARATION:
                    declarations[-1] = self._local(item.value)
                else:
                    self.report(
                        2314,
                        "a tuple holds either declarations or expressions, not both",
                        item.span,
                    )
        return VariableDeclarationStatement(
            span=piece.span,
            node_id=self.new_id(),
            declarations=tuple(declarations),
            value=value,
            is_tuple=True,
        )

    # control flow

    def _statements(self, children: list[Child]) -> list[Statement]:
        found = nodes_of(children, Statement)
        for item in found:
            if isinstance(item, VariableDeclarationStatement):
                self.report(9079, "a variable can only be declared in a block", item.span)
            elif isinstance(item, Block) and item.is_unchecked:
                self.report(5296, "`unchecked` can only stand inside a block", item.span)
        return found

    def if_(self, children: list[Child]) -> Statement:
        branches = self._statements(children)
        return IfStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            condition=self.expression(children[2]),
            if_true=branches[0],
            if_false=branches[1] if len(branches) > 1 else None,
        )

    def while_(self, children: list[Child]) -> Statement:
        return WhileStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            condition=self.expression(children[2]),
            body=self._statements(children)[0],
            is_do_while=False,
        )

    def dowhile(self, children: list[Child]) -> Statement:
        return WhileStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            condition=self.expression(children[4]),
            body=self._statements(children)[0],
            is_do_while=True,
        )

    def for_init(self, children: list[Child]) -> Piece:
        value = self._make_simple(children) if len(children) > 1 else None
        return Piece(PieceKind.FOR_PART, self.span_of(children), value)

    def for_condition(self, children: list[Child]) -> Piece:
        value = self.find_expression(children)
        return Piece(PieceKind.FOR_PART, self.span_of(children), value)

    def for_(self, children: list[Child]) -> Statement:
        initial, condition = children[2], children[3]
        assert isinstance(initial, Piece)
        assert isinstance(condition, Piece)
        step = None if isinstance(children[4], Token) else self.expression(children[4])
        return ForStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            initial=initial.value,
            condition=condition.value,
            step=step,
            body=self._statements(children)[0],
        )

    def continue_(self, children: list[Child]) -> Statement:
        return ContinueStatement(span=self.span_of(children), node_id=self.new_id())

    def break_(self, children: list[Child]) -> Statement:
        return BreakStatement(span=self.span_of(children), node_id=self.new_id())

    def return_(self, children: list[Child]) -> Statement:
        return ReturnStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            value=self.find_expression(children),
        )

    def emit_(self, children: list[Child]) -> Statement:
        call = self._path_call(children)
        return EmitStatement(span=self.span_of(children), node_id=self.new_id(), call=call)

    def revert_(self, children: list[Child]) -> Statement:
        call = self._path_call(children)
        return RevertStatement(span=self.span_of(children), node_id=self.new_id(), call=call)

    def _path_call(self, children: list[Child]) -> FunctionCall:
        path, arguments = children[1], children[2]
        assert isinstance(path, IdentifierPath)
        assert isinstance(arguments, Piece)
        callee: Expression = Identifier(
            span=path.name_spans[0], node_id=self.new_id(), name=path.names[0]
        )
        for name, span in zip(path.names[1:], path.name_spans[1:], strict=True):
            callee = MemberAccess(
                span=callee.span.to(span),
                node_id=self.new_id(),
                object=callee,
                member=name,
                member_span=span,
            )
        return self.make_call(callee, arguments)

    # try

    def try_(self, children: list[Child]) -> Statement:
        returns = find_piece(children, PieceKind.RETURNS)
        block = find_node(children, Block)
        assert block is not None
        return TryStatement(
            span=self.span_of(children),
            node_id=self.new_id(),
            call=self.expression(children[1]),
            returns=None if returns is None else returns.value,
            block=block,
            clauses=tuple(nodes_of(children, TryCatchClause)),
        )

    def catch_(self, children: list[Child]) -> TryCatchClause:
        name = find_name(children)
        block = find_node(children, Block)
        assert block is not None
        return TryCatchClause(
            span=self.span_of(children),
            node_id=self.new_id(),
            error_name=str(name or ""),
            parameters=find_node(children, ParameterList),
            block=block,
        )

    # assembly

    def assembly(self, children: list[Child]) -> Statement:
        opening = next(
            index
            for index, item in enumerate(children)
            if isinstance(item, Token) and item.type == "LBRACE"
        )
        header, inside = children[:opening], children[opening:]
        strings = tokens_of(header, "STRING")
        flags = strings
        dialect: str | None = None
        if strings and not has_token(header, "LPAR"):
            flags = []
        elif strings and isinstance(header[1], Token) and header[1].type == "STRING":
            flags = strings[1:]
        if len(flags) < len(strings):
            dialect = decode_string(strings[0].value)[0].decode("utf-8", "replace")
            if dialect != "evmasm":
                self.report(
                    4531, "the only assembly dialect is `evmasm`", self.token_span(strings[0])
                )
        body = YulBlock(
            span=self.span_of(inside),
            node_id=self.new_id(),
            statements=tuple(nodes_of(inside, YulStatement)),
        )
        span = self.span_of(children)
        return InlineAssembly(
            span=span,
            node_id=self.new_id(),
            dialect=dialect,
            flags=tuple(decode_string(item.value)[0].decode("utf-8", "replace") for item in flags),
            documentation=self.find_documentation(span.start),
            body=body,
        )
