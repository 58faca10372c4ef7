"""Which execution engines and stores are here, and why one is not. For `ctc doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """One engine."""

    name: str
    available: bool
    reason: str = ""
    """Why it is not available."""


def engines_report() -> tuple[EngineReport, ...]:
    """Return one line per execution engine, the preferred one first."""
    from contractchain.execution import ENGINE_NAMES, find_engine_fault

    faults = ((name, find_engine_fault(name)) for name in ENGINE_NAMES)
    return tuple(
        EngineReport(name=name, available=fault is None, reason=fault or "")
        for name, fault in faults
    )
