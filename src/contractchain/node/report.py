"""Which execution engines are here, and why one is not. For `ctc doctor`."""

from dataclasses import dataclass
from importlib import import_module

from contractchain.errors import EngineUnavailableError

ENGINES = ("revm", "py-evm")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """One engine."""

    name: str
    available: bool
    reason: str = ""
    """Why it is not available."""


def engines_report() -> tuple[EngineReport, ...]:
    """Return one line per engine, the preferred one first."""
    create_engine = import_module("contractchain.execution").create_engine
    reports = []
    for name in ENGINES:
        try:
            create_engine(name)
        except EngineUnavailableError as error:
            reports.append(EngineReport(name=name, available=False, reason=error.reason))
        else:
            reports.append(EngineReport(name=name, available=True))
    return tuple(reports)
