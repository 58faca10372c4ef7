"""Builds functions, modifiers and state variables."""

from lark import Token

from contractchain.lang.ast import (
    Block,
    DataLocation,
    Expression,
    FunctionDefinition,
    FunctionTypeName,
    IdentifierPath,
    ModifierDefinition,
    ModifierInvocation,
    Node,
    ParameterList,
    TypeName,
    VariableMutability,
)
from contractchain.lang.ast.kinds import FunctionKind
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.parse.build_statements import StatementBuilder
from contractchain.lang.parse.building import (
    Child,
    PieceKind,
    find_name,
    find_node,
    find_piece,
    nodes_of,
    tokens_of,
)


class FunctionBuilder(StatementBuilder):
    """Rules under "functions" in the grammar, and state variables."""

    def invocation(self, children: list[Child]) -> Node:
        path, arguments = self.invocation_parts(children)
        return ModifierInvocation(
            span=self.span_of(children), node_id=self.new_id(), path=path, arguments=arguments
        )

    def invocation_parts(
        self, children: list[Child]
    ) -> tuple[IdentifierPath, tuple[Expression, ...] | None]:
        path = children[0]
        assert isinstance(path, IdentifierPath)
        piece = find_piece(children, PieceKind.ARGUMENTS)
        if piece is None:
            return path, None
        values, names, _ = piece.value
        if names is not None:
            self.report(2314, "arguments are given by position here", piece.span)
        return path, values

    # functions

    def function(self, children: list[Child]) -> Node:
        return self._function(children, FunctionKind.FUNCTION, find_name(children))

    def constructor(self, children: list[Child]) -> Node:
        return self._function(children, FunctionKind.CONSTRUCTOR, None)

    def fallback(self, children: list[Child]) -> Node:
        word = children[0]
        assert isinstance(word, Token)
        return self._function(children, FunctionKind(word.value), None)

    def _function(
        self, children: list[Child], kind: FunctionKind, name: Token | None
    ) -> FunctionDefinition:
        parameters = find_node(children, ParameterList)
        assert parameters is not None
        returns = find_piece(children, PieceKind.RETURNS)
        span = self.span_of(children)
        first = children[0]
        keyword = self.token_span(first) if isinstance(first, Token) else span
        if name is not None and str(name) in ("fallback", "receive"):
            self.report(
                3445,
                f"this function is only called `{name}`; it is not the {name} function",
                self.token_span(name),
                kind=DiagnosticKind.WARNING,
                hint="leave out `function` to define that one",
            )
        return FunctionDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name or ""),
            name_span=keyword if name is None else self.token_span(name),
            kind=kind,
            parameters=parameters,
            returns=None if returns is None else returns.value,
            visibility=self.take_visibility(children),
            mutability=self.take_mutability(children),
            is_virtual=self.take_virtual(children),
            override=self.take_override(children),
            modifiers=tuple(nodes_of(children, ModifierInvocation)),
            body=find_node(children, Block),
            documentation=self.find_documentation(span.start),
        )

    def modifier(self, children: list[Child]) -> Node:
        name = find_name(children)
        assert name is not None
        span = self.span_of(children)
        return ModifierDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            parameters=find_node(children, ParameterList),
            is_virtual=self.take_virtual(children),
            override=self.take_override(children),
            body=find_node(children, Block),
            documentation=self.find_documentation(span.start),
        )

    def error_variable(self, children: list[Child]) -> Node:
        """Build a state variable whose type happens to be called `error`."""
        word = children[0]
        assert isinstance(word, Token)
        type_name = self.to_type(self.name([word]))
        return self.make_variable(
            children,
            type_name=type_name,
            value=find_node(children[1:], Expression),
            is_state_variable=True,
            is_documented=True,
        )

    def state_var(self, children: list[Child]) -> Node:
        attributes = tokens_of(children, "STATEATTR")
        for extra in attributes[1:]:
            self.report(3109, f"the variable is `{attributes[0]}` already", self.token_span(extra))
        for token in tokens_of(children, "VISIBILITY"):
            if token == "external":
                self.report(2314, "a variable cannot be external", self.token_span(token))
        transient = tokens_of(children, "TRANSIENT")
        for extra in transient[1:]:
            self.report(3548, "a data location is given already", self.token_span(extra))
        type_name = find_node(children, TypeName)
        if isinstance(type_name, FunctionTypeName) and not find_name(children):
            self.report(2915, "expected the name of a state variable", type_name.span)
        return self.make_variable(
            children,
            location=DataLocation.TRANSIENT if transient else None,
            value=find_node(children, Expression),
            visibility=self.take_visibility(children),
            mutability=(
                VariableMutability(str(attributes[0])) if attributes else VariableMutability.MUTABLE
            ),
            is_state_variable=True,
            is_documented=True,
        )
