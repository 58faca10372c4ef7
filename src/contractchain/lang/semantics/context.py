"""What all phases of analysis share: the result under construction, and a way to complain."""

from collections.abc import Iterable, Sequence

from contractchain.errors import closest
from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind, Note
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.globals import contract_globals, make_globals
from contractchain.lang.semantics.scopes import ContractScope, FileScope, Scope
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    Symbol,
    UnitScope,
    VariableSymbol,
)
from contractchain.lang.source import NOWHERE, Span


class Context:
    """The analysis so far, and the diagnostics."""

    def __init__(self, analysis: Analysis, evm_version: EvmVersion = EvmVersion.PRAGUE) -> None:
        self.analysis = analysis
        self.evm_version = evm_version
        self._seen: set[tuple[int, Span, str]] = set()
        self._file_scopes: dict[str, FileScope] = {}
        self._contract_scopes: dict[int, ContractScope] = {}

    def file_scope(self, unit: UnitScope) -> FileScope:
        """Return the scope of the file `unit`."""
        scope = self._file_scopes.get(unit.name)
        if scope is None:
            scope = self._file_scopes[unit.name] = FileScope(unit, make_globals())
        return scope

    def contract_scope(self, contract: ContractSymbol) -> ContractScope:
        """Return the scope of the inside of `contract`, whose bases are known."""
        key = contract.node.node_id
        scope = self._contract_scopes.get(key)
        if scope is None:
            scope = ContractScope(
                contract, self.file_scope(contract.unit), contract_globals(contract)
            )
            self._contract_scopes[key] = scope
        return scope

    def scope_of(self, symbol: VariableSymbol) -> Scope:
        """Return the scope in which the initial value of `symbol` is evaluated."""
        if symbol.contract is not None:
            return self.contract_scope(symbol.contract)
        return self.file_scope(self.unit_of(symbol.node.span))

    def unit_of(self, span: Span) -> UnitScope:
        """Return the parsed file in which `span` lies."""
        return self.analysis.units[self.analysis.sources[span.file].name]

    def report(
        self,
        kind: DiagnosticKind,
        code: int,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        """Record a diagnostic, once."""
        key = (code, span, message)
        if key in self._seen:
            return
        self._seen.add(key)
        self.analysis.diagnostics.append(
            Diagnostic(
                kind=kind, code=code, message=message, span=span, hint=hint, notes=tuple(notes)
            )
        )

    def type_error(
        self,
        code: int,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        """Record a violation of a rule about types."""
        self.report(DiagnosticKind.TYPE_ERROR, code, message, span, hint=hint, notes=notes)

    def declaration_error(
        self,
        code: int,
        message: str,
        span: Span,
        *,
        hint: str | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        """Record a violation of a rule about names."""
        self.report(DiagnosticKind.DECLARATION_ERROR, code, message, span, hint=hint, notes=notes)

    def syntax_error(self, code: int, message: str, span: Span, *, hint: str | None = None) -> None:
        """Record a violation of a rule about what may stand where."""
        self.report(DiagnosticKind.SYNTAX_ERROR, code, message, span, hint=hint)

    def unimplemented(self, message: str, span: Span) -> None:
        """Record the use of something that this compiler does not support."""
        self.report(DiagnosticKind.UNIMPLEMENTED_FEATURE_ERROR, 1834, message, span)

    def warning(self, code: int, message: str, span: Span, *, hint: str | None = None) -> None:
        """Record something that is allowed and probably not meant."""
        self.report(DiagnosticKind.WARNING, code, message, span, hint=hint)


def suggest(name: str, candidates: Iterable[str]) -> str | None:
    """Return a hint that names what is spelt most like `name`."""
    return closest(name, sorted(set(candidates)))


def declared_here(symbol: Symbol, message: str = "it is declared here") -> tuple[Note, ...]:
    """Return the note that points to the declaration of `symbol`."""
    span = symbol.span
    return () if span is NOWHERE else (Note(message=message, span=span),)
