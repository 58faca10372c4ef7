"""Builds the Yul of inline assembly."""

from lark import Token

from contractchain.lang.ast import yul
from contractchain.lang.parse.build_expressions import ExpressionBuilder
from contractchain.lang.parse.building import Child, find_node, nodes_of
from contractchain.lang.parse.literals import decode_hex_string, decode_string

_WORD_BYTES = 32


class YulBuilder(ExpressionBuilder):
    """Rules under "inline assembly" in the grammar."""

    def yblock(self, children: list[Child]) -> yul.YulBlock:
        return yul.YulBlock(
            span=self.span_of(children),
            node_id=self.new_id(),
            statements=tuple(nodes_of(children, yul.YulStatement)),
        )

    def ylet(self, children: list[Child]) -> yul.YulStatement:
        names, value = self._names_and_value(children)
        return yul.YulVariableDeclaration(
            span=self.span_of(children), node_id=self.new_id(), variables=names, value=value
        )

    def yassign(self, children: list[Child]) -> yul.YulStatement:
        names, value = self._names_and_value(children)
        assert value is not None
        return yul.YulAssignment(
            span=self.span_of(children), node_id=self.new_id(), targets=names, value=value
        )

    def _names_and_value(
        self, children: list[Child]
    ) -> tuple[tuple[yul.YulIdentifier, ...], yul.YulExpression | None]:
        for index, item in enumerate(children):
            if isinstance(item, Token) and item.value == ":=":
                names = nodes_of(children[:index], yul.YulIdentifier)
                return tuple(names), find_node(children[index:], yul.YulExpression)
        return tuple(nodes_of(children, yul.YulIdentifier)), None

    def ycall_stmt(self, children: list[Child]) -> yul.YulStatement:
        call = children[0]
        assert isinstance(call, yul.YulExpression)
        return yul.YulExpressionStatement(span=call.span, node_id=self.new_id(), expression=call)

    def yif(self, children: list[Child]) -> yul.YulStatement:
        return yul.YulIf(
            span=self.span_of(children),
            node_id=self.new_id(),
            condition=self._expression(children),
            body=nodes_of(children, yul.YulBlock)[0],
        )

    def yfor(self, children: list[Child]) -> yul.YulStatement:
        initial, step, body = nodes_of(children, yul.YulBlock)
        return yul.YulFor(
            span=self.span_of(children),
            node_id=self.new_id(),
            initial=initial,
            condition=self._expression(children),
            step=step,
            body=body,
        )

    def yswitch(self, children: list[Child]) -> yul.YulStatement:
        cases = nodes_of(children, yul.YulCase)
        default = find_node(children, yul.YulBlock)
        if not cases and default is None:
            self.report(4904, "a switch needs a case", self.span_of(children))
        return yul.YulSwitch(
            span=self.span_of(children),
            node_id=self.new_id(),
            value=self._expression(children),
            cases=tuple(cases),
            default=default,
        )

    def ycase(self, children: list[Child]) -> yul.YulCase:
        literal, body = children[1], children[2]
        assert isinstance(literal, yul.YulLiteral)
        assert isinstance(body, yul.YulBlock)
        return yul.YulCase(
            span=self.span_of(children), node_id=self.new_id(), literal=literal, body=body
        )

    def yleave(self, children: list[Child]) -> yul.YulStatement:
        return yul.YulLeave(span=self.span_of(children), node_id=self.new_id())

    def ybreak(self, children: list[Child]) -> yul.YulStatement:
        return yul.YulBreak(span=self.span_of(children), node_id=self.new_id())

    def ycontinue(self, children: list[Child]) -> yul.YulStatement:
        return yul.YulContinue(span=self.span_of(children), node_id=self.new_id())

    def yfunction(self, children: list[Child]) -> yul.YulStatement:
        closing = next(
            index
            for index, item in enumerate(children)
            if isinstance(item, Token) and item.type == "RPAR"
        )
        name, *parameters = nodes_of(children[:closing], yul.YulIdentifier)
        return yul.YulFunctionDefinition(
            span=self.span_of(children),
            node_id=self.new_id(),
            name=name.name,
            parameters=tuple(parameters),
            returns=tuple(nodes_of(children[closing:], yul.YulIdentifier)),
            body=nodes_of(children, yul.YulBlock)[0],
        )

    def ycall(self, children: list[Child]) -> yul.YulExpression:
        name = children[0]
        assert isinstance(name, yul.YulIdentifier)
        return yul.YulCall(
            span=self.span_of(children),
            node_id=self.new_id(),
            name=name,
            arguments=tuple(nodes_of(children[1:], yul.YulExpression)),
        )

    def yname(self, children: list[Child]) -> yul.YulIdentifier:
        token = children[0]
        assert isinstance(token, Token)
        return yul.YulIdentifier(
            span=self.token_span(token), node_id=self.new_id(), name=str(token)
        )

    def yliteral(self, children: list[Child]) -> yul.YulLiteral:
        token = children[0]
        assert isinstance(token, Token)
        kind, value, text = self._yul_value(token)
        return yul.YulLiteral(
            span=self.token_span(token),
            node_id=self.new_id(),
            kind=kind,
            value=value,
            text=text,
        )

    def _yul_value(self, token: Token) -> tuple[yul.YulLiteralKind, int, bytes]:
        if token.type == "YBOOL":
            return yul.YulLiteralKind.BOOL, int(token.value == "true"), b""
        if token.type in ("NUMBER", "HEXNUMBER"):
            return yul.YulLiteralKind.NUMBER, self._yul_number(token), b""
        if token.type == "HEXSTR":
            text, fault = decode_hex_string(token.value)
            faults = [] if fault is None else [fault]
        else:
            text, _, faults = decode_string(token.value)
        for item in faults:
            self.report(item.code, item.message, self.token_span(token))
        word = int.from_bytes(text[:_WORD_BYTES].ljust(_WORD_BYTES, b"\0"), "big")
        return yul.YulLiteralKind.STRING, word, text

    def _yul_number(self, token: Token) -> int:
        text = token.value
        try:
            value = int(text, 16 if text.startswith("0x") else 10)
        except ValueError:
            value = 0
        if "_" in text or not (text.isdigit() or text.startswith("0x")):
            self.report(
                2090, f"`{text}` is not a number of inline assembly", self.token_span(token)
            )
        elif value >> 256:
            self.report(6708, "the number does not fit in 256 bits", self.token_span(token))
        elif len(text) > 1 and text[0] == "0" and text[1].isdigit():
            self.report(8936, "octal numbers are not allowed", self.token_span(token))
        return value

    def _expression(self, children: list[Child]) -> yul.YulExpression:
        found = find_node(children, yul.YulExpression)
        assert found is not None
        return found
