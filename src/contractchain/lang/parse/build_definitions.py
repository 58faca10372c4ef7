"""Builds structs, enums, value types, events and errors."""

from lark import Token

from contractchain.lang.ast import (
    EnumDefinition,
    EnumValue,
    ErrorDefinition,
    EventDefinition,
    Node,
    ParameterList,
    StructDefinition,
    TypeName,
    UserDefinedValueTypeDefinition,
    VariableDeclaration,
)
from contractchain.lang.ast.type_names import ElementaryTypeName
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.parse.build_functions import FunctionBuilder
from contractchain.lang.parse.building import (
    NAME,
    Child,
    find_name,
    find_node,
    has_token,
    nodes_of,
    tokens_of,
)
from contractchain.lang.source import Span


class DefinitionBuilder(FunctionBuilder):
    """Rules for what stands in contracts as well as at file level."""

    def struct(self, children: list[Child]) -> Node:
        name = find_name(children)
        assert name is not None
        span = self.span_of(children)
        members = nodes_of(children, VariableDeclaration)
        is_whole = not any(span.start <= i.span.start < span.end for i in self.diagnostics)
        if not members and is_whole:
            self.report(5306, "a struct needs a member", span, kind=DiagnosticKind.SYNTAX_ERROR)
        return StructDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            members=tuple(members),
            documentation=self.find_documentation(span.start),
        )

    def member_decl(self, children: list[Child]) -> Node:
        return self.make_variable(children)

    def enum(self, children: list[Child]) -> Node:
        name, *values = tokens_of(children, NAME)
        span = self.span_of(children)
        if not values:
            self.report(3147, "an enum needs a value", span)
        return EnumDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            values=tuple(
                EnumValue(
                    span=self.token_span(value),
                    node_id=self.new_id(),
                    name=str(value),
                    name_span=self.token_span(value),
                )
                for value in values
            ),
            documentation=self.find_documentation(span.start),
        )

    def udvt(self, children: list[Child]) -> Node:
        name = find_name(children)
        underlying = find_node(children, TypeName)
        assert name is not None
        assert underlying is not None
        span = self.span_of(children)
        if not isinstance(underlying, ElementaryTypeName):
            self.report(
                8657,
                "a user-defined value type is based on an elementary type",
                underlying.span,
                kind=DiagnosticKind.TYPE_ERROR,
            )
            underlying = ElementaryTypeName(
                span=underlying.span, node_id=self.new_id(), name="uint256", is_payable=False
            )
        return UserDefinedValueTypeDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            underlying=underlying,
            documentation=self.find_documentation(span.start),
        )

    def error_def(self, children: list[Child]) -> Node:
        name, parameters, span = self._event_parts(children)
        for item in parameters.parameters:
            if item.is_indexed:
                self.report(2314, "only parameters of events are indexed", item.span)
        return ErrorDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            parameters=parameters,
            documentation=self.find_documentation(span.start),
        )

    def event(self, children: list[Child]) -> Node:
        name, parameters, span = self._event_parts(children)
        return EventDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            parameters=parameters,
            is_anonymous=has_token(children, "ANONYMOUS"),
            documentation=self.find_documentation(span.start),
        )

    def _event_parts(self, children: list[Child]) -> tuple[Token, ParameterList, Span]:
        name = find_name(children)
        parameters = find_node(children, ParameterList)
        assert name is not None
        assert parameters is not None
        for item in parameters.parameters:
            if item.location is not None:
                self.report(2314, "this parameter takes no data location", item.span)
        return name, parameters, self.span_of(children)
