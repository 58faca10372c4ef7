"""Files and imports: parses what is asked for and everything it imports."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from contractchain.lang import ast
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.parse import parse
from contractchain.lang.semantics.context import Context, declared_here, suggest
from contractchain.lang.semantics.declare import declare_unit
from contractchain.lang.semantics.pragmas import check_pragmas
from contractchain.lang.semantics.symbols import (
    EventSymbol,
    FunctionSymbol,
    ModuleSymbol,
    Symbol,
    UnitScope,
)
from contractchain.lang.steps import StepKind

Reader = Callable[[str], str | None]
"""Returns the text of a source unit that is not among the given sources, if it can be found."""


def resolve_import_path(importer: str, path: str, remappings: Sequence[tuple[str, str]]) -> str:
    """Return the source unit name that `import "path"` in `importer` means.

    Args:
        importer: Source unit name of the importing file.
        path: Path as written.
        remappings: Pairs of prefix and replacement; the longest prefix wins. A prefix may be
            limited to importers by `context:prefix`.

    Spec:
        Solidity documentation, "Import Path Resolution".
    """
    if path.startswith(("./", "../")):
        name = _join(posixpath.dirname(importer), path)
    else:
        name = path
    best: tuple[int, int, str] | None = None
    for source, target in remappings:
        context, _, prefix = source.rpartition(":")
        if name.startswith(prefix) and importer.startswith(context):
            rank = (len(context), len(prefix), target + name[len(prefix) :])
            if best is None or rank[:2] >= best[:2]:
                best = rank
    return name if best is None else best[2]


def _join(directory: str, path: str) -> str:
    """Return `path` seen from `directory`; `..` at the top stays at the top."""
    parts = [part for part in directory.split("/") if part]
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if directory.startswith("/") else "") + "/".join(parts)


def load_units(
    context: Context,
    sources: Mapping[str, str],
    reader: Reader | None,
    remappings: Sequence[tuple[str, str]],
) -> None:
    """Parse `sources` and all they import, and declare their names."""
    analysis = context.analysis
    ids = count(1)
    pending = list(sources)
    for name, text in sources.items():
        analysis.sources.add(name, text)
    directives: list[tuple[UnitScope, ast.ImportDirective, str]] = []
    while pending:
        name = pending.pop(0)
        if name in analysis.units:
            continue
        source = analysis.sources.find(name)
        assert source is not None
        with analysis.log.step(StepKind.PARSE, name):
            result = parse(source, ids)
        analysis.diagnostics.extend(result.diagnostics)
        if result.unit is None:
            continue
        unit = declare_unit(context, result.unit)
        check_pragmas(context, unit)
        analysis.units[name] = unit
        for part in result.unit.parts:
            if not isinstance(part, ast.ImportDirective):
                continue
            target = resolve_import_path(name, part.path, remappings)
            directives.append((unit, part, target))
            if analysis.sources.find(target) is None:
                text_found = None if reader is None else reader(target)
                if text_found is None:
                    _report_missing(context, part, target)
                    continue
                analysis.sources.add(target, text_found)
            pending.append(target)
    _import_names(context, directives)


def _report_missing(context: Context, part: ast.ImportDirective, target: str) -> None:
    importer = context.analysis.sources[part.span.file].name
    known = [source.name for source in context.analysis.sources if source.name != importer]
    hint = suggest(target, known)
    if hint is None and part.path.startswith("@"):
        package = "/".join(part.path.split("/")[:2])
        hint = f"install it with `npm install {package}`, or give a remapping for `{package}/`"
    elif hint is None and part.path.startswith(("./", "../")):
        hint = f"the path is seen from `{importer}`"
    elif hint is None:
        hint = "begin the path with `./`, or give a remapping"
    context.report(
        DiagnosticKind.PARSER_ERROR,
        6275,
        f"source `{target}` not found",
        part.path_span,
        hint=hint,
    )


def _import_names(
    context: Context, directives: list[tuple[UnitScope, ast.ImportDirective, str]]
) -> None:
    """Make imported names known; in rounds, because files may import each other."""
    resolved = [
        (unit, part, context.analysis.units[target])
        for unit, part, target in directives
        if target in context.analysis.units
    ]
    changed = True
    while changed:
        changed = False
        for unit, part, target in resolved:
            unit.imports[part.node_id] = target
            for name, symbol in _imported(unit, part, target):
                changed |= _add(context, unit, part, name, symbol)
    for _, part, target in resolved:
        for alias in part.aliases or ():
            if alias.symbol not in target.names:
                context.declaration_error(
                    2904,
                    f"`{alias.symbol}` is not declared in `{target.name}`",
                    alias.span,
                    hint=suggest(alias.symbol, target.names),
                )


def _imported(
    unit: UnitScope, part: ast.ImportDirective, target: UnitScope
) -> list[tuple[str, Symbol]]:
    if part.unit_alias is not None:
        known = unit.names.get(part.unit_alias, [])
        if any(isinstance(item, ModuleSymbol) and item.node is part for item in known):
            return []
        return [(part.unit_alias, ModuleSymbol(name=part.unit_alias, node=part, unit=target))]
    if part.aliases is not None:
        return [
            (alias.alias or alias.symbol, symbol)
            for alias in part.aliases
            for symbol in target.names.get(alias.symbol, ())
        ]
    return [(name, symbol) for name, symbols in target.names.items() for symbol in symbols]


def _add(
    context: Context, unit: UnitScope, part: ast.ImportDirective, name: str, symbol: Symbol
) -> bool:
    known = unit.names.setdefault(name, [])
    if symbol in known:
        return False
    if known and not _can_coexist(known[0], symbol):
        context.declaration_error(
            2333,
            f"`{name}` is declared already",
            part.span,
            notes=(*declared_here(known[0]), *declared_here(symbol, "and here")),
        )
        return False
    known.append(symbol)
    return True


def _can_coexist(first: Symbol, second: Symbol) -> bool:
    if isinstance(first, FunctionSymbol):
        return isinstance(second, FunctionSymbol)
    if isinstance(first, EventSymbol):
        return isinstance(second, EventSymbol)
    if isinstance(first, ModuleSymbol) and isinstance(second, ModuleSymbol):
        return first.unit is second.unit
    return False
