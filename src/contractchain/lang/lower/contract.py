"""A contract: its creation code with the runtime code inside, as one object of the IR."""

from dataclasses import dataclass

from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.ir.nodes import Function, Instruction, Object
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.constants import FREE_MEMORY
from contractchain.lang.lower.constructors import write_creation
from contractchain.lang.lower.dispatch import write_dispatch_entry
from contractchain.lang.lower.functions import write_dispatch
from contractchain.lang.lower.refusal import Refusal
from contractchain.lang.lower.unit import Body, Embedded, Unit, plain_name
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.symbols import ContractSymbol, FunctionSymbol
from contractchain.lang.semantics.uncleaned import find_uncleaned
from contractchain.lang.source import NOWHERE

ENTRY = "main"
UNSUPPORTED = 90100
"""Number of the diagnostic for what the lowering does not support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredContract:
    """The IR of a contract, and what it still needs."""

    object: Object
    """Creation code; the runtime code is its sub-object."""
    runtime: Object
    embedded: dict[str, Embedded]
    """Code to be put into the data segments of the object of that name, by segment name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweringSettings:
    """Choices that change the IR."""

    debug_strings: bool = False
    """Give reverts that the compiler inserts a reason."""
    has_mcopy: bool = True
    """Whether the EVM can copy memory (EIP-5656)."""


class UnsupportedError(Exception):
    """Carries the diagnostic of a construct that the lowering refuses."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def lower_contract(
    analysis: Analysis, contract: ContractSymbol, settings: LoweringSettings
) -> LoweredContract:
    """Lower a deployable contract.

    Raises:
        UnsupportedError: the contract uses something that is not supported.
    """
    try:
        return _lower(analysis, contract, settings)
    except Refusal as refusal:
        span = contract.span if refusal.span == NOWHERE else refusal.span
        raise UnsupportedError(
            Diagnostic(
                kind=DiagnosticKind.UNIMPLEMENTED_FEATURE_ERROR,
                code=UNSUPPORTED,
                message=f"{refusal.what} is not supported yet",
                span=span,
            )
        ) from None


def _lower(
    analysis: Analysis, contract: ContractSymbol, settings: LoweringSettings
) -> LoweredContract:
    immutables = tuple(
        variable
        for base in reversed(contract.linearised)
        for variable in base.variables
        if variable.is_immutable
    )
    files = contract.unit.find_closure()
    has_assembly = any(unit.has_assembly for unit in files)
    uncleaned = find_uncleaned(analysis, files) if has_assembly else set()
    numbers: dict[FunctionSymbol, int] = {}
    name = plain_name(contract.name)
    units = [
        Unit(
            analysis=analysis,
            contract=contract,
            object=Object(name=object_name),
            is_creation=is_creation,
            debug_strings=settings.debug_strings,
            has_mcopy=settings.has_mcopy,
            has_assembly=has_assembly,
            uncleaned=uncleaned,
            immutables=immutables,
            numbers=numbers,
        )
        for object_name, is_creation in ((name, True), (f"{name}_runtime", False))
    ]
    creation, runtime = units
    _write(creation, lambda code: write_creation(creation, code, runtime.object))
    for arity, table in creation.pointers.items():
        runtime.pointers.setdefault(arity, {}).update(table)
    _write(runtime, lambda code: write_dispatch_entry(runtime, code))
    creation.object.objects[runtime.object.name] = runtime.object
    embedded = {**creation.embedded, **runtime.embedded}
    return LoweredContract(object=creation.object, runtime=runtime.object, embedded=embedded)


def _write(unit: Unit, entry: Body) -> None:
    unit.object.entry = ENTRY
    unit.define(ENTRY, (), 0, entry)
    unit.write_pending()
    write_dispatch(unit)
    unit.object.memory_safe = not unit.has_unsafe_assembly
    if unit.has_assembly or _allocates(unit.object):
        _initialise_memory(unit, unit.object.functions[ENTRY])


def _allocates(obj: Object) -> bool:
    """Return whether the free memory pointer is read anywhere."""
    return any(
        instruction.op is Op.MLOAD and instruction.operands[0] == FREE_MEMORY
        for function in obj.functions.values()
        for instruction in function.instructions
    )


def _initialise_memory(unit: Unit, entry: Function) -> None:
    """Set the free memory pointer behind what the compiler reserves."""
    guard = Instruction(Op.MEMORY_GUARD)
    start = [guard]
    free = guard.result
    if unit.is_creation and unit.immutables:
        start.append(Instruction(Op.ADD, (guard.result, 32 * len(unit.immutables))))
        free = start[-1].result
    start.append(Instruction(Op.MSTORE, (FREE_MEMORY, free)))
    entry.entry.instructions[:0] = start
