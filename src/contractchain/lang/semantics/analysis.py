"""The front end as one function: sources in, annotated trees and diagnostics out."""

from collections.abc import Mapping, Sequence

from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.errors import CompileError
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.check_contracts import ContractChecker
from contractchain.lang.semantics.check_docs import DocChecker
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.check_statements import StatementChecker
from contractchain.lang.semantics.constant_cycles import check_constant_cycles
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.definite_assignment import AssignmentChecker
from contractchain.lang.semantics.inheritance import linearise, order_contracts, resolve_bases
from contractchain.lang.semantics.layout import lay_out
from contractchain.lang.semantics.mutability import MutabilityChecker
from contractchain.lang.semantics.overrides import OverrideChecker
from contractchain.lang.semantics.resolve_declarations import DeclarationResolver
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.resolve_variables import VariableResolver
from contractchain.lang.semantics.uncleaned import note_flows
from contractchain.lang.semantics.units import Reader, load_units
from contractchain.lang.semantics.usage import UsageCollector
from contractchain.lang.semantics.using import UsingTable
from contractchain.lang.source import NOWHERE, SourceSet
from contractchain.lang.steps import StepKind


def analyse(
    sources: Mapping[str, str],
    *,
    reader: Reader | None = None,
    remappings: Sequence[tuple[str, str]] = (),
    evm_version: EvmVersion = EvmVersion.PRAGUE,
    only_parse: bool = False,
) -> Analysis:
    """Parse and check `sources` and everything they import.

    Args:
        sources: Text by source unit name.
        reader: Gives the text of an imported source unit that is not among `sources`, or `None`
            if there is none.
        remappings: Pairs of import prefix and what it stands for.
        evm_version: Says which instructions and names there are.
        only_parse: Leave out the checks, so that only faults of the syntax are found.

    Returns:
        Everything found out. Faults of the sources are in `diagnostics`; while `has_errors`,
        nothing else in it is complete.
    """
    analysis = Analysis(sources=SourceSet())
    context = Context(analysis, evm_version)
    try:
        with analysis.log.step(StepKind.CHECK):
            load_units(context, sources, reader, remappings)
            kinds = {item.kind for item in analysis.diagnostics}
            if DiagnosticKind.PARSER_ERROR not in kinds and not only_parse:
                _check(context)
    except RecursionError:
        analysis.diagnostics.append(
            Diagnostic(
                kind=DiagnosticKind.TYPE_ERROR,
                code=90001,
                message="the program is nested too deeply to be checked",
                span=NOWHERE,
            )
        )
    analysis.diagnostics.sort(key=lambda item: (item.span.file, item.span.start))
    return analysis


def _check(context: Context) -> None:
    analysis = context.analysis
    contracts = analysis.contracts
    for contract in contracts:
        resolve_bases(context, contract, context.file_scope(contract.unit))
    ordered = order_contracts(contracts)
    for contract in ordered:
        linearise(context, contract)
    types = TypeResolver(context)
    variables = VariableResolver(context, types)
    DeclarationResolver(context, types, variables).resolve_all()
    overrides = OverrideChecker(context)
    for contract in ordered:
        overrides.check(contract)
    using = UsingTable(context, types)
    using.resolve_all()
    expressions = ExpressionChecker(context, types, using)
    statements = StatementChecker(context, expressions, variables)
    docs = DocChecker(context)
    for unit in analysis.units.values():
        docs.check_unit(unit)
    checker = ContractChecker(context, expressions, statements)
    for unit in analysis.units.values():
        checker.check_unit(unit)
    for contract in ordered:
        checker.check_missing_arguments(contract)
    for contract in ordered:
        lay_out(context, contract, types.constants)
    if analysis.has_errors:
        return
    check_constant_cycles(context)
    types.constants.fold_all()
    usage = UsageCollector(context)
    for contract in ordered:
        usage.collect(contract)
    usage.check_cycles()
    MutabilityChecker(context).check_all()
    AssignmentChecker(context).check_all()
    note_flows(analysis)


def require_valid(analysis: Analysis) -> Analysis:
    """Return `analysis` if the program is valid.

    Raises:
        CompileError: The program is not valid.
    """
    if analysis.has_errors:
        raise CompileError(diagnostics=tuple(analysis.diagnostics), sources=analysis.sources)
    return analysis
