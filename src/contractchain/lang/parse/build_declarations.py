"""Builds contracts and the source unit."""

import re

from lark import Token

from contractchain.lang.ast import (
    ContractDefinition,
    ContractKind,
    IdentifierPath,
    ImportAlias,
    ImportDirective,
    InheritanceSpecifier,
    Node,
    PragmaDirective,
    SourceUnit,
    TypeName,
    UsingDirective,
    UsingItem,
)
from contractchain.lang.parse.build_definitions import DefinitionBuilder
from contractchain.lang.parse.building import (
    NAME,
    Child,
    Piece,
    PieceKind,
    find_name,
    find_node,
    has_token,
    nodes_of,
    tokens_of,
)
from contractchain.lang.parse.literals import decode_string, is_direction_balanced
from contractchain.lang.source import Span

_LICENSE = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n\r*]*)")
_LICENSE_TEXT = re.compile(r"[A-Za-z0-9.+\-() ]+$")


class AstBuilder(DefinitionBuilder):
    """All callbacks of the grammar; `start` returns the source unit."""

    def start(self, children: list[Child]) -> SourceUnit:
        parts = tuple(item for item in children if isinstance(item, Node))
        self._check_comments()
        length = len(self.text)
        return SourceUnit(
            span=Span(0, length, self.file),
            node_id=self.new_id(),
            name=self.unit_name,
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
        path, arguments = self.invocation_parts(children)
        return InheritanceSpecifier(
            span=self.span_of(children), node_id=self.new_id(), path=path, arguments=arguments
        )

    def layout(self, children: list[Child]) -> Piece:
        value = self.find_expression(children)
        return Piece(PieceKind.LAYOUT, self.span_of(children), value)
