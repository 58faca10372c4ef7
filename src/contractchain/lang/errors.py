"""The exception that carries diagnostics out of the compiler."""

from dataclasses import dataclass, field
from typing import ClassVar

from contractchain.errors import ContractChainError
from contractchain.lang.diagnostics import Diagnostic, render_all
from contractchain.lang.source import SourceSet


@dataclass(eq=False)
class CompileError(ContractChainError):
    """A source file is wrong, or uses what this compiler does not support."""

    code: ClassVar[str] = "compile"
    exit_code: ClassVar[int] = 1

    diagnostics: tuple[Diagnostic, ...]
    """Everything found, warnings included, in the order of discovery."""
    sources: SourceSet = field(default_factory=SourceSet)
    """The files that the diagnostics point into."""

    def describe(self) -> str:
        return render_all((d for d in self.diagnostics if d.is_error), self.sources)

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain data, with solc's ``errors`` list under ``data``."""
        errors = [item for item in self.diagnostics if item.is_error]
        headline = errors[0].message if errors else "compilation failed"
        rest = len(errors) - 1
        message = headline if rest < 1 else f"{headline} (and {rest} more)"
        out: dict[str, object] = {"code": self.code, "message": message}
        if self.hint is not None:
            out["hint"] = self.hint
        out["data"] = {"errors": [item.to_json(self.sources) for item in self.diagnostics]}
        return out
