"""The Solidity compiler: source text to artifact.

Phases, each a package: `parse` (text to AST), `semantics` (AST to annotated AST), `lower` (that
to IR), `passes` (IR to IR), `backend` (IR to code), and around them `driver`. Every fault of a
source file is a `Diagnostic`; an exception is a bug of ours, except `CompileError`, which carries
diagnostics to whoever asked for a result.

What is named here is what other packages use; it is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contractchain.lang.diagnostics import Diagnostic, render, render_all
    from contractchain.lang.driver.foreign import load_artifacts, parse_artifacts
    from contractchain.lang.driver.pipeline import Compilation, compile_sources
    from contractchain.lang.driver.settings import Settings
    from contractchain.lang.driver.standard_json import (
        compile_standard_json,
        compile_standard_text,
    )
    from contractchain.lang.driver.worker import run_worker
    from contractchain.lang.errors import CompileError
    from contractchain.lang.source import SourceSet, Span

_HOMES = {
    "Compilation": "driver.pipeline",
    "CompileError": "errors",
    "Diagnostic": "diagnostics",
    "Settings": "driver.settings",
    "SourceSet": "source",
    "Span": "source",
    "compile_sources": "driver.pipeline",
    "compile_standard_json": "driver.standard_json",
    "compile_standard_text": "driver.standard_json",
    "load_artifacts": "driver.foreign",
    "parse_artifacts": "driver.foreign",
    "render": "diagnostics",
    "render_all": "diagnostics",
    "run_worker": "driver.worker",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


__all__ = [
    "Compilation",
    "CompileError",
    "Diagnostic",
    "Settings",
    "SourceSet",
    "Span",
    "compile_sources",
    "compile_standard_json",
    "compile_standard_text",
    "load_artifacts",
    "parse_artifacts",
    "render",
    "render_all",
    "run_worker",
]
