"""Looks up dotted names: `Contract.Struct`, `module.Contract.Error`."""

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, suggest
from contractchain.lang.semantics.scopes import Scope, find_in_contract
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    EnumSymbol,
    ModuleSymbol,
    Symbol,
)


def resolve_path(
    context: Context,
    path: ast.IdentifierPath,
    scope: Scope,
    *,
    is_silent: bool = False,
    also: tuple[str, ...] = (),
) -> list[Symbol]:
    """Return what `path` means in `scope`, or nothing after reporting that it means nothing.

    Args:
        context: Where to report.
        path: The name.
        scope: Where it is looked up.
        is_silent: Report nothing.
        also: Words of the language that could stand there, for suggestions.
    """
    found = scope.find(path.names[0])
    known: set[str] = set()
    if not found and not is_silent:
        known = {*scope.all_names(), *(also if len(path.names) == 1 else ())}
    for position, name in enumerate(path.names):
        if position:
            owner = found[0]
            found = members_of(owner, name)
            known = set() if found else set(member_names(owner))
        if not found:
            if not is_silent:
                context.declaration_error(
                    7920,
                    f"`{name}` is not declared"
                    + (f" in `{path.names[position - 1]}`" if position else ""),
                    path.name_spans[position],
                    hint=suggest(name, known),
                )
            return []
    if len(found) == 1:
        context.analysis.symbols[path.node_id] = found[0]
    return found


def members_of(owner: Symbol, name: str) -> list[Symbol]:
    """Return the declarations called `name` in a contract, module or enum."""
    match owner:
        case ContractSymbol():
            own = [
                symbol for base in owner.linearised or (owner,) for symbol in base.own.get(name, ())
            ]
            return own or find_in_contract(owner, name)
        case ModuleSymbol():
            return owner.unit.names.get(name, [])
        case EnumSymbol():
            return []
    return []


def member_names(owner: Symbol) -> list[str]:
    """Return the names of all declarations in a contract or module."""
    match owner:
        case ContractSymbol():
            return [name for base in owner.linearised or (owner,) for name in base.own]
        case ModuleSymbol():
            return list(owner.unit.names)
    return []
