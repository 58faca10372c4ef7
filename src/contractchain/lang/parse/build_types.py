"""Builds type names, parameters, and types out of expressions that turn out to be types."""

from lark import Token

from contractchain.lang.ast import (
    ArrayTypeName,
    DataLocation,
    ElementaryTypeName,
    ElementaryTypeNameExpression,
    Expression,
    FunctionTypeName,
    Identifier,
    IdentifierPath,
    IndexAccess,
    MappingTypeName,
    MemberAccess,
    Node,
    OverrideSpecifier,
    ParameterList,
    StateMutability,
    TypeName,
    UserDefinedTypeName,
    VariableDeclaration,
    VariableMutability,
    Visibility,
)
from contractchain.lang.parse.building import (
    NAME,
    Builder,
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
from contractchain.lang.source import Span


class TypeBuilder(Builder):
    """Rules under "types" in the grammar, and those about parameters."""

    def path(self, children: list[Child]) -> IdentifierPath:
        names = [
            item for item in children if isinstance(item, Token) and item.type in (NAME, "ADDRESS")
        ]
        return IdentifierPath(
            span=self.span_of(children),
            node_id=self.new_id(),
            names=tuple(str(item) for item in names),
            name_spans=tuple(self.token_span(item) for item in names),
        )

    def user_type(self, children: list[Child]) -> TypeName:
        path = children[0]
        assert isinstance(path, IdentifierPath)
        return UserDefinedTypeName(span=path.span, node_id=self.new_id(), path=path)

    def elementary_type(self, children: list[Child]) -> TypeName:
        word = children[0]
        assert isinstance(word, Token)
        is_payable = len(children) > 1
        if is_payable and word.value != "address":
            self.report(9106, f"`{word.value}` cannot be payable", self.span_of(children))
        return ElementaryTypeName(
            span=self.span_of(children),
            node_id=self.new_id(),
            name=str(word),
            is_payable=is_payable,
        )

    def array_type(self, children: list[Child]) -> TypeName:
        base = children[0]
        assert isinstance(base, TypeName)
        return ArrayTypeName(
            span=self.span_of(children),
            node_id=self.new_id(),
            base=base,
            length=find_node(children[1:], Expression),
        )

    def mapping(self, children: list[Child]) -> TypeName:
        arrow = next(
            index
            for index, item in enumerate(children)
            if isinstance(item, Token) and item.value == "=>"
        )
        before, after = children[:arrow], children[arrow + 1 :]
        key, value = nodes_of(before, TypeName)[0], nodes_of(after, TypeName)[0]
        if isinstance(key, ElementaryTypeName) and key.is_payable:
            self.report(
                2314,
                "the key of a mapping cannot be `address payable`",
                key.span,
                hint="write `address`",
            )
        key_name, value_name = find_name(before), find_name(after)
        return MappingTypeName(
            span=self.span_of(children),
            node_id=self.new_id(),
            key=key,
            key_name=str(key_name or ""),
            key_name_span=key.span if key_name is None else self.token_span(key_name),
            value=value,
            value_name=str(value_name or ""),
            value_name_span=value.span if value_name is None else self.token_span(value_name),
        )

    def fntype(self, children: list[Child]) -> TypeName:
        parameters = find_node(children, ParameterList)
        assert parameters is not None
        returns = find_piece(children, PieceKind.RETURNS)
        return FunctionTypeName(
            span=self.span_of(children),
            node_id=self.new_id(),
            parameters=parameters,
            returns=None if returns is None else returns.value,
            visibility=self.take_visibility(children),
            mutability=self.take_mutability(children),
        )

    # parts of headers

    def take_visibility(self, children: list[Child]) -> Visibility | None:
        """Return the visibility written among `children`, of which there may be one."""
        found = tokens_of(children, "VISIBILITY")
        for extra in found[1:]:
            self.report(9439, f"the visibility is already `{found[0]}`", self.token_span(extra))
        return Visibility(str(found[0])) if found else None

    def take_mutability(self, children: list[Child]) -> StateMutability:
        """Return the mutability written among `children`, of which there may be one."""
        found = tokens_of(children, "MUTABILITY")
        for extra in found[1:]:
            self.report(9680, f"the mutability is already `{found[0]}`", self.token_span(extra))
        return StateMutability(str(found[0])) if found else StateMutability.NONPAYABLE

    def take_override(self, children: list[Child]) -> OverrideSpecifier | None:
        """Return the override written among `children`, of which there may be one."""
        found = nodes_of(children, OverrideSpecifier)
        for extra in found[1:]:
            self.report(1827, "`override` is given twice", extra.span)
        return found[0] if found else None

    def take_virtual(self, children: list[Child]) -> bool:
        """Return whether `virtual` is written among `children`."""
        found = tokens_of(children, "VIRTUAL")
        for extra in found[1:]:
            self.report(6879, "`virtual` is given twice", self.token_span(extra))
        return bool(found)

    def override(self, children: list[Child]) -> OverrideSpecifier:
        return OverrideSpecifier(
            span=self.span_of(children),
            node_id=self.new_id(),
            bases=tuple(nodes_of(children, IdentifierPath)),
        )

    def params(self, children: list[Child]) -> ParameterList:
        return ParameterList(
            span=self.span_of(children),
            node_id=self.new_id(),
            parameters=tuple(nodes_of(children, VariableDeclaration)),
        )

    def returns(self, children: list[Child]) -> Piece:
        inner = children[1]
        assert isinstance(inner, ParameterList)
        if not inner.parameters:
            self.report(2314, "`returns` needs at least one type", inner.span)
        return Piece(PieceKind.RETURNS, self.span_of(children), inner)

    def param(self, children: list[Child]) -> VariableDeclaration:
        locations = tokens_of(children, "LOCATION")
        for extra in locations[1:]:
            self.report(3548, "a data location is given already", self.token_span(extra))
        for extra in tokens_of(children, "INDEXED")[1:]:
            self.report(5399, "the parameter is `indexed` already", self.token_span(extra))
        return self.make_variable(
            children,
            location=DataLocation(str(locations[0])) if locations else None,
            is_indexed=has_token(children, "INDEXED"),
        )

    def make_variable(
        self,
        children: list[Child],
        *,
        type_name: TypeName | None = None,
        location: DataLocation | None = None,
        value: Expression | None = None,
        visibility: Visibility | None = None,
        mutability: VariableMutability = VariableMutability.MUTABLE,
        is_indexed: bool = False,
        is_state_variable: bool = False,
        is_documented: bool = False,
    ) -> VariableDeclaration:
        """Build the declaration that `children` are the parts of."""
        written = type_name if type_name is not None else find_node(children, TypeName)
        assert written is not None
        name = find_name(children)
        if isinstance(children[-1], Token) and children[-1].type == "SEMICOLON":
            children = children[:-1]
        span = self.span_of(children)
        return VariableDeclaration(
            span=span,
            node_id=self.new_id(),
            name=str(name or ""),
            name_span=span if name is None else self.token_span(name),
            type_name=written,
            location=location,
            value=value,
            visibility=visibility,
            mutability=mutability,
            is_indexed=is_indexed,
            is_state_variable=is_state_variable,
            override=self.take_override(children) if is_state_variable else None,
            documentation=self.find_documentation(span.start) if is_documented else None,
        )

    # expressions that are types

    def _report_no_type(self, span: Span) -> None:
        """Report something else than a type before a name: mostly, a `;` is missing."""
        rest = self.text[span.end :]
        if "\n" in rest[: len(rest) - len(rest.lstrip())]:
            place = Span(span.end, 0, span.file)
            self.report(2314, "expected `;`", place, hint="this line ends without one")
        else:
            hint = "an operator or a `;` may be missing"
            self.report(3546, "expected a type before the name of a variable", span, hint=hint)

    def to_type(self, expression: Node) -> TypeName:
        """Return the type that `expression`, which stands where a type must, is."""
        indexes: list[IndexAccess] = []
        current = expression
        while isinstance(current, IndexAccess):
            indexes.append(current)
            current = current.base
        if isinstance(current, ElementaryTypeNameExpression):
            out = current.type_name
        elif isinstance(current, (Identifier, MemberAccess)):
            out = self._to_user_type(current)
        else:
            self._report_no_type(current.span)
            out = ElementaryTypeName(
                span=current.span, node_id=self.new_id(), name="uint256", is_payable=False
            )
        for index in reversed(indexes):
            out = ArrayTypeName(
                span=index.span, node_id=self.new_id(), base=out, length=index.index
            )
        return out

    def _to_user_type(self, expression: Expression) -> TypeName:
        names: list[str] = []
        spans: list[Span] = []
        current = expression
        while isinstance(current, MemberAccess):
            names.append(current.member)
            spans.append(current.member_span)
            current = current.object
        if isinstance(current, Identifier):
            names.append(current.name)
            spans.append(current.span)
        else:
            self.report(3546, "expected a type before the name of a variable", expression.span)
        path = IdentifierPath(
            span=expression.span,
            node_id=self.new_id(),
            names=tuple(reversed(names)),
            name_spans=tuple(reversed(spans)),
        )
        return UserDefinedTypeName(span=path.span, node_id=self.new_id(), path=path)
