"""Builds numbers, booleans and strings."""

from lark import Token

from contractchain.lang.ast import (
    Expression,
    Literal,
    LiteralKind,
)
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.parse.build_types import TypeBuilder
from contractchain.lang.parse.building import (
    Child,
    tokens_of,
)
from contractchain.lang.parse.literals import (
    LiteralFault,
    decode_hex_string,
    decode_string,
    find_number_fault,
)
from contractchain.lang.source import Span


class LiteralBuilder(TypeBuilder):
    """Rules under "literals" in the grammar."""

    def number(self, children: list[Child]) -> Expression:
        token = children[0]
        assert isinstance(token, Token)
        unit = children[1] if len(children) > 1 else None
        text = str(token)
        fault = find_number_fault(text)
        if fault is not None:
            self._report_literal(fault, token)
        if isinstance(unit, Token):
            span = self.span_of(children)
            if text.startswith("0x"):
                self.report(
                    5145,
                    "a hexadecimal number cannot have a unit",
                    span,
                    kind=DiagnosticKind.TYPE_ERROR,
                    hint=f"write `{text} * 1 {unit}`",
                )
            elif unit == "years":
                self.report(
                    4820,
                    "`years` is no unit: not all years are equally long",
                    span,
                    kind=DiagnosticKind.TYPE_ERROR,
                    hint="write `365 days`",
                )
        return Literal(
            span=self.span_of(children),
            node_id=self.new_id(),
            kind=LiteralKind.NUMBER,
            text=text,
            unit=None if unit is None else str(unit),
            value=b"",
        )

    def boolean(self, children: list[Child]) -> Expression:
        return Literal(
            span=self.span_of(children),
            node_id=self.new_id(),
            kind=LiteralKind.BOOL,
            text=str(children[0]),
            unit=None,
            value=b"",
        )

    def string(self, children: list[Child]) -> Expression:
        value = bytearray()
        kinds: set[LiteralKind] = set()
        for token in (*tokens_of(children, "STRING"), *tokens_of(children, "HEXSTR")):
            kinds.add(self._string_kind(token))
        for part in children:
            assert isinstance(part, Token)
            value += self._string_part(part)
        if len(kinds) > 1:
            self.report(2314, "strings of different kinds cannot be joined", self.span_of(children))
        return Literal(
            span=self.span_of(children),
            node_id=self.new_id(),
            kind=next(iter(kinds)),
            text="",
            unit=None,
            value=bytes(value),
        )

    def _string_kind(self, token: Token) -> LiteralKind:
        if token.type == "HEXSTR":
            return LiteralKind.HEX_STRING
        is_unicode = token.startswith("unicode")
        return LiteralKind.UNICODE_STRING if is_unicode else LiteralKind.STRING

    def _string_part(self, token: Token) -> bytes:
        if token.type == "HEXSTR":
            content, fault = decode_hex_string(token.value)
            if fault is not None:
                self._report_literal(fault, token)
            return content
        content, _, faults = decode_string(token.value)
        for item in faults:
            self._report_literal(item, token)
        return content

    def _report_literal(self, fault: LiteralFault, token: Token) -> None:
        start = (token.start_pos or 0) + fault.offset
        is_number = token.type in ("NUMBER", "HEXNUMBER") and fault.code != 8936
        self.report(
            fault.code,
            fault.message,
            Span(start, fault.length, self.file),
            kind=DiagnosticKind.SYNTAX_ERROR if is_number else DiagnosticKind.PARSER_ERROR,
        )
