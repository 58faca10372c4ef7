"""Builds declarations, contracts and the source unit."""

import re

from lark import Token

from contractchain.lang.ast import (
    Block,
    ContractDefinition,
    ContractKind,
    DataLocation,
    EnumDefinition,
    EnumValue,
    ErrorDefinition,
    EventDefinition,
    Expression,
    FunctionDefinition,
    FunctionTypeName,
    IdentifierPath,
    ImportAlias,
    ImportDirective,
    InheritanceSpecifier,
    ModifierDefinition,
    ModifierInvocation,
    Node,
    ParameterList,
    PragmaDirective,
    SourceUnit,
    StructDefinition,
    TypeName,
    UserDefinedValueTypeDefinition,
    UsingDirective,
    UsingItem,
    VariableDeclaration,
    VariableMutability,
)
from contractchain.lang.ast.kinds import FunctionKind
from contractchain.lang.ast.type_names import ElementaryTypeName
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.parse.build_statements import StatementBuilder
from contractchain.lang.parse.building import (
    NAME,
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
from contractchain.lang.parse.literals import decode_string, is_direction_balanced
from contractchain.lang.source import Span

_LICENSE = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n\r*]*)")
_LICENSE_TEXT = re.compile(r"[A-Za-z0-9.+\-() ]+$")


class AstBuilder(StatementBuilder):
    """All callbacks of the grammar; `start` returns the source unit."""

    def start(self, children: list[Child]) -> SourceUnit:
        parts = tuple(item for item in children if isinstance(item, Node))
        self._check_comments()
        length = len(self.text)
        return SourceUnit(
            span=Span(0, length, self.file),
            node_id=self.new_id(),
            name="",
            license=self._find_license(),
            parts=parts,
        )

    def _check_comments(self) -> None:
        """Report comments that could show code in another order than it is read."""
        for comment in self.comments:
            if comment.value.isascii():
                continue
            text = comment.value.encode("latin-1").decode("utf-8", "replace")
            if not is_direction_balanced(text):
                self.report(
                    8936,
                    "text direction marks in a comment do not match up",
                    self.token_span(comment),
                )

    def _find_license(self) -> str | None:
        found = [
            (comment, match)
            for comment in self.comments
            for match in _LICENSE.finditer(comment.value)
        ]
        texts = [match[1].strip() for _, match in found]
        if len(texts) > 1:
            self.report(
                3716,
                "several SPDX license identifiers; join them with `AND` or `OR`",
                self.token_span(found[1][0]),
            )
        elif texts and not _LICENSE_TEXT.match(texts[0]):
            self.report(1114, "invalid SPDX license identifier", self.token_span(found[0][0]))
        return texts[0] if texts else None

    # file level

    def pragma(self, children: list[Child]) -> Node:
        token = children[0]
        assert isinstance(token, Token)
        return PragmaDirective(
            span=self.token_span(token),
            node_id=self.new_id(),
            text=token.value[len("pragma") : -1].strip(),
        )

    def import_(self, children: list[Child]) -> Node:
        path = tokens_of(children, "STRING")[0]
        text = decode_string(path.value)[0].decode("utf-8", "replace")
        if not text:
            self.report(6326, "the path of an import is empty", self.token_span(path))
        aliases = [
            item.value
            for item in children
            if isinstance(item, Piece) and item.kind is PieceKind.ALIAS
        ]
        alias = find_name(children)
        span = self.span_of(children)
        return ImportDirective(
            span=span,
            node_id=self.new_id(),
            path=text,
            path_span=self.token_span(path),
            unit_alias=None if alias is None else str(alias),
            unit_alias_span=span if alias is None else self.token_span(alias),
            aliases=tuple(aliases) if has_token(children, "LBRACE") else None,
        )

    def alias(self, children: list[Child]) -> Piece:
        names = tokens_of(children, NAME)
        alias = ImportAlias(
            span=self.span_of(children),
            node_id=self.new_id(),
            symbol=str(names[0]),
            alias=str(names[1]) if len(names) > 1 else None,
            name_span=self.token_span(names[-1]),
        )
        return Piece(PieceKind.ALIAS, alias.span, alias)

    def using(self, children: list[Child]) -> Node:
        items = tuple(
            item.value
            for item in children
            if isinstance(item, Piece) and item.kind is PieceKind.USING_ITEM
        )
        return UsingDirective(
            span=self.span_of(children),
            node_id=self.new_id(),
            library=find_node(children, IdentifierPath),
            items=items,
            type_name=find_node(children, TypeName),
            is_global=has_token(children, "GLOBAL"),
        )

    def using_item(self, children: list[Child]) -> Piece:
        path = children[0]
        assert isinstance(path, IdentifierPath)
        operators = tokens_of(children, "USEROP")
        item = UsingItem(
            span=self.span_of(children),
            node_id=self.new_id(),
            path=path,
            operator=str(operators[0]) if operators else None,
        )
        return Piece(PieceKind.USING_ITEM, item.span, item)

    # contracts

    def contract(self, children: list[Child]) -> Node:
        kind = ContractKind(str(tokens_of(children, "CONTRACTKIND")[0]))
        name = find_name(children)
        assert name is not None
        bases: list[InheritanceSpecifier] = []
        layouts: list[Piece] = []
        seen_bases = 0
        for item in children:
            if isinstance(item, Piece) and item.kind is PieceKind.BASES:
                bases += item.value
                seen_bases += 1
                if seen_bases > 1:
                    self.report(6668, "bases are given twice", item.span)
            elif isinstance(item, Piece) and item.kind is PieceKind.LAYOUT:
                layouts.append(item)
                if len(layouts) > 1:
                    self.report(8714, "a storage layout is given twice", item.span)
        span = self.span_of(children)
        brace = next(
            index
            for index, item in enumerate(children)
            if isinstance(item, Token) and item.type in ("LBRACE", "NLBRACE")
        )
        return ContractDefinition(
            span=span,
            node_id=self.new_id(),
            name=str(name),
            name_span=self.token_span(name),
            kind=kind,
            is_abstract=has_token(children, "ABSTRACT"),
            bases=tuple(bases),
            storage_base=layouts[0].value if layouts else None,
            parts=tuple(item for item in children[brace:] if isinstance(item, Node)),
            documentation=self.find_documentation(span.start),
        )

    def bases(self, children: list[Child]) -> Piece:
        return Piece(
            PieceKind.BASES, self.span_of(children), nodes_of(children, InheritanceSpecifier)
        )

    def base(self, children: list[Child]) -> Node:
        path, arguments = self._invocation_parts(children)
        return InheritanceSpecifier(
            span=self.span_of(children), node_id=self.new_id(), path=path, arguments=arguments
        )

    def layout(self, children: list[Child]) -> Piece:
        value = self.find_expression(children)
        return Piece(PieceKind.LAYOUT, self.span_of(children), value)

    def invocation(self, children: list[Child]) -> Node:
        path, arguments = self._invocation_parts(children)
        return ModifierInvocation(
            span=self.span_of(children), node_id=self.new_id(), path=path, arguments=arguments
        )

    def _invocation_parts(
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

    # the rest

    def struct(self, children: list[Child]) -> Node:
        name = find_name(children)
        assert name is not None
        span = self.span_of(children)
        members = nodes_of(children, VariableDeclaration)
        if not members:
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
