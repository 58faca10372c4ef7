"""Checks NatSpec comments: which tags may stand where, and that they name what is there.

Spec:
    Solidity documentation, "NatSpec Format".
"""

import re

from contractchain.lang import ast
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.semantics.context import Context, declared_here, suggest
from contractchain.lang.semantics.doc_comments import DocComment, parse_doc_comment
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    Symbol,
    UnitScope,
    VariableSymbol,
)

_CUSTOM = re.compile(r"custom:[a-z][a-z-]*$")
_CONTRACT = ("author", "title", "dev", "notice")
_FUNCTION = ("dev", "notice", "return", "param", "inheritdoc")
_CONSTRUCTOR = ("author", "dev", "notice", "param")
_MODIFIER = ("dev", "notice", "param", "inheritdoc")
_EVENT = ("dev", "notice", "param")
_ERROR = ("dev", "notice", "param")
_PUBLIC_VARIABLE = ("dev", "notice", "return", "inheritdoc")
_VARIABLE = ("dev", "notice", "inheritdoc")
_FILE_VARIABLE = ("dev",)


class DocChecker:
    """Checks the comments of all declarations of a file."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check_unit(self, unit: UnitScope) -> None:
        """Check the comments of `unit`."""
        symbols = self._context.analysis.symbols
        for part in unit.node.parts:
            found = symbols.get(part.node_id)
            if found is None:
                continue
            self._check(found)
            if isinstance(found, ContractSymbol):
                for inner in found.node.parts:
                    member = symbols.get(inner.node_id)
                    if member is not None:
                        self._check(member)

    def _check(self, symbol: Symbol) -> None:
        node = getattr(symbol, "node", None)
        documentation = getattr(node, "documentation", None)
        if not isinstance(documentation, ast.Documentation):
            return
        comment = parse_doc_comment(documentation)
        for code, message in comment.faults:
            self._report(code, message, documentation)
        match symbol:
            case ContractSymbol():
                self._check_tags(comment, documentation, _CONTRACT, "a contract")
            case FunctionSymbol():
                self._check_function(symbol, comment, documentation)
            case ModifierSymbol():
                self._check_tags(comment, documentation, _MODIFIER, "a modifier")
                self._check_parameters(symbol, comment, documentation)
            case EventSymbol():
                self._check_tags(comment, documentation, _EVENT, "an event")
                self._check_parameters(symbol, comment, documentation)
            case ErrorSymbol():
                self._check_tags(comment, documentation, _ERROR, "an error")
                self._check_parameters(symbol, comment, documentation)
            case VariableSymbol():
                self._check_variable(symbol, comment, documentation)

    def _report(
        self,
        code: int,
        message: str,
        documentation: ast.Documentation,
        hint: str | None = None,
        symbol: Symbol | None = None,
    ) -> None:
        self._context.report(
            DiagnosticKind.DOCSTRING_ERROR,
            code,
            message,
            documentation.span,
            hint=hint,
            notes=declared_here(symbol) if symbol is not None else (),
        )

    def _check_tags(
        self,
        comment: DocComment,
        documentation: ast.Documentation,
        allowed: tuple[str, ...],
        what: str,
    ) -> None:
        for tag in comment.tags:
            if tag.name == "custom:" or tag.name == "custom":
                self._report(6564, "a custom tag needs a name: `@custom:name`", documentation)
            elif tag.name.startswith("custom:"):
                if not _CUSTOM.match(tag.name):
                    message = f"`@{tag.name}` may only have small letters and `-` in its name"
                    self._report(2968, message, documentation)
            elif tag.name not in allowed:
                hint = suggest(tag.name, allowed) or f"write `@custom:{tag.name or 'name'}`"
                message = f"`@{tag.name}` cannot stand in the comment of {what}"
                self._report(6546, message, documentation, hint=hint)
        if len(comment.named("inheritdoc")) > 1:
            self._report(5142, "`@inheritdoc` can only be given once", documentation)

    def _check_parameters(
        self,
        symbol: FunctionSymbol | ModifierSymbol | EventSymbol | ErrorSymbol,
        comment: DocComment,
        documentation: ast.Documentation,
    ) -> None:
        # solc takes the names of return values, too.
        returned = symbol.returns if isinstance(symbol, FunctionSymbol) else ()
        names = [item.name for item in (*symbol.parameters, *returned)]
        for tag in comment.named("param"):
            if tag.parameter not in names:
                self._report(
                    3881,
                    f"`@param {tag.parameter}` names no parameter",
                    documentation,
                    hint=suggest(tag.parameter, names),
                    symbol=symbol,
                )

    def _check_function(
        self, symbol: FunctionSymbol, comment: DocComment, documentation: ast.Documentation
    ) -> None:
        is_constructor = symbol.kind is ast.FunctionKind.CONSTRUCTOR
        allowed = _CONSTRUCTOR if is_constructor else _FUNCTION
        what = "a constructor" if is_constructor else "a function"
        self._check_tags(comment, documentation, allowed, what)
        self._check_parameters(symbol, comment, documentation)
        if is_constructor:
            return
        for index, tag in enumerate(comment.named("return")):
            if index >= len(symbol.returns):
                message = f"`{symbol.name}` returns fewer values than `@return` describes"
                self._report(2604, message, documentation, symbol=symbol)
                return
            name = symbol.returns[index].name
            if name and tag.text.split(" ")[0].split("\t")[0] != name:
                message = f"`@return` must begin with the name `{name}` of what it describes"
                hint = f"write `@return {name} ...`"
                self._report(5856, message, documentation, hint=hint, symbol=symbol)

    def _check_variable(
        self, symbol: VariableSymbol, comment: DocComment, documentation: ast.Documentation
    ) -> None:
        if symbol.contract is None:
            self._check_tags(comment, documentation, _FILE_VARIABLE, "a constant of a file")
        elif symbol.visibility is ast.Visibility.PUBLIC:
            self._check_tags(comment, documentation, _PUBLIC_VARIABLE, "a public variable")
            if len(comment.named("return")) > 1:
                self._report(2604, "a variable has one `@return` only", documentation)
        else:
            what = "a variable that is not public"
            self._check_tags(comment, documentation, _VARIABLE, what)
